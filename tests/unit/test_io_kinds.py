"""Whatever a scenario file can state, and whatever a question adds to it, is written to a record and read again equal."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import jax
import numpy as np
import pytest

from tests.scenario_files import written
from wavesim import grid
from wavesim.analysis import DrivenPopulations, question_of
from wavesim.analysis.bars import AbstractRecordQuestion
from wavesim.errors import WavesimError
from wavesim.io import _codec, load, save
from wavesim.observables import Norm
from wavesim.potentials import Driven, QuarticDoubleWell
from wavesim.problem import Problem
from wavesim.propagation import propagate
from wavesim.scenario import examples, load_scenario, shipped, starter
from wavesim.states import LeftLocalized


def must_be_read_again(problem: Problem) -> None:
    """Of the same classes, with the same numbers; tables of samples are arrays, which have no one equality."""
    again = _codec.decoded(json.loads(json.dumps(_codec.encoded(problem))))
    assert jax.tree.structure(again) == jax.tree.structure(problem)
    for one, other in zip(jax.tree.leaves(again), jax.tree.leaves(problem), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("kind", examples()["potential"])
def test_every_kind_of_potential(kind: str, tmp_path: Path) -> None:
    must_be_read_again(load_scenario(written(tmp_path, starter(kind))).problem)


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_scenario_with_what_its_question_measures(name: str) -> None:
    """A decay chooses what it measures only where it is watched, and `alpha_decay_watched` is one of these."""
    for case in (scenario := load_scenario(name)).cases or (scenario,):
        question = case.find or question_of(case.problem)
        measured = {}
        if isinstance(question, AbstractRecordQuestion) and type(question).__name__ != "Decay":
            measured = question.observables(case.problem)
        must_be_read_again(dataclasses.replace(case.problem, measure=case.problem.measure | measured))


def test_a_record_of_a_driven_double_well(tmp_path: Path) -> None:
    """Its populations are measured by an observable of the question's own, which no scenario file names."""
    problem = Problem(Driven(QuarticDoubleWell(1.2, 1.8), 0.05, 0.45, 0.6), LeftLocalized(), duration=1.0)
    measured = dataclasses.replace(problem, measure=DrivenPopulations().observables(problem))
    result = propagate(measured, tolerance=1e-2, grid=grid.Grid.line(-6, 6, 64), frames=4)
    assert load(save(result, tmp_path / "result.nc")).problem == measured


def test_an_observable_of_the_users_own_has_to_be_given_again(tmp_path: Path) -> None:
    @dataclasses.dataclass(frozen=True)
    class Own(Norm):
        pass

    problem = Problem(QuarticDoubleWell(1.2, 1.8), LeftLocalized(), duration=1.0)
    result = propagate(problem, tolerance=1e-2, grid=grid.Grid.line(-6, 6, 64), frames=4)
    result = dataclasses.replace(result, problem=dataclasses.replace(problem, measure={"own": Own()}))
    path = save(result, tmp_path / "result.nc")
    with pytest.raises(WavesimError, match="class of your own"):
        load(path)
