"""Lowest levels by theory: closed forms, and node counting for any other well in one dimension."""

from __future__ import annotations

import dataclasses
import itertools
import math

import numpy as np

from .... import theory
from ....ends import Axis, Ends, Walls
from ....errors import NumericsError
from ....potentials import (
    AbstractMassStructure,
    AbstractPotential,
    DeltaWell,
    DoubleDeltaWell,
    Free,
    Harmonic,
    InfiniteSquareWell,
    Separable,
    Unfolded,
    restricted,
    values_at,
)
from ._levels_of_structures import levels_on_cells, levels_on_elements

_EPS = float(np.finfo(float).eps)


@dataclasses.dataclass(frozen=True)
class LevelTheory:
    """The lowest levels by one theory.

    Attributes:
        energies: increasing, at most as many as asked for [energy].
        errors: error of each energy [energy].
    """

    energies: np.ndarray
    errors: np.ndarray


def level_theories(
    potential: AbstractPotential, mass: float, count: int, ends: Ends | None = None
) -> dict[str, LevelTheory]:
    """Lowest levels by the theory's name, up to `count`; empty where no theory applies.

    Closed forms for the oscillator and for delta wells; sums of one-dimensional levels where V is separable; otherwise, in one dimension,
    node counting (`wavesim.theory.bound_levels`), shooting between two walls, and plane waves on a ring.
    """
    if isinstance(potential, AbstractMassStructure):
        elements, errors = levels_on_elements(potential, mass, levels_on_cells(potential, mass, count))
        return {"finite_elements": LevelTheory(elements.energies, errors)} if ends is None else {}
    if ends is not None:
        try:
            return _with_ends(restricted(potential, ends), ends, mass, count) if potential.static else {}
        except NumericsError:
            return {}
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
        return {"levels": _by_node_counting(potential, mass, count)}
    except NumericsError:
        # too many cells
        return {}


def _closed_form(energies: np.ndarray) -> dict[str, LevelTheory]:
    return {"closed_form": LevelTheory(energies, 8 * _EPS * np.abs(energies))}


def _with_ends(potential: AbstractPotential, ends: Ends, mass: float, count: int) -> dict[str, LevelTheory]:
    """Levels between walls, beside one wall or on a ring."""
    low, high = ends.interval
    empty = isinstance(potential, Free | InfiniteSquareWell)
    edges = [float(edge) for edge in potential.edges if low < edge < high]
    pairs = [pair for pair in zip(potential.spikes, potential.strengths, strict=True) if low < pair[0] < high]
    deltas = (tuple(float(at) for at, _ in pairs), tuple(float(size) for _, size in pairs))

    def value(x: np.ndarray) -> np.ndarray:
        return values_at(potential, x, mass)

    if isinstance(ends, Axis):
        if empty:
            return _closed_form(_rotor(ends, mass, count))
        edges += [low] if low in Unfolded.of(potential, ends, mass).places else []
        levels = theory.ring_levels(
            value,
            low,
            high - low,
            count=count,
            phase=2 * math.pi * float(ends.flux),
            edges=edges,
            deltas=deltas,
            mass=mass,
        )
        return {"levels": LevelTheory(*levels)}
    if ends.both:
        if empty:
            return _closed_form(np.asarray(theory.box_levels(count, high - low, mass)))
        return {
            "levels": LevelTheory(
                *theory.levels_by_shooting(value, low, high, count=count, edges=edges, deltas=deltas, mass=mass)
            )
        }
    assert isinstance(ends, Walls)
    walls = tuple(None if end is None else float(end) for end in (ends.left, ends.right))
    rim = potential.asymptotes()[ends.left is not None]
    structure = np.clip(potential.support(1e-3), low, high)
    levels = theory.bound_levels(
        value,
        *map(float, structure),
        count=count,
        rim=rim,
        edges=edges,
        deltas=deltas,
        mass=mass,
        walls=walls,  # type: ignore[arg-type]
    )
    return {"levels": LevelTheory(*levels)}


def _rotor(axis: Axis, mass: float, count: int) -> np.ndarray:
    """Levels (2 pi (n + flux)/period)^2/2m of a free particle on a ring, increasing."""
    n = np.arange(-count - 1, count + 2) - round(float(axis.flux))
    return np.sort((2 * math.pi * (n + float(axis.flux)) / float(axis.period)) ** 2 / (2 * mass))[:count]


def _sums(parts: list[dict[str, LevelTheory]], count: int) -> dict[str, LevelTheory]:
    """Levels of a separable V: sums of one level of each axis."""
    if not all(parts):
        return {}
    axes = [next(iter(part.values())) for part in parts]
    name = "closed_form" if all("closed_form" in part for part in parts) else "levels"
    energies = np.array([math.fsum(levels) for levels in itertools.product(*(axis.energies for axis in axes))])
    errors = np.array([math.fsum(each) for each in itertools.product(*(axis.errors for axis in axes))])
    order = np.argsort(energies)[:count]
    return {name: LevelTheory(energies[order], errors[order])}


def _by_node_counting(potential: AbstractPotential, mass: float, count: int) -> LevelTheory:
    """Levels of a static V(x) by node counting."""
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
