"""The problem: one path grammar for its fields, and what it refuses."""

from __future__ import annotations

import jax
import pytest

from wavesim import Before, Beyond, Problem, WavesimError
from wavesim._checks import named
from wavesim.errors import ArgumentError
from wavesim.observables import Norm, ProbabilityIn
from wavesim.potentials import EckartBarrier, Expression, Free, GaussianBarrier, RectangularBarrier, Step, Sum
from wavesim.states import GaussianPacket, LeftLocalized

PACKET = GaussianPacket(center=-9.0, width=1.0, momentum=1.0)
PROBLEM = Problem(EckartBarrier(1.0, 2.0), PACKET, measure={"beyond": ProbabilityIn(Beyond(1.0))})


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("potential.height", 0.3),
        ("state.center", -4.0),
        ("mass", 2.0),
        ("duration", 5.0),
        ("measure.beyond.region.position", 3.0),
        ("potential", Step(0.2)),
        ("measure.beyond", Norm()),
    ],
)
def test_replace_changes_one_field(path: str, value: object) -> None:
    """The field is changed, the original is not, and putting the old value back gives the original."""
    changed = PROBLEM.replace(path, value)
    node: object = changed
    old: object = PROBLEM
    for key in path.split("."):
        node, old = (n[key] if isinstance(n, dict) else getattr(n, key) for n in (node, old))
    assert node == value != old
    assert changed != PROBLEM == changed.replace(path, old)


def test_replace_inside_tuples() -> None:
    """Terms of a sum are counted from 0."""
    problem = Problem(Sum((EckartBarrier(1.0, 2.0), GaussianBarrier(0.5, 1.0))), PACKET)
    terms = problem.replace("potential.terms.1.height", 0.7).potential.terms  # type: ignore[attr-defined]
    assert (terms[0].height, terms[1].height) == (1.0, 0.7)
    with pytest.raises(ArgumentError, match="'2' is none; choose from 0, 1"):
        problem.replace("potential.terms.2.height", 0.7)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("potential.heigth", "did you mean 'height'"),
        ("potential.barrier", "none of height, width, center"),
        ("measure.behind", "choose from beyond"),
        ("mass.value", "must name a field"),
        ("", "must name a field"),
    ],
)
def test_a_path_that_names_nothing_says_what_there_is(path: str, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        PROBLEM.replace(path, 1.0)


def test_replace_checks_the_new_value() -> None:
    with pytest.raises(ArgumentError, match="`width` must be positive"):
        PROBLEM.replace("potential.width", -1.0)


def test_replace_takes_traced_values() -> None:
    """Inside a transformation nothing is checked and everything is traced."""
    slope = jax.grad(lambda h: PROBLEM.replace("potential.height", h).potential.height * 3)(0.5)  # type: ignore[attr-defined]
    assert float(slope) == 3.0


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"mass": 0.0}, "`mass` must be positive"),
        ({"duration": -1.0}, "`duration` must be positive"),
        ({"potential": "eckart_barrier"}, "`potential` must be a potential object, but is 'eckart_barrier'"),
        ({"state": 3.0}, "`state` must be a state object"),
    ],
)
def test_what_is_no_problem_is_refused(fields: dict, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        Problem(**({"potential": EckartBarrier(1.0, 2.0), "state": PACKET} | fields))


def test_errors_are_value_errors() -> None:
    """So that `except ValueError` catches them, and the field can be read off."""
    with pytest.raises(ValueError, match="must be positive") as caught:
        Problem(EckartBarrier(1.0, 2.0), PACKET, mass=-1.0)
    assert isinstance(caught.value, WavesimError)
    assert isinstance(caught.value, ArgumentError) and caught.value.argument == "mass"
    assert str(caught.value) == f"`mass` {caught.value.reason}"


def test_the_hamiltonian_has_the_mass_and_the_samples() -> None:
    from wavesim import Grid

    grid = Grid.line(-10.0, 10.0, 40)
    h = PROBLEM.replace("mass", 2.0).hamiltonian(grid)
    assert h.mass == 2.0
    assert h.potential.shape == (40,)
    assert Problem(EckartBarrier(1.0, 2.0), PACKET, measure={"x": ProbabilityIn(Before(0.0))}).open


def test_messages_use_the_words_of_a_file() -> None:
    assert named(RectangularBarrier(1.0, 1.0)) == "a rectangular barrier"
    assert named(Expression("x**2")) == "an expression"
    assert named(Free()) == "a free potential" and named(LeftLocalized()) == "a left localized state"
