"""Checks shared by the constructors. Traced values pass unchecked: under ``jit``, ``grad`` and ``vmap`` nothing is known of them."""

from __future__ import annotations

import difflib
import math
import numbers
import re

import numpy as np

from ._text import choice
from ._unit import as_written
from .errors import ArgumentError

# kinds whose name needs a noun in a sentence
_ADJECTIVES = {"free", "harmonic", "driven", "separable", "sampled", "trapped", "localized"}


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


def named_option(function: str, name: str, options: tuple[str, ...]) -> None:
    """Raise unless `name` is a keyword of that function."""
    if name not in options:
        near = difflib.get_close_matches(name, options, 1, cutoff=0.4)
        near = [option for option in options if option.startswith(name)][:1] or near
        hint = f"did you mean {near[0]}=?" if near else f"choose from {', '.join(options)}."
        raise ArgumentError(name, f"is no keyword of {function}; {hint}")


def named(thing: object) -> str:
    """What a file calls an object of that kind, with its article: "an expression", "a driven potential"."""
    words = re.sub(r"(?<!^)(?=[A-Z])", " ", type(thing).__name__).lower().replace("coulomb", "Coulomb")
    if words.split()[-1] in _ADJECTIVES:
        words += " state" if ".states" in type(thing).__module__ else " potential"
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"
