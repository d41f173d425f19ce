"""Propagation of one problem: planned where numerics are not given, in chunks that report progress and can be interrupted."""

from __future__ import annotations

import dataclasses
import math
import time
from typing import Any

import numpy as np

from ..._amounts import amount
from ..._arrays import known
from ..._checks import known_keywords, named
from ..._jax import is_traced, jax, platform
from ..._typing import ENERGY, LENGTH
from ...absorbers import Absorber
from ...errors import NumericsError
from ...grid import Grid
from ...potentials import AbstractMetastable
from ...problem import Problem, in_its_units, require_problem
from ...schemes import Chebyshev, Scheme, Spectral
from ...states import Trapped, as_packet
from ...unfolding import unfolded, unfolded_grid
from .._folded import folded
from .._memory import refuse_many_frames
from .._numerics import Numerics, spectral_bounds
from .._progress import Progress, reporter
from .._result import Result
from ..planner import Plan, deltas_fit, misfit, plan
from ..stepping import Frame, Loop, in_lanes_if_any, mirrored, numpy_frame, require_spectral, set_up

# points x FFT pairs of a chunk: about a second on one core between two checks for Ctrl-C and reports of progress
_CHUNK = 6e7
# largest distance of a wall from the middle between two points, in cells: rounding
_MIDWAY = 1e-6


@known_keywords()
@in_its_units
def propagate(
    problem: Problem,
    numerics: Numerics | Plan | None = None,
    *,
    tolerance: float = 1e-4,
    grid: Grid | None = None,
    dt: float | None = None,
    scheme: Scheme | Chebyshev | Spectral | str | None = None,
    absorber: Absorber | None | str = "planned",
    frames: int | None = None,
    precision: str = "double",
    save_psi: bool = True,
    progress: bool | Progress = False,
) -> Result:
    """Solve the time-dependent Schroedinger equation i d psi/dt = (p^2/2m + V) psi.

    ``result = propagate(problem, tolerance=1e-6)`` plans everything; what is given by keyword is kept and the rest planned around it;
    a whole `Numerics` is taken as it is.

    Args:
        problem: the physics.
        numerics: all of the numerics, or the plan that holds them.
        tolerance: the absolute error of probabilities to plan for; `wavesim.certify` measures the actual error.
        grid: the grid.
        dt: the longest time step (time); it is shortened a little so that whole steps fill the frames and the duration.
        scheme: a scheme, its name, "chebyshev" or "spectral".
        absorber: an `Absorber`, None for none (periodic box), or "planned".
        frames: the number of frames after the first.
        precision: "double", or "single" for pictures.
        save_psi: whether to keep psi at every frame.
        progress: True for a bar on standard error, or a function of (steps done, steps in all).

    Returns:
        the `Result`; after Ctrl-C its frames so far, with ``complete=False``.

    Raises:
        NumericsError: if JAX's 64-bit mode is off, the packet does not fit, a scheme does not fit the potential, or psi is not finite at the end.
    """
    if is_traced(problem, grid, dt):
        raise NumericsError(
            "propagate needs concrete numbers, but was called inside a JAX transformation; use wavesim.evolve(problem, numerics) there."
        )
    require_problem(problem)
    if isinstance(numerics, Plan):
        numerics = numerics.numerics
    original, problem = problem, unfolded(problem)
    grid = unfolded_grid(grid, original)
    if numerics is None:
        numerics = plan(
            problem,
            tolerance,
            grid=grid,
            dt=dt,
            scheme=scheme,
            absorber=absorber,
            frames=frames,
            precision=precision,
            save_psi=save_psi,
        ).numerics
    numerics = checked(problem, numerics)
    with reporter(progress) as report:
        return folded(_run(problem, numerics, report), original)


def checked(problem: Problem, numerics: Numerics) -> Numerics:
    """The numerics to run, if they suit the problem; see `check`."""
    check(problem, numerics)
    return settled(problem, numerics)


def settled(problem: Problem, numerics: Numerics) -> Numerics:
    """The numerics of a plan completed for a run: for concrete numbers the symmetry of V is given to the spectral method."""
    if not numerics.method.steps:
        # a plan leaves the symmetry open, since evolve may trace the numbers
        problem = unfolded(problem)
        symmetric = mirrored(problem.potential.sample(numerics.grid, mass=problem.mass))
        numerics = dataclasses.replace(numerics, method=Spectral(symmetric))
    return numerics


