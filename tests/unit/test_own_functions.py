"""Functions of the user's own that JAX cannot trace are refused in a sentence, and every other error of theirs stays what it is."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from wavesim import Grid, Numerics, Problem
from wavesim._pytree import register_dataclass
from wavesim._typing import DIMENSIONLESS
from wavesim.errors import ArgumentError
from wavesim.observables import AbstractObservable, Snapshot
from wavesim.potentials import Harmonic, SmoothFunction
from wavesim.propagation.stepping import frame_of, set_up
from wavesim.schemes import STRANG
from wavesim.states import GaussianPacket

X = np.linspace(-1.0, 1.0, 5)
WITH_NUMPY = "must be written with jax.numpy, but uses numpy; write `import jax.numpy as jnp`"


def on_one_side(x: Any, height: float) -> Any:
    return height if x > 0 else 0.0


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda x, height: height * np.exp(-x * x), WITH_NUMPY),
        (lambda x, height: height * np.asarray(x), WITH_NUMPY),
        (lambda x, height: height * math.exp(-x * x), "but makes plain numbers, by the module math"),
        (on_one_side, "decides by `if`, `and` or `or`; write jnp.where"),
    ],
)
def test_a_potential_that_jax_cannot_trace_is_refused(function: Callable[..., Any], words: str) -> None:
    with pytest.raises(ArgumentError) as refused:
        SmoothFunction(function, 0.5).value((X,))
    assert str(refused.value).startswith("`function` must") and words in str(refused.value)


@pytest.mark.parametrize("error", [TypeError("mine"), ValueError("mine"), KeyError("mine")])
def test_an_error_of_the_function_itself_passes(error: Exception) -> None:
    def function(x: Any, parameters: None) -> Any:
        raise error

    with pytest.raises(type(error), match="mine"):
        SmoothFunction(function).value((X,))


def test_a_function_written_with_jax_numpy_is_heard() -> None:
    value = SmoothFunction(lambda x, height: jnp.where(x > 0, height, 0.0), 0.5).value((X,))
    assert np.asarray(value).tolist() == [0, 0, 0, 0.5, 0.5]


@register_dataclass
@dataclasses.dataclass(frozen=True)
class Largest(AbstractObservable):
    dimension = DIMENSIONLESS

    def measure(self, prepared: Any, snapshot: Snapshot) -> Any:
        return np.max(np.abs(np.asarray(snapshot.psi)) ** 2)


def test_an_observable_that_jax_cannot_trace_is_refused() -> None:
    problem = Problem(Harmonic(1.0), GaussianPacket(0.0, 1.0, momentum=0.5), measure={"largest": Largest()})
    numerics = Numerics(Grid.line(-8.0, 8.0, 64), dt=0.05, steps=2, frames=2, method=STRANG)
    apparatus, carry, frame = set_up(problem, numerics)
    with pytest.raises(ArgumentError, match=rf"`measure\.largest` {WITH_NUMPY}"):
        jax.jit(frame_of, static_argnames="save_psi")(apparatus, carry, frame.psi, save_psi=True)
