"""A compiled program is that of the classes it is called with."""

from __future__ import annotations

import numpy as np

from wavesim._programs import classes
from wavesim.potentials import ParabolicBarrier, RectangularBarrier, Sum, TriangularBarrier, values_at


def test_classes_with_the_same_leaves_have_different_names() -> None:
    """A rectangle and a parabola, alone and as terms: JAX's own comparison of the two structures says that they are equal."""
    rectangle, parabola = RectangularBarrier(-1.0, 1.0, 0.0), ParabolicBarrier(-1.0, 1.0, 0.0)
    assert classes(rectangle) != classes(parabola)
    assert classes(Sum((rectangle,))) != classes(Sum((parabola,)))
    assert classes(rectangle) == classes(RectangularBarrier(2.0, 3.0, 1.0))


def test_each_class_is_evaluated_by_its_own_program() -> None:
    x = np.array([-0.25, 0.25])
    for term, value in (
        (RectangularBarrier(-1.0, 1.0, 0.0), -1.0),
        (ParabolicBarrier(-1.0, 1.0, 0.0), -0.9375),
        (TriangularBarrier(-1.0, 1.0, -0.5), -0.5),
    ):
        assert values_at(Sum((term, term)), x).mean() == 2 * value
