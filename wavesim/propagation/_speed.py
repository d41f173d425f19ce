"""The time of an FFT pair on this machine, measured at each call."""

from __future__ import annotations

import math
import time

from .._jax import jax, jnp
from ..fourier import forward, inverse

# shortest time of a measurement
_LEAST_SECONDS = 0.05


def pair_seconds(points: tuple[int, ...], rows: int = 1) -> float:
    """Seconds of an FFT, a phase and an inverse FFT on a grid of `points`, per row, with `rows` side by side."""
    phase = jnp.exp(1j * jnp.linspace(0.0, 1.0, math.prod(points))).reshape(points)

    @jax.jit
    def loop(psi: jax.Array, count: int) -> jax.Array:
        def pair(_: int, y: jax.Array) -> jax.Array:
            return inverse(phase * forward(y, len(points)), len(points)) * phase

        return jax.lax.fori_loop(0, count, pair, psi)

    many = jax.vmap(loop, in_axes=(0, None))
    psi = jnp.broadcast_to(phase, (rows, *points))
    many(psi, 1).block_until_ready()
    count = 8
    while True:
        start = time.perf_counter()
        many(psi, count).block_until_ready()
        seconds = time.perf_counter() - start
        if seconds > _LEAST_SECONDS:
            return seconds / count / rows
        count *= 4
