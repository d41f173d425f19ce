"""Compiled programs do not pile up until the process ends."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import pytest

from wavesim import _programs
from wavesim.analysis import certify
from wavesim.potentials import EckartBarrier
from wavesim.problem import Problem
from wavesim.states import GaussianPacket


def test_programs_are_dropped_when_there_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every compilation counts, and no more than that: a second call of the same program does not; above the limit all are dropped, once."""
    dropped = list[int]()
    monkeypatch.setattr(jax, "clear_caches", lambda: dropped.append(1))
    held = _programs._program_count()

    @jax.jit
    def program(x: jax.Array) -> jax.Array:
        return 3.25 * x

    before = held.count
    program(jnp.zeros(17))
    once = held.count
    program(jnp.ones(17))
    assert before < once == held.count
    monkeypatch.setattr(held, "count", _programs._MOST)
    _programs.make_room()
    assert not dropped
    monkeypatch.setattr(held, "count", _programs._MOST + 1)
    _programs.make_room()
    _programs.make_room()
    assert dropped == [1] and held.count == 0


def test_a_question_makes_room_before_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    """`certify` with too many programs held drops them first, and its answer is the same."""
    problem = Problem(EckartBarrier(1.0, 1.0), GaussianPacket(-10.0, 2.0, 1.4))
    first = certify(problem, 1e-2).headline
    monkeypatch.setattr(_programs._program_count(), "count", _programs._MOST + 1)
    again = certify(problem, 1e-2).headline
    assert _programs._program_count().count <= _programs._MOST
    assert (again.value, again.error) == (first.value, first.error)
