"""What holds for every test: double precision, the CPU by default, the same random numbers in each run."""

from __future__ import annotations

import os

# before numpy is imported: small matrices gain nothing by threads, which spin where two tests run at once
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import hypothesis  # noqa: E402
import jax  # noqa: E402
import numpy as np  # noqa: E402
import pytest  # noqa: E402

jax.config.update("jax_enable_x64", True)

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


def pytest_report_header() -> str:
    """Name what the numbers were computed with."""
    # Not at the top: `pytest --jaxtyping-packages=...` refuses a package that is already imported.
    import wavesim

    return f"wavesim: {next(iter(wavesim.__path__))}; jax {jax.__version__} with {jax.default_backend()}"


@pytest.fixture
def rng() -> np.random.Generator:
    """Random numbers that are the same in each run and each test."""
    return np.random.default_rng(20260101)
