"""The planner: grid, step, method, absorber and duration for a problem and a tolerance.

Its rules are simple and safe, not tight: `wavesim.certify` measures the remaining errors, and refines.
"""

from __future__ import annotations

import dataclasses
import html
import math
from typing import Any

from ..._checks import known_keywords, positive
from ..._cures import cure
from ..._face import one_line
from ..._jax import jnp
from ..._threads import one_blas_thread
from ...absorbers import Absorber
from ...errors import ArgumentError, NumericsError
from ...grid import Grid
from ...potentials import BandEdge, Driven, Free, Unfolded
from ...problem import Problem, in_its_units, require_problem
from ...schemes import Scheme, Spectral
from ...states import LeftLocalized, RightLocalized, Trapped, as_packet
from ...unfolding import unfolded, unfolded_grid
from .._memory import refuse_given, refuse_too_large
from .._numerics import Method, Numerics, chebyshev_for as chebyshev_for, require_double
from ..stepping import require_spectral
from ._ladder import Batch, on_ladder
from ._shown import Shown
from ._time import planned_stepping
from .spaces import (
    Space,
    closed_space,
    confined_space,
    decay_space,
    deep_space,
    dimension_of,
    falls_off,
    followed_space,
    free_space,
    open_space,
    planar_space,
    structure_space,
)

DEFAULT_FRAMES = 240
# a frame in the plane takes more memory
_PLANAR_FRAMES = 96


@dataclasses.dataclass(frozen=True)
class Refinement:
    """Factors on planned numerics: `space` and `time` divide spacing and step, `absorber` and `longer` multiply the layer's width and a planned duration."""

    space: float = 1.0
    time: float = 1.0
    absorber: float = 1.0
    longer: float = 1.0


@dataclasses.dataclass(frozen=True)
class Plan:
    """Numerics for one problem, the reason for each choice, and the FFT pairs of the pilot runs.

    Attributes:
        problem: the physics.
        tolerance: the absolute error of probabilities to aim at.
        numerics: the chosen numerics.
        reasons: a sentence for each choice, by name ("grid", "method", "step", ...).
        pilot_pairs: FFT pairs of the pilot runs.
    """

    __repr__ = one_line

    problem: Problem
    tolerance: float
    numerics: Numerics
    reasons: dict[str, str]
    pilot_pairs: int = 0

    def __str__(self) -> str:
        n = self.numerics
        lines = [
            f"Plan for a tolerance of {self.tolerance:.2g}: {n.fft_pairs:,} FFT pairs on {' x '.join(map(str, n.grid.points))} points, {n.memory / 1e6:.1f} MB"
        ]
        lines += [f"  {name:<9} {reason}" for name, reason in self.reasons.items()]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"


