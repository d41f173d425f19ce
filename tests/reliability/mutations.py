"""Break lines that the physics hangs on, one at a time: a fast test must fail for each. `python -m tests.reliability.mutations`.

The tree is copied for it.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HOME = Path(__file__).parents[2]


@dataclasses.dataclass(frozen=True)
class Mutation:
    """One wrong line, and the tests that must notice.

    Args:
        file: under ``wavesim``.
        line: a part of one line that stands there once.
        wrong: what takes its place.
        tests: what pytest is given.
    """

    file: str
    line: str
    wrong: str
    tests: str


_ADJOINT = "tests/analysis/test_adjoint.py"
_BARS = "tests/analysis/test_bars.py"
MUTATIONS = (
    Mutation("edges.py", "scale = -2 * mass * squares", "scale = 2 * mass * squares", "tests/unit/test_edges.py tests/convergence/test_sharp_edges.py"),
    Mutation("edges.py", "return unit_step(points, spacing, left) - unit_step", "return unit_step(points, spacing, left) + unit_step", "tests/unit/test_edges.py"),
    Mutation("fourier.py", "k = jnp.where(jnp.abs(k) >= math.pi / grid.spacing[axis] * (1 - 0.5 / n), 0.0, k)", "k = -k", "tests/unit/test_fourier.py"),
    Mutation("hamiltonian.py", "return row[(index[:, None] - index[None, :]) % n] + jnp.diag", "return row[(index[:, None] - index[None, :]) % n] - jnp.diag", "tests/unit/test_hamiltonian.py"),
    Mutation("absorbers.py", "return 0.58 * self.energy * u**2", "return 0.38 * self.energy * u**2", "tests/unit/test_absorbers.py"),
    Mutation("states/_packets.py", "jnp.exp(-((x / self.width) ** 2) / 4 + 1j", "jnp.exp(-((x / self.width) ** 2) / 2 + 1j", "tests/unit/test_states.py"),
    Mutation("observables.py", "return ((values - center) ** 2 - spread**2) / (2 * spread * norm)", "return ((values - center) ** 2 - spread**2) / (spread * norm)", "tests/unit/test_observables.py"),
    Mutation("propagation/stepping/_step.py", "lost = -jnp.expm1(-2 * strength * dt)", "lost = -jnp.expm1(-strength * dt)", "tests/unit/test_arrays.py"),
    Mutation("propagation/stepping/_step.py", "energy = energy - c * dt**2 * first", "energy = energy + c * dt**2 * first", "tests/convergence/test_time_step.py"),
    Mutation("propagation/stepping/_spectral.py", "jnp.exp(-1j * self.energies", "jnp.exp(1j * self.energies", "tests/convergence/test_methods_agree.py"),
    Mutation("propagation/lanes/steps.h", "const REAL twice = m == 1 ? 1 : 2;", "const REAL twice = 2;", "tests/propagation/test_lanes.py"),
    Mutation("propagation/lanes/one_wave.h", "yr += zr[q] * c[q] + zi[q] * s[q];", "yr += zr[q] * c[q] - zi[q] * s[q];", "tests/propagation/test_lanes.py"),
    Mutation("propagation/lanes/residual.h", "copy(one, g.wide, (REAL)n / (REAL)wide, g.one);", "copy(one, g.wide, 1, g.one);", "tests/analysis/test_compiled_residuals.py"),
    Mutation("propagation/runs/_batch.py", "int(leaves[-1].max())", "int(leaves[-1].min())", "tests/propagation/test_batch_propagation.py"),
    Mutation("propagation/stepping/_loop.py", "+ share * jnp.conj(kept[count - 1 - n])", "- share * jnp.conj(kept[count - 1 - n])", _ADJOINT),
    Mutation("propagation/runs/_adjoint.py", "sources[frame] * (1.0 if frame == frames else 0.5)", "sources[frame]", _ADJOINT),
    Mutation("analysis/bars/residuals/_weighted_residual.py", "each, largest = 2 * np.imag(orders)", "each, largest = -2 * np.imag(orders)", _ADJOINT),
    Mutation("analysis/bars/residuals/_finer_grid.py", "-1 / np.where(fast, above_mean, 1.0)", "0 / np.where(fast, above_mean, 1.0)", _ADJOINT),
    Mutation("analysis/bars/residuals/_finer_grid.py", "- self.green_squared * changed", "+ self.green_squared * changed", "tests/analysis/test_compiled_residuals.py"),
    Mutation("analysis/bars/residuals/_weighted_residual.py", "correction -= float(weights @ turning)", "correction -= 0.0", "tests/analysis/test_undersampled_waves.py"),
    Mutation("analysis/bars/residuals/_residual.py", "values[-1] - values[0], np.abs(values[-1] - values[-2])", "values[-1] - values[0], np.abs(values[-1] - values[0]) * _SINGLE", "tests/analysis/test_cut_between_points.py"),
    Mutation("analysis/predictions/_absorber_echo.py", "np.exp(2j * momentum * distance)", "np.exp(1j * momentum * distance)", "tests/analysis/test_absorber_echo.py"),
    Mutation("analysis/bars/_accuracy.py", "total = math.fsum(budget.values())", "total = max(budget.values())", _BARS),
    Mutation("analysis/bars/_longer.py", "late * math.exp(growth", "late * math.exp(-growth", "tests/analysis/test_waiting.py"),
    Mutation("analysis/bars/residuals/_convergence.py", "> fastest", "> 1e9 * fastest", "tests/analysis/test_diverging_series.py"),
    Mutation("theory/methods/_cell_waves.py", "2 * half < _SHORTEST", "2 * half < 0 * _SHORTEST", "tests/theory/test_cells.py"),
    Mutation("analysis/bars/_report.py", "abs(self.difference) <= self.error + self.theory_error", "abs(self.difference) <= 10 * self.error + self.theory_error", "tests/unit/test_reports.py tests/analysis/test_bars.py"),
    Mutation("analysis/questions/packets/_stationary.py", '("transmitted_probability", shares.through), ("reflected_probability", shares.back)', '("transmitted_probability", shares.back), ("reflected_probability", shares.through)', "tests/analysis/test_stationary.py"),
    Mutation("theory/scattering/_scattering.py", "log_flux = xp.log(xp.where(open_right, k_right, 1.0) / k_left)", "log_flux = 0 * k_left", "tests/theory/test_scattering.py"),
    Mutation("theory/scattering/_scattered_packet.py", "return replace(self, center=-self.center, momentum=-self.momentum)", "return replace(self, center=-self.center)", "tests/theory/test_scattered_packet.py"),
    Mutation("analysis/questions/levels/_element_levels.py", '"grid": float(grid),', '"grid": 0.0,', "tests/unit/test_elements.py"),
)  # fmt: skip


def places(mutation: Mutation, root: Path = HOME) -> int:
    """How often the line stands in its file."""
    return (root / "wavesim" / mutation.file).read_text().count(mutation.line)


def caught(mutation: Mutation, root: Path) -> bool:
    """Whether a test fails with the wrong line in the copy at `root`."""
    path = root / "wavesim" / mutation.file
    right = path.read_text()
    path.write_text(right.replace(mutation.line, mutation.wrong))
    try:
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *mutation.tests.split()]
        environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, check=False)
    finally:
        path.write_text(right)
    return done.returncode == 1


def main() -> int:
    """Try all; the number of survivors."""
    survivors = 0
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "tree"
        shutil.copytree(HOME, root, ignore=shutil.ignore_patterns(".*", "out", "__pycache__"))
        for mutation in MUTATIONS:
            noticed = caught(mutation, root)
            survivors += not noticed
            print(
                f"{'caught' if noticed else 'SURVIVED':8}  {mutation.file}: {mutation.line[:70]}",
                flush=True,
            )
    return survivors


if __name__ == "__main__":
    sys.exit(main())
