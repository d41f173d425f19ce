"""Many problems answered together say what each says alone: as true, and with bars as honest."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tests.problems import REFERENCES
from wavesim import certify
from wavesim.analysis import AbstractQuestion, Levels, Populations, Transmission
from wavesim.potentials import Harmonic
from wavesim.problem import Problem
from wavesim.propagation import Batch, plan
from wavesim.schemes import Chebyshev, chebyshev_terms
from wavesim.states import GaussianPacket
from wavesim.sweeps._answer import Answer, RowRequest, Status
from wavesim.sweeps.workers._engine import answers

TOLERANCE = 1e-3


def answered(question: AbstractQuestion, problems: list[Problem], tolerance: float = TOLERANCE) -> list[Answer]:
    found = dict(answers([RowRequest(question, problem, tolerance) for problem in problems]))
    return [found[place] for place in range(len(problems))]


def varied(name: str, path: str, values: np.ndarray) -> list[Problem]:
    return [REFERENCES[name].problem.replace(path, float(value)) for value in values]


@pytest.mark.parametrize(("name", "path"), [("rectangular", "potential.width"), ("eckart", "potential.height")])
def test_bars_of_rows_cover_the_closed_form(name: str, path: str) -> None:
    """Set-up: 4 barriers, widths or heights within 5 % of the reference's, each met by the same packet.

    Formula: T(E) in closed form, averaged over the packet; abs(T - theory) <= error, error <= tolerance = 1e-2, for T and R.
    Budget: none; rows that were planned with their neighbors' steps carry bars of their own.
    """
    middle = float(getattr(REFERENCES[name].problem.potential, path.rpartition(".")[2]))
    rows = answered(Transmission(), varied(name, path, middle * np.linspace(0.95, 1.05, 4)), 1e-2)
    values = [row.values["transmitted_probability"] for row in rows]
    assert np.all(np.diff(values) < 0)
    for row in rows:
        assert row.status is Status.GOOD
        for quantity in ("transmitted_probability", "reflected_probability"):
            assert abs(row.values[quantity] - row.theories[quantity]["closed_form"]) <= row.errors[quantity] <= 1e-2


def test_a_row_says_what_a_single_run_says() -> None:
    """Set-up: the same problem alone (`certify`) and among others, whose box, step and frames differ.

    Formula: the values differ by less than the sum of their bars.
    """
    problem = REFERENCES["gaussian"].problem
    row = answered(Transmission(), varied("gaussian", "potential.height", np.array([0.95, 1.0])))[1]
    alone = certify(problem.replace("potential.height", 1.0), TOLERANCE, frames=8)
    for quantity, told in alone.quantities.items():
        assert abs(row.values[quantity] - told.value) <= row.errors[quantity] + told.error


def test_other_questions_are_answered_too() -> None:
    """Set-up: two oscillators of frequencies 0.8 and 1, of which levels are asked and nothing is propagated; a double well whose period
    is asked; each against its theory: E_1 = 3/2 frequency, and 2 pi/gap.
    """
    oscillators = [Problem(Harmonic(frequency=w), GaussianPacket(0.0, 1.0, momentum=0.0)) for w in (0.8, 1.0)]
    for row, frequency in zip(answered(Levels(count=2), oscillators), (0.8, 1.0), strict=True):
        assert abs(row.values["level_1"] - 1.5 * frequency) <= row.errors["level_1"]
    (row,) = answered(Populations(), [REFERENCES["quartic"].problem])
    assert row.status is Status.GOOD
    assert (
        abs(row.values["tunneling_period"] - row.theories["tunneling_period"]["levels"])
        <= row.errors["tunneling_period"]
    )


def test_a_row_that_cannot_be_answered_leaves_the_others_alone() -> None:
    """A momentum that no memory holds, between two ordinary ones: one sentence for it, and the same bytes for them as without it."""
    good = varied("rectangular", "potential.width", np.array([0.8, 1.0]))
    impossible = good[0].replace("state.momentum", 1e9)
    rows = answered(Transmission(), [good[0], impossible, good[1]])
    assert [row.status for row in rows] == [Status.GOOD, Status.FAILED, Status.GOOD]
    assert "memory" in rows[1].reason and not rows[1].values
    assert [rows[0], rows[2]] == answered(Transmission(), good)


def test_a_tolerance_that_is_missed_is_said() -> None:
    """A record that ends while half of the packet is on its way: what is undecided bounds every bar from below; the number stands, with its reason."""
    problem = REFERENCES["eckart"].problem
    near = dataclasses.replace(problem, duration=-float(problem.state.center))  # type: ignore[attr-defined]
    (row,) = answered(Transmission(), [near], 1e-6)
    assert row.status is Status.MISSED and "above the 1e-06 asked for" in row.reason
    assert (
        abs(row.values["transmitted_probability"] - next(iter(row.theories["transmitted_probability"].values())))
        <= row.errors["transmitted_probability"]
    )


def test_sizes_are_rounded_up_to_what_neighbors_share() -> None:
    """Set-up: 40 rectangular barriers of different widths, planned apart and together.

    Formula: the planned sizes take less than two thirds as many programs (points, terms) together; spacing and duration are kept, steps and
    points only grow, a step twice as long has as many frames, and the tables of the Chebyshev series hold what a step needs.
    """
    apart, together = set(), set()
    for problem in varied("rectangular", "potential.width", np.linspace(0.5, 2.0, 40)):
        own = plan(problem, TOLERANCE, frames=8).numerics
        shared = plan(problem, TOLERANCE, frames=8, batch=Batch()).numerics
        for numerics, shapes in ((own, apart), (shared, together)):
            shapes.add((numerics.grid.points, numerics.method.pairs))
        assert shared.grid.spacing == own.grid.spacing and shared.grid.points[0] >= own.grid.points[0]
        assert shared.duration == pytest.approx(own.duration) and shared.steps >= own.steps
        method = shared.method
        assert isinstance(method, Chebyshev)
        radius = (method.highest - method.lowest) * float(shared.dt) / 2
        assert shared.pairs == min(chebyshev_terms(radius, method.cut), method.terms)
        assert shared.steps // shared.frames % 2 == 0
    assert 3 * len(together) < 2 * len(apart)


def test_neighbors_tell_each_other_their_steps() -> None:
    """Of two smooth barriers planned one after the other the second runs no pilot, and gets steps in proportion to duration x energy."""
    first, second = varied("eckart", "potential.height", np.array([1.0, 1.01]))
    known = Batch()
    pilots = [plan(problem, TOLERANCE, frames=8, batch=known).pilot_pairs for problem in (first, second)]
    assert pilots[0] > 0 == pilots[1]
    assert plan(second, TOLERANCE, frames=8).pilot_pairs > 0


def test_a_row_that_a_run_backward_corrects_has_edges_anywhere() -> None:
    """Set-up: a wide and a narrow barrier, planned as rows whose grids are compared, and as rows that a run backward corrects.

    Formula: 1.4 times the spacing, for what asks for it in the wide one is an edge; the narrow one, which three cells had to lie in, has as coarse a grid as the wide one.
    """
    wide, narrow = varied("rectangular", "potential.width", np.array([2.0, 0.1]))
    spacings = {
        (problem is narrow, corrected): float(
            plan(problem, TOLERANCE, frames=8, batch=Batch(), corrected=corrected).numerics.grid.spacing[0]
        )
        for problem in (wide, narrow)
        for corrected in (True, False)
    }
    assert 1.2 < spacings[False, True] / spacings[False, False] < 2.0
    assert spacings[True, True] > 5 * spacings[True, False]
    assert spacings[True, True] > 0.9 * spacings[False, True]


def test_rows_take_one_trial() -> None:
    """A barrier with edges: one run forward, one backward, and one with twice the step; a smooth one, whose run backward tells of its splitting
    too. The first trial is enough for both.
    """
    (row,) = answered(Transmission(), varied("rectangular", "potential.width", np.array([1.0])), 1e-2)
    assert row.status is Status.GOOD and row.runs == 3
    (row,) = answered(Transmission(), varied("eckart", "potential.height", np.array([1.0])), 1e-2)
    assert row.status is Status.GOOD and row.runs == 2
