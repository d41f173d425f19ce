"""Tunneling period from a short record: the levels of each parity by a matrix pencil."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, ClassVar

import numpy as np

from ...._arrays import xp as jnp
from ...._checks import positive
from ...._jax import jax
from ...._pytree import register_dataclass
from ...._typing import DIMENSIONLESS, ENERGY, TIME, Dimension, Length
from ....errors import WavesimError
from ....grid import Grid
from ....hamiltonian import Hamiltonian
from ....observables import AbstractObservable, Snapshot
from ....potentials import AbstractDoubleWell
from ....problem import Problem
from ....propagation import Numerics, Progress, Refinement, Result, plan, reporter, spectral_bounds
from ...bars import Measurement, Quantity, Report, Trial, Verdict, combined, refine, run_here, warnings_of
from ...fits import Modes, matrix_pencil
from ...predictions import lowest_doublet

EVEN, ODD = "even_correlation", "odd_correlation"

# accuracy of psi that the time step is planned for; the levels are far more accurate, and the step is refined if they are not
_STEP_ACCURACY = 1e-2
# range of energies above the mean that the frames resolve, in standard deviations
_SPREADS = 24.0
_EPS = float(np.finfo(float).eps)


@register_dataclass
@dataclasses.dataclass(frozen=True)
class ParityCorrelation(AbstractObservable):
    """<P psi(0)|psi(t)> with P the projection on one parity: a record of its levels only.

    P projects on the even or odd functions about `divide`. One run gives both parities, since H does not mix them. The grid must have `divide` on a
    point or midway between two, as planned grids do.
    """

    dimension: ClassVar[Dimension] = DIMENSIONLESS

    divide: Length
    parity: str = dataclasses.field(default="even", metadata={"static": True})

    def prepare(self, grid: Grid, hamiltonian: Hamiltonian, initial: jax.Array) -> Any:
        mirror = jnp.round(2 * (self.divide - grid.lower[0]) / grid.spacing[0]).astype(int)
        mirrored = initial[(mirror - jnp.arange(grid.points[0])) % grid.points[0]]
        sign = 1.0 if self.parity == "even" else -1.0
        return jnp.conj(initial + sign * mirrored) / 2 * grid.cell

    def measure(self, prepared: Any, snapshot: Snapshot) -> jax.Array:
        return jnp.sum(prepared * snapshot.psi)


def period_from_short_record(
    problem: Problem, duration: float, tolerance: float = 1e-8, *, progress: bool | Progress = False
) -> Report:
    """Tunneling period of a symmetric double well from a record that may be a thousand times shorter.

    ``period_from_short_record(problem, duration=200).headline``. The start is any state in one well. Its even and odd parts give the
    levels E_S and E_A in separate records <P psi(0)|psi(t)>, in which the nearest level is a vibrational quantum away instead of a
    gap; a matrix pencil finds all levels of each, and the lowest two give gap = E_A - E_S and period = 2 pi/gap.

    The error bar adds that of the pencil (other windows, other shapes of its matrix), the change with twice the step and on a coarser grid,
    and rounding of the two energies. The theory `levels` is the gap of half-grid matrices of each parity by the Wronskian identity, without
    propagation.

    Args:
        problem: a symmetric double well and a state that has both parities.
        duration: length of the record [time]; a few vibrations at least.
        tolerance: target for the relative error of the period.
        progress: True for a bar on standard error, or a function of (FFT pairs done, total FFT pairs).

    Returns:
        a `Report` of tunneling_period, gap, energy_symmetric and energy_antisymmetric.

    Raises:
        WavesimError: if the potential is no symmetric double well, or the run was interrupted.

    Not for gaps below about 1e-12 of the level spacing: their energies no longer differ in double precision, and only the Wronskian
    identity resolves them (`lowest_doublet`).
    """
    positive("duration", duration)
    with reporter(progress) as report:
        return run_here(short_record(problem, duration, tolerance), report)


def short_record(problem: Problem, duration: float, tolerance: float) -> Measurement[Report]:
    """Measurement for `period_from_short_record`."""
    well = problem.potential
    doublet = lowest_doublet(problem) if isinstance(well, AbstractDoubleWell) else None
    if not isinstance(well, AbstractDoubleWell) or doublet is None:
        raise WavesimError(
            f"a short record gives the period of a symmetric double well only, but the potential is a {type(well).__name__} that is not symmetric."
        )
    correlations = {EVEN: ParityCorrelation(well.divide, "even"), ODD: ParityCorrelation(well.divide, "odd")}
    problem = dataclasses.replace(problem, duration=float(duration), measure=problem.measure | correlations)
    theory = {
        "tunneling_period": 2 * math.pi / doublet.gap,
        "gap": doublet.gap,
        "energy_symmetric": doublet.energy_symmetric,
        "energy_antisymmetric": doublet.energy_antisymmetric,
    }
    space = plan(problem, tolerance, frames=1).numerics.grid

    def planned(refinement: Refinement) -> Numerics:
        grid = space if refinement.space == 1 else _finer(space, refinement.space)
        _, reach = _energies(problem, grid)
        # twice as many frames as needed, for a repetition may keep every other frame
        frames = 2 * math.ceil(duration * reach / math.pi)
        return plan(
            problem,
            _STEP_ACCURACY,
            grid=grid,
            frames=frames,
            save_psi=False,
            refinement=Refinement(time=refinement.time),
        ).numerics

    def judge(trial: Trial) -> Verdict[dict[str, Quantity]]:
        if trial.interrupted:
            raise WavesimError("the period needs the whole record, but the run was interrupted; let it finish.")
        quantities = _quantities(trial, _energies(problem, trial.result.numerics.grid)[0], theory)
        headline = quantities["tunneling_period"]
        return Verdict(quantities, headline, tolerance * headline.value)

    measured = yield from refine(problem, planned, judge, {})
    return Report(
        record=measured.trial.result,
        tolerance=tolerance,
        quantities=measured.content,
        curves={},
        warnings=tuple(warnings_of(measured.trial, measured.verdict.headline, measured.verdict.aim)),
        runs=measured.runs,
        fft_pairs=measured.fft_pairs,
        wall_s=measured.wall_s,
    )


def _quantities(trial: Trial, center: float, theory: dict[str, float]) -> dict[str, Quantity]:
    """Levels, gap and period, with errors from repetitions and the fit."""
    fine = _fitted(trial.result, center)
    comparisons = trial.comparisons(lambda run: _fitted(run, center))
    # energies are no more accurate than the rounding of the largest one on the grid
    low, top = spectral_bounds(trial.result.problem, trial.result.numerics.grid)
    rounding = _EPS * (top - low)
    quantities = {}
    for name, (value, fit_error, dimension) in fine.items():
        budget: dict[str, float] = {}
        for repetition, reference, values in comparisons:
            change = repetition.weight * abs(reference[name][0] - values[name][0])
            budget[repetition.source] = max(change, budget.get(repetition.source, 0.0))
        budget["fit"] = fit_error
        budget["rounding"] = rounding if dimension == ENERGY else value * rounding / fine["gap"][0]
        quantities[name] = Quantity(name, value, combined(budget), dimension, budget, {"levels": theory[name]})
    return quantities


def _finer(grid: Grid, factor: float) -> Grid:
    """The same box with more points; the middle of the box and of the wells remains midway between points."""
    points = 2 * math.ceil(grid.points[0] * factor / 2)
    lower, upper = grid.lower[0] - grid.spacing[0] / 2, grid.upper[0] - grid.spacing[0] / 2
    spacing = (upper - lower) / points
    return Grid((lower + spacing / 2,), (spacing,), (points,))


def _energies(problem: Problem, grid: Grid) -> tuple[float, float]:
    """Middle and half-width of the interval of energies of the start [energy].

    It reaches from the lowest V to far above the mean energy.
    """
    hamiltonian = problem.hamiltonian(grid)
    psi = problem.state.sample(grid, hamiltonian)
    mean = float(hamiltonian.energy(psi))
    applied = np.asarray(hamiltonian.apply(psi)) - mean * np.asarray(psi)
    spread = math.sqrt(float(np.sum(np.abs(applied) ** 2)) * float(grid.cell))
    bottom = float(np.min(np.asarray(hamiltonian.potential)))
    half = (mean + _SPREADS * spread - bottom) / 2
    return bottom + half, half


def _lowest(result: Result, name: str, center: float) -> tuple[float, float]:
    """Lowest energy of one record, and its error."""
    modes: Modes = matrix_pencil(result.times, result.series[name], center=center)
    n = modes.lowest()
    return float(modes.energies[n]), float(modes.energy_errors[n])


def _fitted(result: Result, center: float) -> dict[str, tuple[float, float, Dimension]]:
    """Value, error of the fit, and dimension of each quantity."""
    lower, lower_error = _lowest(result, EVEN, center)
    upper, upper_error = _lowest(result, ODD, center)
    gap, error = upper - lower, lower_error + upper_error
    period = 2 * math.pi / gap
    return {
        "tunneling_period": (period, abs(period * error / gap), TIME),
        "gap": (gap, error, ENERGY),
        "energy_symmetric": (lower, lower_error, ENERGY),
        "energy_antisymmetric": (upper, upper_error, ENERGY),
    }