@known_keywords()
@one_blas_thread()
@in_its_units
def plan(
    problem: Problem,
    tolerance: float = 1e-4,
    *,
    grid: Grid | None = None,
    dt: float | None = None,
    scheme: Method | str | None = None,
    absorber: Absorber | None | str = "planned",
    frames: int | None = None,
    precision: str = "double",
    save_psi: bool = True,
    refinement: Refinement = Refinement(),
    scale: float = 1.0,
    batch: Batch | None = None,
    gradients: bool = True,
    corrected: bool = False,
) -> Plan:
    """Choose the numerics for a problem; any of them can be fixed by hand.

    Args:
        problem: the physics.
        tolerance: the absolute error of probabilities to aim at.
        grid, dt, scheme, absorber, frames, precision, save_psi: choices by hand, which are kept; see `propagate`.
        refinement: factors by which the numerics are finer than by the rules, for a second, better run.
        scale: the approximate transmitted probability, if the tolerance is a fraction of it; 1 for an absolute tolerance.
        batch: results for problems planned before; sizes are then rounded up to a ladder, so that many problems share few compiled programs.
        gradients: whether a splitting may kick with gradients of V: such steps are cheapest, but the adjoint run measures the error of a coarse grid
            only for steps that use the same V as the grid.
        corrected: whether adjoint runs will correct the error of the grid: with absorbers, edges may then lie anywhere on a coarser grid.

    Returns:
        the `Plan`.

    Raises:
        ArgumentError: if `tolerance` is not between 1e-13 and 0.1.
        NumericsError: if the problem needs a choice that only the user can make; the message says which.
    """
    require_problem(problem)
    require_double()
    positive("tolerance", tolerance)
    if not 1e-13 <= tolerance <= 0.1:
        raise ArgumentError(
            "tolerance", f"must lie between 1e-13 (rounding) and 0.1, but is {tolerance:.3g}; choose one in between."
        )
    if dt is not None:
        positive("dt", dt)
    if isinstance(absorber, str) and absorber != "planned":
        raise ArgumentError("absorber", f'must be an Absorber, None or "planned", but is {absorber!r}.')
    positive("scale", scale)
    original = problem
    refuse_given({"grid": grid, "precision": precision})
    grid, problem = unfolded_grid(grid, problem), unfolded(problem)
    # without absorbers the eigenstates of the grid may be cheapest, and they have no adjoint run
    corrected = corrected and absorber is not None
    space = _space(problem, tolerance, grid, absorber, refinement, scale, corrected)
    refuse_too_large(space.grid, 16 if precision == "double" else 8)
    reasons = dict(space.reasons)
    frames = frames or (DEFAULT_FRAMES if space.grid.dimension == 1 else _PLANAR_FRAMES)
    if isinstance(problem.potential, BandEdge):
        scheme = _only_spectral(scheme)
    if isinstance(scheme, Spectral) or scheme == "spectral":
        require_spectral(problem, space.grid, space.absorber)
    stepping = planned_stepping(
        problem,
        space,
        tolerance,
        frames,
        scheme=scheme,
        dt=dt,
        finer=refinement.time,
        batch=batch,
        gradients=gradients,
    )
    numerics = Numerics(
        space.grid,
        space.duration / stepping.steps,
        stepping.steps,
        frames,
        stepping.method,
        space.absorber,
        precision,
        save_psi,
    )
    if batch is not None:
        # a splitting with four times its step shows nothing if few steps remain; a series is repeated with twice its step only
        even = not (corrected and stepping.method.exact)
        numerics = on_ladder(problem, numerics, grid is not None, dt is not None, even)
    method, shown = numerics.method, Shown(original)
    cost = f" (order {method.order}, {method.pairs} FFT pairs a step)" if isinstance(method, Scheme) else ""
    reasons["method"] = f"{method.name}{cost}: {stepping.why}"
    reasons["step"] = (
        f"dt = {shown.time(numerics.dt)}: {numerics.steps:,} steps over {shown.time(space.duration, 6)}"
        + (f", {frames} frames" if frames > 1 else "")
    )
    return Plan(original, tolerance, numerics, reasons, stepping.pilot_pairs)


