"""Motion of a packet, given by one of momentum, energy and velocity."""

from __future__ import annotations

import math
from typing import Any

from .._arrays import xp as jnp
from .._checks import concrete, finite, one_of, positive
from .._jax import jax
from ..errors import ArgumentError

_FIELDS = ("momentum", "energy", "velocity")


def check_motion(packet: Any, needed: bool) -> None:
    """Check the fields momentum, energy, direction and velocity of a packet.

    Args:
        packet: with those fields.
        needed: whether one must be given; otherwise a packet without any is at rest.

    Raises:
        ArgumentError: if more than one is given, none is given although needed, or one is not finite.
    """
    one_of("direction", packet.direction, ("right", "left"))
    given = [name for name in _FIELDS if getattr(packet, name) is not None]
    if len(given) > 1:
        raise ArgumentError(given[0], f"must not be given together with `{given[1]}`; keep one of the two.")
    if needed and not given:
        raise ArgumentError(
            "momentum",
            "or `energy` or `velocity` must be given, but none is; give exactly one (momentum = 0 is at rest).",
        )
    if packet.energy is not None:
        positive("energy", packet.energy)
        return
    for name in given:
        finite(name, getattr(packet, name))
    if packet.direction == "left":
        name = given[0] if given else "energy"
        raise ArgumentError(
            "direction",
            f"turns a packet given by `energy`, but {f'`{name}` is given; make `{name}` negative' if given else 'none is; give one'} instead.",
        )


def momentum_of(packet: Any, mass: float) -> jax.Array | float:
    """The mean momentum, with its sign, of a packet with those fields; 0 where none is given. A float unless an argument is traced."""
    if packet.energy is not None:
        root = math.sqrt if concrete(packet.energy) and concrete(mass) else jnp.sqrt
        return root(2 * mass * packet.energy) * (1.0 if packet.direction == "right" else -1.0)
    if packet.velocity is not None:
        product: Any = mass * packet.velocity
        return float(product) if concrete(product) else jnp.asarray(product, dtype=float)
    given: Any = 0.0 if packet.momentum is None else packet.momentum
    return float(given) if concrete(given) else jnp.asarray(given, dtype=float)
