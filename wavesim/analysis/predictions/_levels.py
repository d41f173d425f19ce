"""The lowest levels by theory: closed forms, and node counting for any other well in one dimension."""

from __future__ import annotations

import dataclasses
import itertools
import math

import numpy as np

from ... import theory
from ...errors import NumericsError
from ...potentials import AbstractPotential, DeltaWell, DoubleDeltaWell, Harmonic, Separable, values_at

_EPS = float(np.finfo(float).eps)


@dataclasses.dataclass(frozen=True)
class LevelTheory:
    """The lowest levels by one theory.

    Attributes:
        energies: increasing, as many as theory knows [energy].
        errors: of each [energy].
    """

    energies: np.ndarray
    errors: np.ndarray


def level_theories(potential: AbstractPotential, mass: float, count: int) -> dict[str, LevelTheory]:
    """The lowest levels by the theory's name, as many as there are up to `count`; empty where theory knows none.

    Closed forms for the oscillator and for delta wells; sums of one-dimensional levels where V is separable; otherwise, in one dimension,
    the levels by counting nodes (`wavesim.theory.bound_levels`).
    """
    if isinstance(potential, Separable):
        return _sums([level_theories(term, mass, count) for term in potential.terms], count)
    if isinstance(potential, Harmonic):
        return _closed_form(np.asarray(theory.harmonic_levels(count, potential.frequency)))
    if isinstance(potential, DeltaWell):
        return _closed_form(np.array([float(theory.delta_well_energy(potential.strength, mass))])[:count])
    if isinstance(potential, DoubleDeltaWell):
        pair = theory.delta_doublet(potential.strength, potential.separation, mass)
        both = np.array([float(pair.energy_symmetric), float(pair.energy_antisymmetric)])
        return _closed_form(both[np.isfinite(both)][:count])
    if potential.dimension > 1 or not potential.static:
        return {}
    try:
        return {"levels": _counted(potential, mass, count)}
    except NumericsError:
        # more cells than theory affords: it says nothing
        return {}


def _closed_form(energies: np.ndarray) -> dict[str, LevelTheory]:
    return {"closed_form": LevelTheory(energies, 8 * _EPS * np.abs(energies))}


def _sums(parts: list[dict[str, LevelTheory]], count: int) -> dict[str, LevelTheory]:
    if not all(parts):
        return {}
    axes = [next(iter(part.values())) for part in parts]
    name = "closed_form" if all("closed_form" in part for part in parts) else "levels"
    energies = np.array([math.fsum(levels) for levels in itertools.product(*(axis.energies for axis in axes))])
    errors = np.array([math.fsum(each) for each in itertools.product(*(axis.errors for axis in axes))])
    order = np.argsort(energies)[:count]
    return {name: LevelTheory(energies[order], errors[order])}


def _counted(potential: AbstractPotential, mass: float, count: int) -> LevelTheory:
    structure = potential.support(1e-3)
    energies, errors = theory.bound_levels(
        lambda x: values_at(potential, x, mass),
        *structure,
        count=count,
        rim=min(potential.asymptotes()),
        edges=potential.edges,
        deltas=(potential.spikes, potential.strengths),
        mass=mass,
    )
    return LevelTheory(energies, errors)
