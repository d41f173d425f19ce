"""Checks shared by the constructors. Traced values pass unchecked: under ``jit``, ``grad`` and ``vmap`` they have no number."""

from __future__ import annotations

import functools
import inspect
import math
import numbers
import re
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import numpy as np

from ._text import choice, nearest
from ._unit import as_written
from .errors import ArgumentError

# kinds whose name is an adjective, and needs a noun in a sentence
_ADJECTIVES = {"free", "harmonic", "driven", "separable", "sampled", "trapped", "localized"}

# keywords often given by mistake: the parameter for which each is mistaken, and the advice for functions that have it
_MEANT = {
    "method": ("scheme", "give scheme=."),
    "points": ("grid", "give grid=Grid.line(lower, upper, points)."),
    "question": ("find", "give find=."),
    "duration": ("problem", "it is a field of the problem; set it there."),
}
Given = ParamSpec("Given")
Answer = TypeVar("Answer")


def concrete(value: object) -> bool:
    """Whether `value` is a plain number, and not a tracer or a placeholder of a JAX transformation."""
    return isinstance(value, numbers.Number | np.ndarray) and np.ndim(value) == 0  # type: ignore[arg-type]


def finite(argument: str, value: object) -> None:
    """Raise unless a concrete `value` is a finite real number."""
    if isinstance(value, bool | str) or value is None:
        raise ArgumentError(
            argument, f"must be a number, but is {value!r}; give a plain number or a number times a unit."
        )
    if concrete(value):
        if isinstance(value, complex | np.complexfloating):
            raise ArgumentError(argument, f"must be real, but is {value}; give a real number.")
        if not math.isfinite(float(value)):  # type: ignore[arg-type]
            raise ArgumentError(argument, f"must be finite, but is {value}; give an ordinary number.")


def positive(argument: str, value: object) -> None:
    """Raise unless a concrete `value` is a finite number above zero."""
    finite(argument, value)
    if concrete(value) and float(value) <= 0:  # type: ignore[arg-type]
        raise ArgumentError(argument, f"must be positive, but is {as_written(value)}; give a value above zero.")


def not_negative(argument: str, value: object) -> None:
    """Raise unless a concrete `value` is a finite number, zero or above."""
    finite(argument, value)
    if concrete(value) and float(value) < 0:  # type: ignore[arg-type]
        raise ArgumentError(argument, f"must not be negative, but is {as_written(value)}; give zero or a value above.")


def at_least(argument: str, value: int, bound: int) -> None:
    """Raise unless the integer `value` is `bound` or more."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise ArgumentError(argument, f"must be a whole number, but is {value!r}; give an integer of at least {bound}.")
    if value < bound:
        raise ArgumentError(argument, f"must be at least {bound}, but is {value}; give a larger one.")


def one_of(argument: str, value: object, choices: tuple[str, ...]) -> None:
    """Raise unless `value` is one of the words in `choices`."""
    if value not in choices:
        raise ArgumentError(argument, choice(value, choices))


def known_keywords(*more: str, **instead: str) -> Callable[[Callable[Given, Answer]], Callable[Given, Answer]]:
    """Decorator: refuses keywords that the function does not have, and suggests the one that is meant.

    Args:
        more: keywords that the function takes by ``**``.
        instead: advice for keywords given by mistake, by keyword.
    """

    def decorate(function: Callable[Given, Answer]) -> Callable[Given, Answer]:
        parameters = inspect.signature(function).parameters.values()
        options = (*(entry.name for entry in parameters if entry.kind is not entry.VAR_KEYWORD), *more)
        cures = {word: cure for word, (option, cure) in _MEANT.items() if option in options} | instead

        @functools.wraps(function)
        def strict(*args: Given.args, **kwargs: Given.kwargs) -> Answer:
            for name in kwargs.keys() - set(options):
                near = nearest(name, options, cutoff=0.5)
                hint = f"did you mean {near[0]}=?" if near else f"choose from {', '.join(options)}."
                raise ArgumentError(name, f"is no keyword of {function.__name__}; {cures.get(name, hint)}")
            return function(*args, **kwargs)

        return strict

    return decorate


def named(thing: object) -> str:
    """The kind of an object as files name it, with its article: "an expression", "a driven potential"."""
    words = re.sub(r"(?<!^)(?=[A-Z])", " ", type(thing).__name__).lower().replace("coulomb", "Coulomb")
    if words.split()[-1] in _ADJECTIVES:
        words += " state" if ".states" in type(thing).__module__ else " potential"
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"