def _space(
    problem: Problem,
    tolerance: float,
    grid: Grid | None,
    absorber: Absorber | str | None,
    refinement: Refinement,
    scale: float,
    corrected: bool,
) -> Space:
    if grid is not None and grid.dimension > 1:
        return _given_space(problem, tolerance, grid, absorber)
    if isinstance(problem.potential, BandEdge):
        if isinstance(absorber, Absorber):
            raise NumericsError(
                "a structure with masses of its own is propagated in its eigenstates, which know no absorber, but one is given; leave it out."
            )
        return structure_space(problem, tolerance * scale, grid, refinement.space, refinement.longer)
    axes = dimension_of(problem)
    if axes > 1 and grid is not None:
        raise NumericsError(
            f"the grid must have {axes} axes like the problem, but has one; give one entry for each axis."
        )
    if axes > 1:
        return planar_space(problem, tolerance, absorber, refinement.space, refinement.absorber, refinement.longer)
    if isinstance(problem.potential, Unfolded) and problem.potential.closed:
        return closed_space(problem, tolerance, grid, refinement.space)
    if isinstance(problem.state, Trapped):
        return decay_space(problem, tolerance, grid, absorber, refinement.space, refinement.absorber, refinement.longer)
    if problem.duration is None and not problem.state.bound and -math.inf in problem.potential.asymptotes():
        raise NumericsError(
            "V falls without end, so that nothing says how long the particle is to be followed; give `duration`."
        )
    if _roams(problem, absorber):
        return followed_space(problem, tolerance, grid, refinement.space)
    if problem.open and isinstance(problem.potential, Free):
        return free_space(problem, tolerance, grid, absorber, refinement.space)
    if problem.open and scale < 1:
        return deep_space(problem, tolerance, scale, grid, absorber, refinement.space, refinement.longer)
    if problem.open:
        finer, thicker, longer = refinement.space, refinement.absorber, refinement.longer
        return open_space(problem, tolerance, grid, absorber, finer, thicker, longer, corrected)
    return confined_space(problem, tolerance, grid, refinement.space)


def _only_spectral(scheme: Method | str | None) -> Spectral:
    """The method for masses that depend on position.

    Raises:
        NumericsError: if another one is given.
    """
    if isinstance(scheme, Spectral):
        return scheme
    if scheme not in (None, "spectral"):
        raise NumericsError(
            f"a structure with masses of its own is propagated in its eigenstates, but the scheme is {getattr(scheme, 'name', scheme)!r}; leave it out."
        )
    return Spectral()


def _roams(problem: Problem, absorber: Absorber | str | None) -> bool:
    """Whether the particle's path needs pilot runs: V depends on time and confines, confines on one side only, or a packet moves both ways."""
    state, potential = as_packet(problem.state, float(problem.mass)), problem.potential
    if problem.duration is None or isinstance(potential, Free) or isinstance(problem.state, Trapped):
        return False
    closed = [math.isinf(end) for end in potential.asymptotes()]
    beside_wall = isinstance(potential, Unfolded) and state is not None
    if all(closed) and -math.inf not in potential.asymptotes():
        return not potential.static or beside_wall
    if state is None:
        # in a uniform field a larger box has other lowest states; those of driven wells end at the wells' rims
        return isinstance(potential, Driven) and isinstance(problem.state, LeftLocalized | RightLocalized)
    if beside_wall:
        return absorber is None or isinstance(absorber, str)
    first, last = state.momentum_range(0.5 - 1e-9, float(problem.mass))
    undirected = abs(first + last) / 2 < 1e-9 * max(abs(k) for k in state.momentum_range(1e-3, float(problem.mass)))
    return any(closed) or absorber is None or (undirected and not falls_off(problem))


def _given_space(problem: Problem, tolerance: float, grid: Grid, absorber: Any) -> Space:
    """The space of more than one dimension: grid and duration are given, the step is planned."""
    if problem.duration is None:
        raise NumericsError(
            "in two and three dimensions the duration must be given, but is not; "
            + cure("write duration = ... above all tables.", "set `duration` of the problem.")
        )
    if absorber == "planned" and problem.open:
        raise NumericsError(
            "in two and three dimensions the absorber of an open problem must be given, but is not; give "
            + cure(
                '[absorber] with width and energy, or absorber = "none" for a periodic box.',
                "absorber=Absorber(width, energy), or None for a periodic box.",
            )
        )
    hamiltonian = problem.hamiltonian(grid)
    psi = problem.state.sample(grid, hamiltonian)
    energy = float(hamiltonian.energy(psi)) - float(jnp.min(hamiltonian.potential))
    layer = absorber if isinstance(absorber, Absorber) else None
    return Space(
        grid,
        layer,
        float(problem.duration),
        2 * max(energy, 1e-300),
        math.sqrt(2 * energy / problem.mass),
        {"grid": "given"},
    )
