"""The reference problems: names, tags, and every number computed again by the oracle."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

from tests.oracle import answers
from tests.oracle.closed import square_gap
from tests.problems import REFERENCES, TAGS, tagged


def transmitted(potential: dict[str, Any], width: float, momentum: float) -> float:
    """What passes of a packet that starts far away, by the oracle."""
    state = {"kind": "gaussian_packet", "center": -200.0, "width": width, "momentum": momentum}
    return answers({"potential": potential, "state": state}).numbers["transmitted_probability"][0]


def gap(potential: dict[str, Any]) -> float:
    """E_1 - E_0 of two wells, by the oracle."""
    scenario = {"potential": potential, "state": {"kind": "left_localized"}, "find": {"kind": "splitting"}}
    return answers(scenario).numbers["gap"][0]


RECTANGULAR = {"kind": "rectangular_barrier", "height": 1.0, "width": 1.5}
ECKART = {"kind": "eckart_barrier", "height": 1.0, "width": 1.0}
GAUSSIAN = {"kind": "gaussian_barrier", "height": 0.8, "width": 0.9}
STEP = {"kind": "step", "height": 0.4}
DOUBLE = {"kind": "double_barrier", "height": 1.0, "width": 1.0, "separation": 3.0}
QUARTIC = {"kind": "quartic_double_well", "barrier": 8.0, "half_distance": 2.0}
SQUARE = {"kind": "square_double_well", "depth": 4.0, "well_width": 1.0, "separation": 1.0}

RECOMPUTED: dict[tuple[str, str], tuple[Callable[[], float], float]] = {
    ("rectangular", "transmitted"): (lambda: transmitted(RECTANGULAR, 5.0, 1.0), 1e-13),
    ("rectangular", "at_mean_energy"): (lambda: float(mpmath.sech(1.5) ** 2), 1e-15),
    ("eckart", "transmitted"): (lambda: transmitted(ECKART, 3.0, 1.3), 1e-13),
    ("gaussian", "transmitted"): (lambda: transmitted(GAUSSIAN, 4.0, 1.2), 1e-13),
    ("step", "transmitted"): (lambda: transmitted(STEP, 4.0, 1.3), 1e-13),
    ("double_barrier", "transmitted"): (lambda: transmitted(DOUBLE, 4.0, 0.9), 1e-13),
    ("quartic", "gap"): (lambda: gap(QUARTIC), 1e-11),
    ("quartic", "period"): (lambda: 2 * np.pi / gap(QUARTIC), 1e-11),
    ("square", "gap"): (lambda: square_gap(4.0, 1.0, 1.0, 0.5), 1e-14),
    ("coherent", "period"): (lambda: float(2 * mpmath.pi), 1e-15),
    ("coherent", "width"): (lambda: float(1 / mpmath.sqrt(2)), 1e-15),
    ("coherent", "energy"): (lambda: 0.5 + 2.0**2 / 2, 1e-15),
}


def test_every_number_is_computed_again() -> None:
    """No number stands in the table that has no second source, and none is computed that does not stand there."""
    assert set(RECOMPUTED) == {(name, number) for name, ref in REFERENCES.items() for number in ref.numbers}


@pytest.mark.parametrize(("name", "number"), RECOMPUTED)
def test_a_number_of_the_table(name: str, number: str) -> None:
    """Budget: the relative accuracy of the second source (spectral elements 1e-13, gaps by the Wronskian identity 1e-11, closed forms 1e-14)."""
    again, accuracy = RECOMPUTED[name, number]
    assert REFERENCES[name].numbers[number] == pytest.approx(again(), rel=2 * accuracy)


def test_tags_are_known_and_used() -> None:
    """Each tag that a problem carries has a meaning, and each meaning a problem; a problem is smooth or sharp, as its potential says."""
    assert set().union(*(reference.tags for reference in REFERENCES.values())) == set(TAGS)
    for reference in REFERENCES.values():
        assert ("smooth" in reference.tags) == reference.problem.potential.smooth
        assert ("sharp" in reference.tags) != reference.problem.potential.smooth
        assert reference.source


def test_tagged_finds_all_and_only_those() -> None:
    assert tagged("tunneling") == ["quartic", "square"]
    assert tagged("scattering", "smooth") == ["eckart", "gaussian"]
    assert set(tagged()) == set(REFERENCES)


def test_no_two_problems_are_the_same() -> None:
    """Names are unique as keys of a dict; the physics behind them too."""
    described = [repr(reference.problem) for reference in REFERENCES.values()]
    assert len(set(described)) == len(described)
