"""The numerics of a run: grid, step, method, absorber, precision; by hand, or from the planner."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

from .._checks import at_least, concrete, one_of, positive
from .._jax import uses_double
from .._pytree import register_dataclass
from ..absorbers import Absorber
from ..errors import ArgumentError, NumericsError
from ..grid import Grid
from ..problem import Problem
from ..schemes import SCHEMES, Chebyshev, Scheme, Spectral

Method = Scheme | Chebyshev | Spectral


@register_dataclass
@dataclasses.dataclass(frozen=True)
class Numerics:
    """The numerics of one run; the time propagated is exactly ``steps * dt``.

    Args:
        grid: the points at which psi is known.
        dt: time step (time).
        steps: number of steps, a multiple of `frames`.
        frames: number of saved frames after the one at time 0.
        method: a splitting `Scheme` or its name, `Chebyshev`, or `Spectral`.
        absorber: the layer at the ends of an open box, or None.
        precision: "double" (complex128) or "single" (complex64: pictures only, its norm drifts by 1e-7 a step).
        save_psi: whether psi itself is kept at every frame, or only the observables.
    """

    grid: Grid
    dt: float
    steps: int = dataclasses.field(metadata={"static": True})
    frames: int = dataclasses.field(metadata={"static": True})
    method: Method
    absorber: Absorber | None = None
    precision: str = dataclasses.field(default="double", metadata={"static": True})
    save_psi: bool = dataclasses.field(default=True, metadata={"static": True})

    if TYPE_CHECKING:
        # the argument may be the name of a scheme, the attribute is always a method

        def __init__(
            self,
            grid: Grid,
            dt: float,
            steps: int,
            frames: int,
            method: Method | str,
            absorber: Absorber | None = None,
            precision: str = "double",
            save_psi: bool = True,
        ) -> None: ...

    def __post_init__(self) -> None:
        if isinstance(self.method, str):
            object.__setattr__(self, "method", scheme_named(self.method))
        at_least("steps", self.steps, 1)
        at_least("frames", self.frames, 1)
        one_of("precision", self.precision, ("double", "single"))
        if concrete(self.dt):
            positive("dt", self.dt)
        if self.steps % self.frames:
            raise ArgumentError(
                "steps",
                f"must be a multiple of `frames`, but {self.steps} is not one of {self.frames}; take {self.frames * max(1, round(self.steps / self.frames))}.",
            )

    @property
    def duration(self) -> float:
        """The time propagated."""
        return self.steps * self.dt

    @property
    def pairs(self) -> int:
        """FFT pairs of one step."""
        return self.method.needed(self.dt)

    @property
    def fft_pairs(self) -> int:
        """FFT pairs of the whole run: the unit in which methods are compared. The processor of a scheme counts at the start and at each frame;
        the pairs of observables do not. None for the spectral method, which has no FFT.
        """
        return self.steps * self.pairs + (1 + self.frames) * self.method.ends

    @property
    def memory(self) -> int:
        """Bytes needed, approximately: psi, its tables and the saved frames."""
        size = math.prod(self.grid.points) * (16 if self.precision == "double" else 8)
        tables = self.method.tables(math.prod(self.grid.points))
        return size * (tables + (self.frames + 1 if self.save_psi else 0))


def scheme_named(name: str) -> Scheme:
    """The splitting scheme of that name.

    Raises:
        ArgumentError: if there is none; the message lists them.
    """
    name = name.lower()
    if name not in SCHEMES:
        raise ArgumentError(
            "scheme", f"must be one of {', '.join((*SCHEMES, 'chebyshev', 'spectral'))}, but is {name!r}."
        )
    return SCHEMES[name]


def require_double() -> None:
    """Refuse to compute in 32 bits: every table needs 64, also in single precision.

    Raises:
        NumericsError: if JAX's 64-bit mode is off.
    """
    if not uses_double():
        raise NumericsError(
            "wavesim needs JAX's 64-bit mode, but it is off, and numbers would lose half their digits in silence; "
            'before the first array, call jax.config.update("jax_enable_x64", True), or set JAX_ENABLE_X64=1.'
        )


def chebyshev_for(problem: Problem, grid: Grid, dt: float, cut: float = 1e-15) -> Chebyshev:
    """The Chebyshev series of one step: bounds that hold the spectrum of H on the grid, and a table at least as long as the step needs.

    Its length follows a ladder of radii, so that problems which differ a little share one compiled program.
    """
    return chebyshev_between(*spectral_bounds(problem, grid), dt, cut)


def chebyshev_between(low: float, top: float, dt: float, cut: float) -> Chebyshev:
    """The Chebyshev series of one step, for a spectrum between these bounds."""
    margin = 0.005 * (top - low)
    return Chebyshev(low - margin, top + margin, 1, cut).for_step(dt)


def spectral_bounds(problem: Problem, grid: Grid) -> tuple[float, float]:
    """Bounds of the spectrum of H on the grid: the lowest V, and the largest kinetic energy above the highest V."""
    samples = problem.potential.sample(grid, mass=problem.mass)
    return float(samples.min()), float(samples.max()) + sum(float(k) ** 2 for k in grid.largest_momentum) / (
        2 * float(problem.mass)
    )
