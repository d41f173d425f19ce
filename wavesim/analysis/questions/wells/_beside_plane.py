"""The probability on one side of a plane that cuts psi, of all that the waves of the grid say between its points."""

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
    """int |psi|^2 dx up to a plane, or from it on, without an error of the points: as smooth psi converges, so does this.

    psi has the n waves of its grid, |psi|^2 twice as many, and so on 2n points the sum of |psi|^2 times the Fourier series of the step at the
    plane, cut off after these waves, is the integral. (`ProbabilityIn` weighs the n points, and is left with an error of fifth order.)

    For one dimension. Not where psi reaches the ends of the box, at which the step is cut off as well.
    """

    dimension: ClassVar[Dimension] = DIMENSIONLESS

    region: Before | Beyond

    def prepare(self, grid: Grid, hamiltonian: Hamiltonian, initial: jax.Array) -> Any:
        del hamiltonian, initial
        n, spacing = grid.points[0], grid.spacing[0]
        length = n * spacing
        place = jnp.clip(self.region.position - grid.lower[0], 0.0, length)
        waves = jnp.concatenate([jnp.arange(1, n), jnp.arange(1 - n, 0)]) * (2 * math.pi / length)
        others = (1 - jnp.exp(-1j * waves * place)) / (1j * waves * length)
        unpaired = jnp.zeros(1, complex)
        series = jnp.concatenate([unpaired + place / length, others[: n - 1], unpaired, others[n - 1 :]])
        before = jnp.real(inverse(series, 1)) * (2 * n)
        return before if isinstance(self.region, Before) else 1.0 - before

    def measure(self, prepared: Any, snapshot: Snapshot) -> jax.Array:
        psi = inverse(_widened(snapshot.phi), 1)
        return jnp.sum(prepared * jnp.abs(psi) ** 2) * snapshot.grid.cell / 2


def _widened(spectrum: jax.Array) -> jax.Array:
    """Of psi on twice as many points; an unpaired highest wave goes to both ends."""
    n = spectrum.shape[0]
    half = n // 2
    if n % 2:
        parts = [spectrum[: half + 1], jnp.zeros(n, spectrum.dtype), spectrum[half + 1 :]]
    else:
        top = spectrum[half : half + 1] / 2
        parts = [spectrum[:half], top, jnp.zeros(n - 1, spectrum.dtype), top, spectrum[half + 1 :]]
    return 2 * jnp.concatenate(parts)
