"""The transmitted probability by its current through a soft plane behind the barrier, summed over time."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, ClassVar

import numpy as np

from ...._arrays import erfc, xp as jnp
from ...._jax import jax
from ...._pytree import register_dataclass
from ...._typing import DIMENSIONLESS, FREQUENCY, Dimension, Length
from ....absorbers import Absorber
from ....fourier import derivative
from ....grid import Grid
from ....hamiltonian import Hamiltonian
from ....observables import AbstractObservable, Snapshot
from ....problem import Problem
from ....propagation import Result
from ....regions import Before, Beyond
from ....states import as_packet
from ...bars import AbstractRecordQuestion, CurvePredictions, Predictions, Reading
from ...predictions import moves_right
from ._transmission import Transmission

FLUX, TRANSMITTED = "flux_through_plane", "transmitted_probability"
_CURRENT, _BEFORE_PLANE = "soft_current", "before_soft_plane"

# the potential ends where it is this share of its height, as for `Transmission`
_FAR = 1e-3
# the plane is this many spacings soft, and this many of its own widths clear of the potential and of the absorber
_SOFT, _CLEAR = 3.5, 6.5
# samples of the current for each turn of its fastest beat
_SAMPLES = 2.4
_FEWEST_FRAMES, _MOST_FRAMES = 120, 6000


@register_dataclass
@dataclasses.dataclass(frozen=True)
class SoftCurrent(AbstractObservable):
    """int w(x) j(x) dx with a Gaussian w of the given `width` about `plane`: the probability that passes a soft plane to the right in unit time.

    f = int w dx is a soft step, and d/dt int f |psi|^2 dx = int w j dx exactly. A kink of psi ripples from point to point on a grid; the Gaussian
    averages that away, where the current at a point keeps it.
    """

    dimension: ClassVar[Dimension] = FREQUENCY

    plane: Length
    width: Length

    def prepare(self, grid: Grid, hamiltonian: Hamiltonian, initial: jax.Array) -> Any:
        far = (grid.position[0] - self.plane) / self.width
        return jnp.exp(-(far**2) / 2) / (math.sqrt(2 * math.pi) * self.width) * grid.cell / hamiltonian.mass

    def measure(self, prepared: Any, snapshot: Snapshot) -> jax.Array:
        return jnp.sum(prepared * jnp.imag(jnp.conj(snapshot.psi) * derivative(snapshot.psi, snapshot.grid, 0)))


@register_dataclass
@dataclasses.dataclass(frozen=True)
class BeforeSoftPlane(AbstractObservable):
    """The probability behind `edge` that has not yet passed the soft plane: int (step(x - edge) - f(x)) |psi|^2 dx, mirrored where it moves left."""

    dimension: ClassVar[Dimension] = DIMENSIONLESS

    edge: Length
    plane: Length
    width: Length
    to_right: bool = dataclasses.field(default=True, metadata={"static": True})

    def prepare(self, grid: Grid, hamiltonian: Hamiltonian, initial: jax.Array) -> Any:
        sign = 1.0 if self.to_right else -1.0
        passed = erfc(-sign * (grid.position[0] - self.plane) / (math.sqrt(2) * self.width)) / 2
        behind = Beyond(self.edge) if self.to_right else Before(self.edge)
        return behind.fraction(grid) - passed

    def measure(self, prepared: Any, snapshot: Snapshot) -> jax.Array:
        return snapshot.mean(prepared)

    def gradient(self, prepared: Any, snapshot: Snapshot) -> jax.Array:
        return prepared * snapshot.psi


@dataclasses.dataclass(frozen=True)
class FluxThroughPlane(AbstractRecordQuestion):
    """Transmission in one dimension by its current: int j dt through a soft plane behind the potential, and the probability before it at the end.

    The headline is ``flux_through_plane``; ``transmitted_probability``, by regions and absorbers, stands beside it. The sum over frames is the trapezoid
    rule, which errs by exp(-c/spacing) for a current that begins and ends at 0; its error is taken as its change with every other frame.

    Args:
        plane: where; the potential must be over, and no absorber begun, within six widths of it (length).
        width: how soft, as the standard deviation of a Gaussian; three grid spacings average the ripples of kinks away (length).
        relative: as in `Transmission`.
    """

    plane: Length
    width: Length
    relative: bool = False  # type: ignore[misc]

    @classmethod
    def placed(
        cls, problem: Problem, grid: Grid, absorber: Absorber | None, relative: bool = False
    ) -> FluxThroughPlane:
        """As soft as the grid requires, or as the room between potential and absorber allows."""
        to_right = moves_right(problem)
        edge = _edge(problem)
        room = 0.0 if absorber is None else float(absorber.width)
        end = float(grid.upper[0]) - room if to_right else float(grid.lower[0]) + room
        width = min(_SOFT * float(grid.spacing[0]), abs(end - edge) / (2 * _CLEAR))
        return cls(edge + (_CLEAR if to_right else -_CLEAR) * width, width, relative)

    def planned_for(self, problem: Problem) -> dict[str, Any]:
        return Transmission(self.relative).planned_for(problem)

    def observables(self, problem: Problem) -> dict[str, AbstractObservable]:
        soft = BeforeSoftPlane(_edge(problem), self.plane, self.width, moves_right(problem))
        flowing = {_CURRENT: SoftCurrent(self.plane, self.width), _BEFORE_PLANE: soft}
        return Transmission(self.relative).observables(problem) | flowing

    def readings(self, result: Result) -> dict[str, Reading]:
        beyond = Transmission(self.relative).readings(result)[TRANSMITTED]
        sign = 1.0 if moves_right(result.problem) else -1.0
        current, times, still = result.series[_CURRENT], result.times, float(result.series[_BEFORE_PLANE][-1])
        value = sign * float(np.trapezoid(current, times))
        coarse = sign * float(np.trapezoid(current[::2], times[::2])) if len(times) % 2 else math.inf
        own = beyond.own_error | {"frames": abs(value - coarse)}
        flux = Reading(value + still, DIMENSIONLESS, own, scale=beyond.scale)
        return {FLUX: flux, TRANSMITTED: beyond}

    def curves(self, result: Result) -> dict[str, tuple[np.ndarray, Dimension]]:
        del result
        return {}

    def leak(self, problem: Problem, absorber: Absorber) -> float:
        return Transmission(self.relative).leak(problem, absorber)

    def predictions(self, problem: Problem, duration: float | None) -> Predictions:
        del problem, duration
        return {}

    def curve_predictions(self, problem: Problem, times: np.ndarray) -> CurvePredictions:
        del problem, times
        return {}


def frames_for(problem: Problem, duration: float, tolerance: float) -> int:
    """Frames that resolve the current, also where only every other one is kept: it beats with the differences of the packet's energies."""
    mass = float(problem.mass)
    packet = as_packet(problem.state, mass)
    assert packet is not None
    first, last = packet.momentum_range(max(1e-3 * tolerance, 1e-16), mass)
    slow, fast = min(abs(first), abs(last)) if first * last > 0 else 0.0, max(abs(first), abs(last))
    beats = duration * (fast**2 - slow**2) / (2 * mass) / (2 * math.pi)
    return 4 * math.ceil(min(max(_SAMPLES * beats, _FEWEST_FRAMES), _MOST_FRAMES) / 4)


def _edge(problem: Problem) -> float:
    """Where the potential ends on the far side."""
    left, right = problem.potential.support(_FAR)
    return float(right if moves_right(problem) else left)
