"""What other codes are given in benchmarks/control: the shipped design's wells on levels, and what a pulse does in them."""

from __future__ import annotations

from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

import wavesim as ws
from benchmarks.control._basis import BARRIER, DESIGN, lowering, task
from benchmarks.control._reference import arrival
from benchmarks.control._task import Pulse, Task, terms
from wavesim.analysis import with_value
from wavesim.problem import Problem
from wavesim.scenario import load_design


@pytest.fixture(scope="module")
def wells() -> Task:
    return task(64)


def with_pulse(b: float, c: float) -> tuple[Problem, ws.analysis.AbstractQuestion]:
    scenario = load_design(DESIGN).scenario
    problem, question = scenario.problem, scenario.find
    assert question is not None
    for name, value in (("b", b), ("c", c)):
        problem = with_value(problem, question, f"potential.parameters.{name}", value)[0]
    return problem, question


def test_the_wells_are_those_of_the_design(wells: Task):
    """V(x, t) = (8 - u(t)) W(x), u = b sin^2(pi t/60) + c sin^2(2 pi t/60): the file's formula at twelve places and five times, to rounding."""
    problem, _ = with_pulse(6.1, -0.3)
    x = jnp.linspace(-3.0, 3.0, 12)
    for t in (0.0, 7.0, 22.5, 30.0, 51.0):
        first, second = terms(t, wells.duration)
        v, there = problem.potential.value((x,), time=t), (BARRIER - 6.1 * first + 0.3 * second) * lowering(x)
        assert np.asarray(v) == pytest.approx(np.asarray(there), rel=1e-13, abs=1e-13)
    assert wells.guess == (5.8, 0.0)
    assert (wells.low, wells.high) == ((5.0, -0.6), (7.4, 0.6))


def test_64_levels_hold_the_certified_transfer(wells: Task):
    """The pulse that the design finds, by a certified run and by DOP853 on 64 levels: within the run's bar, about 1e-8.

    Budget: on 48 levels the number moves by 2e-12, the integration leaves 1e-11, and W and the divide are exact for sinc functions.
    """
    problem, question = with_pulse(6.1776825262, -0.0570458851)
    run = ws.certify(problem, find=question, tolerance=1e-5).quantities["right_population"]
    there = arrival(wells, Pulse(terms=(6.1776825262, -0.0570458851)), 1e-11).right_population
    assert run.error < 1e-7
    assert abs(there - run.value) <= run.error + 1e-10


def test_slots_are_solved_as_by_matrix_exponentials(wells: Task):
    """Five slots of 12, u = 0, 5, 6, 1, 2: exp(-i (E - u W) 12) by eigenvectors, slot by slot, equals DOP853 from slot to slot to 1e-9."""
    few, slots = wells.lowest(16), (0.0, 5.0, 6.0, 1.0, 2.0)
    psi = few.start.astype(complex)
    for u in slots:
        energies, states = np.linalg.eigh(np.diag(few.energies) - u * few.lowering)
        psi = states @ (np.exp(-12j * energies) * (states.T @ psi))
    there = arrival(few, Pulse(slots=slots), 1e-11)
    assert there.fidelity == pytest.approx(abs(few.target @ psi) ** 2, abs=1e-9)
    assert there.right_population == pytest.approx(np.real(np.vdot(psi, few.right @ psi)), abs=1e-9)
    assert abs(there.right_population - 0.5) > 1e-3


def test_slots_joined_by_lines():
    """u = 2, 6 in two slots of 10 is 2 at 5, 4 at 10, 6 at 15, and goes from 0 and to 0; in pieces without kinks."""
    steps, lines = (Pulse(slots=(2.0, 6.0), joined=joined).pieces(20.0) for joined in (False, True))
    assert [(one.begin, one.end) for one in lines] == [(0.0, 5.0), (5.0, 15.0), (15.0, 20.0)]
    ends = [(one.u(one.begin), one.u((one.begin + one.end) / 2), one.u(one.end)) for one in lines]
    assert ends == [(0.0, 1.0, 2.0), (2.0, 4.0, 6.0), (6.0, 3.0, 0.0)]
    assert [(one.begin, one.end, one.u(one.begin), one.u(one.end)) for one in steps] == [
        (0.0, 10.0, 2.0, 2.0),
        (10.0, 20.0, 6.0, 6.0),
    ]


def test_a_task_comes_back_from_its_file(wells: Task, tmp_path: Path):
    wells.lowest(5).save(tmp_path / "task.npz")
    back = Task.load(tmp_path / "task.npz")
    assert np.array_equal(back.lowering, wells.lowering[:5, :5])
    assert np.array_equal(back.start, wells.start[:5])
    assert (back.duration, back.wanted) == (60.0, 0.9993)
    assert (list(back.guess), list(back.high)) == ([5.8, 0.0], [7.4, 0.6])
