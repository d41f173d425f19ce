"""A compiled program is that of the classes it is called with."""

from __future__ import annotations

import itertools

import jax
import numpy as np
import pytest

from wavesim.observables import Energy, Norm
from wavesim.potentials import EckartBarrier, ParabolicBarrier, RectangularBarrier, Sum, TriangularBarrier, values_at
from wavesim.regions import Before, Beyond
from wavesim.states import LeftLocalized, RightLocalized


def test_structures_hold_their_class() -> None:
    """A rectangle and a parabola have alike fields; JAX's own registration of dataclasses takes their structures for equal."""
    rectangle, parabola = RectangularBarrier(-1.0, 1.0, 0.0), ParabolicBarrier(-1.0, 1.0, 0.0)
    structure = jax.tree.structure
    assert structure(rectangle) != structure(parabola)
    assert structure(Sum((rectangle,))) != structure(Sum((parabola,)))
    assert structure(rectangle) == structure(RectangularBarrier(2.0, 3.0, 1.0))


ALIKE = (
    tuple(kind(1.0, 2.0, 0.5) for kind in (RectangularBarrier, ParabolicBarrier, TriangularBarrier, EckartBarrier)),
    (LeftLocalized(), RightLocalized()),
    (Before(1.0), Beyond(1.0)),
    (Norm(), Energy()),
)


@pytest.mark.parametrize("nodes", ALIKE, ids=lambda nodes: type(nodes[0]).__name__)
def test_alike_fields_make_no_alike_structures(nodes: tuple[object, ...]) -> None:
    structures = [jax.tree.structure(node) for node in nodes]
    assert all(one != other for one, other in itertools.combinations(structures, 2))
    assert all(jax.tree.unflatten(s, jax.tree.leaves(n)) == n for s, n in zip(structures, nodes, strict=True))


def test_each_class_is_evaluated_by_its_own_program() -> None:
    x = np.array([-0.25, 0.25])
    for term, value in (
        (RectangularBarrier(-1.0, 1.0, 0.0), -1.0),
        (ParabolicBarrier(-1.0, 1.0, 0.0), -0.9375),
        (TriangularBarrier(-1.0, 1.0, -0.5), -0.5),
    ):
        assert values_at(Sum((term, term)), x).mean() == 2 * value
