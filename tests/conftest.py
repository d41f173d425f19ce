"""What holds for every test: double precision, the CPU by default, the same random numbers in each run."""

from __future__ import annotations

import os
import shutil
import tempfile

# before numpy is imported: small matrices gain nothing by threads, which spin where two tests run at once
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import hypothesis  # noqa: E402
import jax  # noqa: E402
import numpy as np  # noqa: E402
import pytest  # noqa: E402

jax.config.update("jax_enable_x64", True)

# What one worker has compiled, the others read: the first process makes the folder, its children inherit the name, and it goes at the end.
_FIRST = "WAVESIM_TEST_PROGRAMS" not in os.environ
_PROGRAMS = os.environ.setdefault(
    "WAVESIM_TEST_PROGRAMS", tempfile.mkdtemp(prefix="wavesim_test_programs_") if _FIRST else ""
)
jax.config.update("jax_compilation_cache_dir", _PROGRAMS)
jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.05)
jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)

# The same examples in each run, and no clock: the first example of a JAX function pays for its compilation.
hypothesis.settings.register_profile(
    "wavesim",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("wavesim")


def pytest_configure(config: pytest.Config) -> None:
    """Keep all but ``pytest -m gpu`` on the CPU, so that `make test` means the same on every machine."""
    if config.option.markexpr == "not gpu":
        jax.config.update("jax_platforms", "cpu")


def pytest_unconfigure() -> None:
    """Remove the programs."""
    if _FIRST:
        shutil.rmtree(_PROGRAMS, ignore_errors=True)


def pytest_report_header() -> str:
    """Name what the numbers were computed with."""
    # Not at the top: `pytest --jaxtyping-packages=...` refuses a package that is already imported.
    import wavesim

    return f"wavesim: {next(iter(wavesim.__path__))}; jax {jax.__version__} with {jax.default_backend()}"


@pytest.fixture
def rng() -> np.random.Generator:
    """Random numbers that are the same in each run and each test."""
    return np.random.default_rng(20260101)
