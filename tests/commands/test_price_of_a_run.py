"""What a run of a problem that nobody has run before must neither compile nor import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.compilations import Compilations
from tests.scenario_files import written
from wavesim import Problem, certify
from wavesim._arrays import at_once
from wavesim.potentials import AbstractPotential, GaussianBarrier, RectangularBarrier
from wavesim.states import GaussianPacket
from wavesim.viz import summary

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("potential", "programs"), [(RectangularBarrier(1.0131, 1.3717), 3), (GaussianBarrier(1.0131, 0.7717), 1)]
)
def test_a_run_and_its_picture_compile_no_single_operations(
    potential: AbstractPotential, programs: int, tmp_path: Path
) -> None:
    """Forward, backward and with another step where a program is worth it; gradients of V for the kicks of a smooth barrier."""
    compiled = Compilations()
    report = certify(Problem(potential, GaussianPacket(-21.37, 2.913, 1.1719)), 1.3e-4)
    summary(report, tmp_path / "summary.png")
    assert compiled.count <= programs


def test_a_run_imports_nothing_that_it_does_not_use(tmp_path: Path) -> None:
    heavy = "jax jaxlib pandas xarray zarr dask scipy.constants scipy.fft scipy.linalg scipy.special scipy.optimize scipy.integrate scipy.ndimage scipy.sparse scipy.stats".split()
    words = ["wavesim", "run", written(tmp_path), "--no-movie", "--out", str(tmp_path / "out")]
    code = f"import sys; sys.argv = {words}\nfrom wavesim.cli import main\ntry: main()\nexcept SystemExit: pass\n"
    code += f"print([name for name in {heavy} if name in sys.modules], file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr.strip().splitlines()[-1] == "[]"


def test_known_numbers_stay_known_while_jax_traces() -> None:
    import jax

    double = jax.jit(lambda x: 2 * x)

    def traced(x: jax.Array) -> jax.Array:
        known = at_once(double, np.arange(3.0))
        assert isinstance(known, np.ndarray)
        return x + known.sum()

    assert float(jax.jit(traced)(1.0)) == 7.0
