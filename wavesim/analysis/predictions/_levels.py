"""The lowest levels by theory: closed forms, and a method of its own for any other well in one dimension."""

from __future__ import annotations

import itertools
import math

import jax.numpy as jnp
import numpy as np

from ... import theory
from ...potentials import AbstractPotential, DeltaWell, DoubleDeltaWell, Harmonic, Separable

# int kappa dx between the outermost turning point and the wall: what the wall then shifts is exp(-40)
_BEYOND = 20.0
_POINTS = 160
_SHAPE = 1024


def level_theories(potential: AbstractPotential, mass: float, count: int) -> dict[str, np.ndarray]:
    """The lowest levels by the theory's name, as many as there are up to `count`; empty where theory knows none.

    Closed forms for the oscillator and for delta wells; sums of one-dimensional levels where V is separable; otherwise, in one dimension,
    the sinc grid of `wavesim.theory.grid_levels` for a smooth V and `wavesim.theory.levels_by_shooting` for one with edges.
    """
    if isinstance(potential, Separable):
        return _sums([level_theories(term, mass, count) for term in potential.terms], count)
    if isinstance(potential, Harmonic):
        return {"closed_form": np.asarray(theory.harmonic_levels(count, potential.frequency))}
    if isinstance(potential, DeltaWell):
        return {"closed_form": np.array([float(theory.delta_well_energy(potential.strength, mass))])[:count]}
    if isinstance(potential, DoubleDeltaWell):
        pair = theory.delta_doublet(potential.strength, potential.separation, mass)
        both = np.array([float(pair.energy_symmetric), float(pair.energy_antisymmetric)])
        return {"closed_form": both[np.isfinite(both)][:count]}
    if potential.spikes or potential.dimension > 1 or not potential.static:
        return {}
    return {"levels": _numerical(potential, mass, count)}


def _sums(parts: list[dict[str, np.ndarray]], count: int) -> dict[str, np.ndarray]:
    if not all(parts):
        return {}
    axes = [next(iter(part.values())) for part in parts]
    name = "closed_form" if all("closed_form" in part for part in parts) else "levels"
    return {name: np.sort([math.fsum(levels) for levels in itertools.product(*axes)])[:count]}


def _numerical(potential: AbstractPotential, mass: float, count: int) -> np.ndarray:
    """The levels below the rim, between walls that are too far to be felt."""

    def value(x: np.ndarray) -> np.ndarray:
        # one shape for all grids: V compiles once
        padded = np.concatenate([x, np.full(max(_SHAPE - len(x), 0), x[-1])])
        return np.asarray(potential.value((jnp.asarray(padded),), mass=mass))[: len(x)]

    left, right = potential.support(1e-3)
    center, half = (left + right) / 2, 0.6 * (right - left)
    rim, widest = min(potential.asymptotes()), 16 * half
    while True:
        rough = theory.grid_levels(value, center - half, center + half, count=count, points=_POINTS, mass=mass)
        x = np.linspace(center - half, center + half, _SHAPE)
        felt = [_exponent(x, value(x) - energy, mass) < _BEYOND for energy in rough.energies]
        if not any(felt) or half > widest:
            break
        half *= 1.2
    bound = int(np.sum(~np.array(felt) & (rough.energies < rim)))
    if bound == 0:
        return np.zeros(0)
    walls = (center - half, center + half)
    if potential.smooth:
        points = _POINTS
        while True:
            fine = theory.grid_levels(value, *walls, count=bound, points=points, mass=mass)
            if np.all(fine.errors < 1e-10 * np.ptp(value(x))) or points > 500:
                return fine.energies
            points = points * 3 // 2
    energies, _ = theory.levels_by_shooting(
        lambda x: potential.value((x,), mass=mass), *walls, count=bound, edges=potential.edges, mass=mass
    )
    return np.asarray(energies)


def _exponent(x: np.ndarray, above: np.ndarray, mass: float) -> float:
    """int kappa dx from the outermost turning point to the wall, on the side where it is smaller; `above` is V - E."""
    inside = np.flatnonzero(above < 0)
    if not len(inside):
        return 0.0
    kappa = np.sqrt(2 * mass * np.maximum(above, 0.0))
    step = float(x[1] - x[0])
    return step * float(min(kappa[: inside[0]].sum(), kappa[inside[-1] :].sum()))
