"""The oracle between walls, on rings and at poles, held against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.draws import QUESTIONS, draw, toml
from tests.oracle import Gaussian, answers, line_of
from tests.oracle._closed import ring_levels, walled_levels, walled_packet
from tests.oracle._formula import Formula
from tests.oracle._poles import lowest_pole

FREE = line_of({"kind": "free"})


def test_levels_between_walls_and_on_a_ring() -> None:
    """Set-up: nothing in a box of 3 and on a ring of 5 with a flux of 0.2, m = 2.

    Formula: (n pi/L)^2/2m, and (2 pi (n - flux)/L)^2/2m. Budget: rounding of the sums, 1e-12.
    """
    states = walled_levels(FREE, 2.0, (-1.0, 2.0), 5)
    assert states.energies == pytest.approx((np.arange(1, 6) * np.pi / 3) ** 2 / 4, abs=1e-12)
    levels, errors = ring_levels(FREE, 2.0, 5.0, 0.2, 4)
    assert levels == pytest.approx((2 * np.pi * np.array([0.2, 0.8, 1.2, 1.8]) / 5) ** 2 / 4, abs=1e-12)
    assert np.all(errors < 1e-11)


def test_a_packet_in_a_box_is_its_mirror_image_at_half_the_revival() -> None:
    """Set-up: a packet at -2 in a box from -5 to 5, m = 1.

    Formula: after 2 m L^2/pi it is at 2 and moves back. Budget: what the states miss.
    """
    packet = Gaussian(((1.0, -2.0, 0.4, 1.5),))
    course, missing = walled_packet(FREE, 1.0, (-5.0, 5.0), packet, np.array([0.0, 200 / np.pi]))
    assert missing < 1e-9
    assert course.position == pytest.approx([-2.0, 2.0], abs=1e-8)
    assert course.momentum == pytest.approx([1.5, -1.5], abs=1e-8)


def test_the_pole_of_a_well_that_falls_without_end() -> None:
    """Set-up: V = x^2/2 - x^3/20, m = 1.

    Formula: second-order perturbation theory, E = 1/2 - 11 B^2/8 with B = 1/20 and further terms of B^4 (the fourth order is -465 B^4/32).
    Budget: twice the fourth order.
    """
    found = lowest_pole(Formula("x**2/2 - B*x**3", {"B": 0.05}), 1.0, (-10.0, 16.0))
    assert found is not None
    energy, error = found
    assert error < 1e-9
    assert energy.real == pytest.approx(0.5 - 11 * 0.05**2 / 8, abs=2 * 465 * 0.05**4 / 32)


@pytest.mark.parametrize("kind", QUESTIONS)
def test_every_question_is_drawn_and_answered(kind: str) -> None:
    drawn = draw(QUESTIONS.index(kind), 3, kind)
    assert toml(drawn.scenario).startswith("format = 1")
    assert answers(drawn.scenario).numbers


def test_seed_and_index_determine_a_draw() -> None:
    assert draw(4, 3, "ring") == draw(4, 3, "ring") != draw(4, 5, "ring")


def test_gap_of_two_wells_in_the_plane_is_that_of_the_line() -> None:
    """Set-up: a quartic double well along one axis, an oscillator along the other, turned by an angle of 0.7.

    Formula: the gap and the populations are the line's. Budget: what the coarser of two meshes changes.
    """
    numbers = {"A": 0.6, "a": 1.3, "w": 1.2, "c": float(np.cos(0.7)), "s": float(np.sin(0.7))}
    form = "A*((c*x + s*y)^2 - a^2)^2 + w^2*(c*y - s*x)^2/2"
    asked = {"state": {"kind": "left_localized"}, "find": {"kind": "populations"}}
    plane = answers({"potential": {"kind": "expression", "formula": form, "parameters": numbers}, **asked}).numbers
    line = {"kind": "quartic_double_well", "barrier": 0.6 * 1.3**4, "half_distance": 1.3}
    for name, (value, error) in answers({"potential": line, **asked}).numbers.items():
        assert abs(plane[name][0] - value) <= plane[name][1] + error + 1e-11
        assert plane[name][1] < 1e-7 * value
