"""Probability on one side of a plane that cuts psi, from the Fourier interpolation of psi."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, ClassVar

from ...._arrays import xp as jnp
from ...._jax import jax
from ...._pytree import register_dataclass
from ...._typing import DIMENSIONLESS, Dimension
from ....fourier import inverse
from ....grid import Grid
from ....hamiltonian import Hamiltonian
from ....observables import AbstractObservable, Snapshot
from ....regions import Before, Beyond


@register_dataclass
@dataclasses.dataclass(frozen=True)
class ProbabilityBeside(AbstractObservable):
    """int |psi|^2 dx before or beyond a plane, exact for the waves of the grid.

    psi has the n waves of its grid and |psi|^2 twice as many, so that the integral is the sum over 2n points of |psi|^2 times the Fourier
    series, truncated to these waves, of the step at the plane. (`ProbabilityIn`, a weighted sum over n points, has an error of fifth order.)

    For one dimension. Not where psi reaches the ends of the box, at which the periodic step has its other edge.
    """

    dimension: ClassVar[Dimension] = DIMENSIONLESS

    region: Before | Beyond

    def prepare(self, grid: Grid, hamiltonian: Hamiltonian, initial: jax.Array) -> Any:
        del hamiltonian, initial
        n, spacing = grid.points[0], grid.spacing[0]
        length = n * spacing
        position = jnp.clip(self.region.position - grid.lower[0], 0.0, length)
        waves = jnp.concatenate([jnp.arange(1, n), jnp.arange(1 - n, 0)]) * (2 * math.pi / length)
        coefficients = (1 - jnp.exp(-1j * waves * position)) / (1j * waves * length)
        unpaired = jnp.zeros(1, complex)
        series = jnp.concatenate([unpaired + position / length, coefficients[: n - 1], unpaired, coefficients[n - 1 :]])
        before = jnp.real(inverse(series, 1)) * (2 * n)
        return before if isinstance(self.region, Before) else 1.0 - before

    def measure(self, prepared: Any, snapshot: Snapshot) -> jax.Array:
        psi = inverse(_doubled(snapshot.phi), 1)
        return jnp.sum(prepared * jnp.abs(psi) ** 2) * snapshot.grid.cell / 2


def _doubled(spectrum: jax.Array) -> jax.Array:
    """Spectrum of psi on twice as many points; an unpaired highest wave is split between both signs."""
    n = spectrum.shape[0]
    half = n // 2
    if n % 2:
        parts = [spectrum[: half + 1], jnp.zeros(n, spectrum.dtype), spectrum[half + 1 :]]
    else:
        top = spectrum[half : half + 1] / 2
        parts = [spectrum[:half], top, jnp.zeros(n - 1, spectrum.dtype), top, spectrum[half + 1 :]]
    return 2 * jnp.concatenate(parts)
