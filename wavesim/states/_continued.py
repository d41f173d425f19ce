"""States between walls or on a ring, continued over the infinite line on which they are propagated."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from .._amounts import amount
from .._arrays import xp as jnp
from .._jax import jax
from .._pytree import register_dataclass
from .._typing import LENGTH, MOMENTUM
from ..ends import Axis, Ends, Walls
from ..errors import NumericsError
from ..grid import Grid
from ..hamiltonian import DENSE_LIMIT, Hamiltonian
from ._base import AbstractPacket, AbstractState, normalized
from ._together import as_packet

# largest probability beyond a wall
_BEYOND = 1e-3


def continued(state: AbstractState, ends: Ends, mass: float) -> AbstractState:
    """Continue a state over the infinite line: odd about each wall, or the sum over all periods of a ring."""
    return ContinuedBound(state, ends) if as_packet(state, mass) is None else ContinuedPacket(state, ends, mass)


@register_dataclass
@dataclasses.dataclass(frozen=True)
class ContinuedPacket(AbstractPacket):
    """The sum of a packet's images: with alternating signs at walls, with the same sign after each period of a ring.

    A packet that does not touch a wall is unchanged; otherwise psi is still 0 at the wall.
    """

    state: AbstractState
    ends: Ends
    mass: float

    @property
    def _packet(self) -> AbstractPacket:
        packet = as_packet(self.state, float(self.mass))
        assert packet is not None
        return packet

    def sample(self, grid: Grid, hamiltonian: Hamiltonian) -> jax.Array:
        (low,), (step,), (points,) = grid.lower, grid.spacing, grid.points
        if isinstance(self.ends, Axis) or self.ends.both:
            wide = Grid((low - points * step,), (step,), (3 * points,))
            flat = Hamiltonian(wide, jnp.zeros(wide.points), hamiltonian.mass)
            psi = jnp.sum(jnp.reshape(self.state.sample(wide, flat), (3, points)), axis=0)
        else:
            psi = self.state.sample(grid, hamiltonian)
        return normalized(psi if isinstance(self.ends, Axis) else psi - psi[::-1], grid)

    def check_fit(self, grid: Grid, mass: float) -> None:
        self.check_place()
        slow, fast = self._packet.momentum_range(_BEYOND, mass)
        largest = float(grid.largest_momentum[0])
        if max(abs(slow), abs(fast)) > largest:
            raise NumericsError(
                f"the packet's momenta must be below pi/spacing = {amount(largest, MOMENTUM)}, but reach {amount(max(abs(slow), abs(fast)), MOMENTUM)}; "
                "take more points."
            )

    def check_place(self) -> None:
        """Refuse a packet outside of the ends.

        Raises:
            NumericsError: if the packet lies behind a wall, or off the ring.
        """
        low, high = self.ends.interval
        left, right = self._packet.position_range(_BEYOND)
        if isinstance(self.ends, Walls) and (left < low or right > high):
            place = _inner_side(self.ends)
        elif isinstance(self.ends, Axis) and (left < low - (high - low) or right > high + (high - low)):
            place = f"on the ring, {amount(low, LENGTH)} to {amount(high, LENGTH)}"
        else:
            return
        raise NumericsError(
            f"the packet must lie {place}, but reaches from {amount(left, LENGTH)} to {amount(right, LENGTH)}; "
            "move `center`, or make it narrower."
        )

    def position_range(self, tail: float) -> tuple[float, float]:
        low, high = self.ends.interval
        if isinstance(self.ends, Axis):
            return low, high
        if self.ends.both:
            return 2 * low - high, high
        wall = low if self.ends.right is None else high
        reach = max(abs(end - wall) for end in self._packet.position_range(tail))
        return wall - reach, wall + reach

    def momentum_range(self, tail: float, mass: float) -> tuple[float, float]:
        slow, fast = self._packet.momentum_range(tail, mass)
        if isinstance(self.ends, Axis):
            return slow, fast
        largest = max(abs(slow), abs(fast))
        return -largest, largest


def _inner_side(walls: Walls) -> str:
    low, high = walls.interval
    if walls.both:
        return f"on the inner side of the walls, {amount(low, LENGTH)} to {amount(high, LENGTH)}"
    side, wall = ("right", low) if walls.right is None else ("left", high)
    return f"on the {side} of the wall at {amount(wall, LENGTH)}"


@dataclasses.dataclass(frozen=True)
class _OddHalf(Hamiltonian):
    """H of the states odd about the middle of a grid, on one half of the grid.

    Args:
        whole: H on the whole grid.
        right: whether the half is the right one.
    """

    whole: Hamiltonian | None = None
    right: bool = True

    def matrix(self) -> jax.Array:
        assert self.whole is not None
        full, half = self.whole.matrix(), self.grid.points[0]
        near, far = (full[half:, half:], full[half:, :half]) if self.right else (full[:half, :half], full[:half, half:])
        return near - far[:, ::-1]


@register_dataclass
@dataclasses.dataclass(frozen=True)
class ContinuedBound(AbstractState):
    """Eigenstates and their combinations, between walls or on a ring."""

    bound: ClassVar[bool] = True

    state: AbstractState
    ends: Ends

    def sample(self, grid: Grid, hamiltonian: Hamiltonian) -> jax.Array:
        if isinstance(self.ends, Axis):
            return self.state.sample(grid, hamiltonian)
        half, right = grid.points[0] // 2, self.ends.left is not None
        if half > DENSE_LIMIT:
            raise NumericsError(
                f"an eigenstate between walls needs at most {DENSE_LIMIT} points, but has {half}; start from a gaussian_packet."
            )
        low = grid.lower[0] + half * grid.spacing[0] * right
        line = Grid((low,), grid.spacing, (half,))
        samples = hamiltonian.potential[half:] if right else hamiltonian.potential[:half]
        psi = self.state.sample(
            line, _OddHalf(line, samples, hamiltonian.mass, None, None, hamiltonian, right)
        ) / jnp.sqrt(2.0)
        return jnp.concatenate([-psi[::-1], psi] if right else [psi, -psi[::-1]])