@in_its_units
def check(problem: Problem, numerics: Numerics) -> None:
    """Refuse numerics that cannot propagate this problem.

    Raises:
        NumericsError: if they do not fit; the message says why, and the cure.
        ArgumentError: if the absorbing layers do not fit the grid.
    """
    refuse_many_frames(numerics)
    problem = unfolded(problem)
    method, potential = numerics.method, problem.potential
    if (packet := as_packet(problem.state, problem.mass)) is not None:
        packet.check_fit(numerics.grid, problem.mass)
    if not deltas_fit(numerics.grid, potential):
        raise NumericsError(
            f"the deltas of V must lie on grid points, but one is {misfit(numerics.grid, potential):.2g} of a cell off; "
            "leave the grid to the planner, shift it, or choose a spacing that divides their distances; where none does, take thin rectangular barriers."
        )
    wall = potential.wall if isinstance(potential, AbstractMetastable) else None
    if wall is not None:
        middle = float(numerics.grid.lower[0] + numerics.grid.upper[0] - numerics.grid.spacing[0]) / 2
        if not isinstance(problem.state, Trapped) or abs(middle - wall) > _MIDWAY * float(numerics.grid.spacing[0]):
            raise NumericsError(
                f"a hard wall needs a state that is odd about it, and a grid with the wall at {amount(wall, LENGTH)} midway between its two middle points, but the state is a "
                f"{type(problem.state).__name__} and the grid's middle {amount(middle, LENGTH)}; take a Trapped state, and leave the grid to the planner."
            )
    if method.uses_gradient and not potential.smooth:
        raise NumericsError(
            f"the scheme {method.name!r} needs the gradient of the potential, but {named(potential)} has edges; "
            "take scheme 'chebyshev' (or 'srkn11b')."
        )
    if not method.steps:
        require_spectral(problem, numerics.grid, numerics.absorber)
    if isinstance(method, Chebyshev):
        if not potential.static:
            raise NumericsError(
                "a Chebyshev series needs a static potential, but this one depends on time; take scheme 'g6t4' or 'srkn11b'."
            )
        low, top = spectral_bounds(problem, numerics.grid)
        if low < method.lowest or top > method.highest * (1 + 1e-12):
            raise NumericsError(
                f"the Chebyshev bounds must hold the spectrum {amount(low, ENERGY)} to {amount(top, ENERGY)}, "
                f"but are {amount(method.lowest, ENERGY)} to {amount(method.highest, ENERGY)}; "
                "plan again for this problem and grid."
            )
    if numerics.absorber is not None:
        numerics.absorber.check_fit(numerics.grid)


def _run(problem: Problem, numerics: Numerics, report: Progress) -> Result:
    start = time.perf_counter()
    steps = numerics.steps // numerics.frames
    pieces = min(steps, 1 + math.floor(math.prod(numerics.grid.points) * numerics.pairs * steps / _CHUNK))
    lengths = np.diff(np.arange(pieces + 1) * steps // pieces).tolist()
    apparatus, carry, first = set_up(problem, numerics)
    apparatus, carry = in_lanes_if_any(apparatus, carry, numerics)
    loop = Loop.of(apparatus, numerics)
    collected, final, complete = [first], None, True
    try:
        for frame in range(numerics.frames):
            psi, done = None, frame * steps
            for length in lengths:
                carry, psi = loop.advance(carry, length)
                done += length
                if not known(psi):
                    jax.block_until_ready(psi)
                report(done, numerics.steps)
            collected.append(numpy_frame(apparatus, carry, psi, numerics.save_psi))
            final = psi
    except KeyboardInterrupt:
        complete = False
    return recorded(problem, numerics, stacked(collected), final, complete, time.perf_counter() - start)


def stacked(frames: list[Frame]) -> Frame:
    """Frames in order, stacked along the first axis."""

    def stack(parts: list[Any]) -> Any:
        return np.stack(parts)

    psi = None if frames[0].psi is None else stack([frame.psi for frame in frames])
    series = {name: stack([frame.series[name] for frame in frames]) for name in frames[0].series}
    return Frame(psi, series, stack([frame.absorbed for frame in frames]))


def recorded(
    problem: Problem,
    numerics: Numerics,
    frames: Frame,
    final: Any,
    complete: bool,
    wall_s: float,
) -> Result:
    """The `Result` of frames, stacked along the first axis.

    Raises:
        NumericsError: if psi is not finite at the end.
    """
    if final is None:
        final = np.asarray(problem.state.sample(numerics.grid, problem.hamiltonian(numerics.grid)))
    if not np.all(np.isfinite(final)):
        raise NumericsError(
            "psi is not finite at the end of the run: the method is unstable with this step; make dt smaller, or leave it to the planner."
        )
    return Result(
        problem=problem,
        numerics=numerics,
        times=np.arange(len(frames.absorbed)) * (numerics.steps // numerics.frames) * float(numerics.dt),
        psi=np.zeros((0, *numerics.grid.points), complex) if frames.psi is None else np.asarray(frames.psi),
        series={name: np.asarray(values) for name, values in frames.series.items()},
        absorbed=np.asarray(frames.absorbed),
        final=np.asarray(final),
        complete=complete,
        wall_s=wall_s,
        device=platform(),
    )
