"""Check that the units of a formula's parameters make its value an energy, with hbar = 1."""

from __future__ import annotations

import ast
import functools
import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from ..._text import brief
from ...errors import WavesimError
from ...potentials.formulas import constant_power, parsed
from ...units import is_spectroscopic, number_and_unit, unit

# powers of length and time, with mass = time/length^2 by hbar = 1; None for any powers
Powers = tuple[Fraction, Fraction] | None

_PLAIN, _LENGTH, _TIME, _ENERGY = ((Fraction(a), Fraction(b)) for a, b in ((0, 0), (1, 0), (0, 1), (0, -1)))
# units that a message suggests for a parameter without one, with their powers
_SUGGESTED = {
    "eV": _ENERGY, "nm": _LENGTH, "1/nm": (Fraction(-1), Fraction(0)), "fs": _TIME, "eV/nm": (Fraction(-1), Fraction(-1)),
    "eV/nm^2": (Fraction(-2), Fraction(-1)), "1/nm^2": (Fraction(-2), Fraction(0)), "eV nm": (Fraction(1), Fraction(-1)),
}  # fmt: skip
_NAMES = {_PLAIN: "a plain number", _LENGTH: "a length", _TIME: "a time", _ENERGY: "an energy"}
_SAME = ("abs", "min", "max")
_OF_SIGNS = ("sign", "heaviside")


class _Misfit(Exception):
    """A mismatch of units, in words."""


def misfits(data: dict[str, Any], angle: bool) -> tuple[list[str], list[str]]:
    """Errors in the units of the formulas for V in a file with units, and remarks on them.

    Args:
        data: the file.
        angle: whether x is an angle.

    Returns:
        messages on formulas that are no energies, with their paths; and messages on those that are energies only if their plain numbers
        are in hartree and bohr.
    """
    wrong: list[str] = []
    notes: list[str] = []
    for path, table in _formulas(data, ()):
        given = table.get("parameters", {})
        try:
            powers = tuple((name, _powers_of(value), isinstance(value, str)) for name, value in given.items())
            verdict = _verdict(table["formula"], angle, powers)
        except WavesimError:
            # reported elsewhere, with a better message
            continue
        if verdict.atomic:
            notes.append(
                f"{path}.formula is an energy only if its plain numbers count in hartree and bohr, as they do here; make them parameters with units."
            )
        elif verdict.lacking:
            wrong.append(_cure(path, verdict, given))
        elif verdict.misfit:
            wrong.append(f"{path}.formula {verdict.misfit}; check the units.")
    return wrong, notes


class _Verdict(NamedTuple):
    """Result for a formula: a message, the parameters without a unit and an example of one, or plain numbers in atomic units."""

    misfit: str = ""
    lacking: tuple[str, ...] = ()
    example: str = ""
    atomic: bool = False


@functools.lru_cache(maxsize=256)
def _verdict(formula: str, angle: bool, given: tuple[tuple[str, Powers, bool], ...]) -> _Verdict:
    """Check one formula; cached, since the rows of a sweep differ in values, not in units.

    Args:
        formula: its text.
        angle: whether x is an angle.
        given: name, powers and whether there is a unit, of each parameter.
    """
    tree, _ = parsed(formula, ("x", "y", "z", "t", "pi", *(name for name, _, _ in given)))
    dimensions: dict[str, Powers] = {"x": _PLAIN if angle else _LENGTH, "t": _TIME, "pi": _PLAIN}
    dimensions |= {axis: dimensions["x"] for axis in ("y", "z")} | {name: powers for name, powers, _ in given}
    sentence = _misfit(tree, dimensions, _PLAIN)
    if sentence is None:
        return _Verdict()
    plain = [name for name, _, united in given if not united]
    if lacking := _lacking(tree, dimensions, plain, _PLAIN):
        return _Verdict(lacking=lacking, example=_example(tree, dimensions, lacking[0], _PLAIN))
    if _misfit(tree, dimensions, None) is None:
        return _Verdict(atomic=True)
    if lacking := _lacking(tree, dimensions, plain, None):
        return _Verdict(lacking=lacking, example=_example(tree, dimensions, lacking[0], None))
    return _Verdict(misfit=sentence)


def _lacking(tree: ast.expr, dimensions: dict[str, Powers], plain: list[str], literal: Powers) -> tuple[str, ...]:
    """Plain parameters that need a unit, if that makes the formula an energy; a minimal set, by removing one after the other."""
    if _misfit(tree, dimensions | dict.fromkeys(plain), literal) is not None:
        return ()
    needed = list(plain)
    for name in plain:
        rest = [candidate for candidate in needed if candidate != name]
        if _misfit(tree, dimensions | dict.fromkeys(rest), literal) is None:
            needed = rest
    return tuple(needed)


def _example(tree: ast.expr, dimensions: dict[str, Powers], name: str, literal: Powers) -> str:
    fits = (unit for unit, powers in _SUGGESTED.items() if _misfit(tree, dimensions | {name: powers}, literal) is None)
    return next(fits, "eV nm^2")


def _cure(path: str, verdict: _Verdict, given: dict[str, Any]) -> str:
    first = next(iter(verdict.lacking))
    names = " and ".join(f"{path}.parameters.{name}" for name in verdict.lacking)
    if len(verdict.lacking) > 1:
        return f"{names} must have their units, but are plain numbers; write, for example, '0.3 eV' and '2 nm', so that the formula is an energy."
    value = brief(given[first])
    return f"{names} must have its unit, but is {value}; write, for example, '{value} {verdict.example}', so that the formula is an energy."


def _formulas(node: Any, path: tuple[str, ...]) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, dict):
        parameters = node.get("parameters", {})
        if node.get("kind") == "expression" and isinstance(node.get("formula"), str) and isinstance(parameters, dict):
            yield ".".join(path), node
        for key, inner in node.items():
            yield from _formulas(inner, (*path, str(key)))
    elif isinstance(node, list):
        for place, inner in enumerate(node):
            yield from _formulas(inner, (*path, str(place)))


def _powers_of(value: Any) -> Powers:
    if not isinstance(value, str):
        # zero is zero in every unit
        return None if value == 0 else _PLAIN
    number = number_and_unit(value)
    if number is None or not number[1]:
        return _PLAIN
    try:
        length, time, mass = unit(number[1])[1]
    except WavesimError:
        return None
    if is_spectroscopic(number[1]):
        # h c nu
        length, time, mass = length + 3, time - 2, mass + 1
    return Fraction(length - 2 * mass), Fraction(time + mass)


def _misfit(tree: ast.expr, dimensions: dict[str, Powers], literal: Powers) -> str | None:
    """Message on a mismatch of units if plain numbers in the formula have the powers `literal`; None if they match."""
    try:
        powers = _powers(tree, dimensions, literal)
        if powers is not None and powers != _ENERGY:
            return f"must be an energy, but is {_named(powers)}"
    except _Misfit as misfit:
        return str(misfit)
    return None


def _powers(node: ast.expr, dimensions: dict[str, Powers], literal: Powers) -> Powers:
    def of(inner: ast.expr) -> Powers:
        return _powers(inner, dimensions, literal)

    match node:
        case ast.Constant(value=value):
            return None if value == 0 else literal
        case ast.Name(id=name):
            return dimensions[name]
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            of(inner)
            return _PLAIN
        case ast.UnaryOp(operand=inner):
            return of(inner)
        case ast.Compare(left=left, comparators=others):
            _common([left, *others], of)
            return _PLAIN
        case ast.BoolOp(values=parts):
            for part in parts:
                of(part)
            return _PLAIN
        case ast.BinOp(left=first, op=ast.Add() | ast.Sub(), right=second):
            return _common([first, second], of)
        case ast.BinOp(left=first, op=ast.Mult() | ast.Div() as sign, right=second):
            a, b = of(first), of(second)
            turn = 1 if isinstance(sign, ast.Mult) else -1
            return None if a is None or b is None else (a[0] + turn * b[0], a[1] + turn * b[1])
        case ast.BinOp(left=base, op=ast.Pow(), right=exponent):
            return _raised(base, exponent, of)
        case ast.Call(func=ast.Name(id="where"), args=[condition, first, second]):
            of(condition)
            return _common([first, second], of)
        case ast.Call(func=ast.Name(id=name), args=arguments) if name in _SAME:
            return _common(arguments, of)
        case ast.Call(func=ast.Name(id="sqrt"), args=[inner]):
            powers = of(inner)
            return None if powers is None else (powers[0] / 2, powers[1] / 2)
        case ast.Call(func=ast.Name(id=name), args=[inner]):
            powers = of(inner)
            if name not in _OF_SIGNS and powers not in (None, _PLAIN):
                raise _Misfit(f"must have a plain number in {name}(...), but has {_named(powers)} in {_written(node)}")
            return _PLAIN
    # conditions joined by & and |
    return _PLAIN


def _raised(base: ast.expr, exponent: ast.expr, of: Any) -> Powers:
    powers, power = of(base), constant_power(exponent)
    if power is not None and math.isfinite(power):
        share = Fraction(power).limit_denominator(1000)
        return None if powers is None else (powers[0] * share, powers[1] * share)
    if of(exponent) not in (None, _PLAIN) or powers not in (None, _PLAIN):
        raise _Misfit(f"must raise a plain number to a plain number, but has {_written(exponent)} as an exponent")
    return _PLAIN


def _common(parts: list[ast.expr], of: Any) -> Powers:
    first: Powers = None
    for part in parts:
        powers = of(part)
        if first is not None and powers is not None and first != powers:
            raise _Misfit(
                f"must add and compare what is alike, but has {_named(first)} and {_named(powers)} in {_written(part)}"
            )
        first = powers if first is None else first
    return first


def _named(powers: Powers) -> str:
    assert powers is not None
    if powers in _NAMES:
        return _NAMES[powers]
    # with hbar = 1 a time is one over an energy
    factors = {"energy": -powers[1], "length": powers[0]}
    above, below = (
        " times ".join(
            name if abs(power) == 1 else f"{name}^{abs(power)}" for name, power in factors.items() if sign * power > 0
        )
        for sign in (1, -1)
    )
    return f"{above or '1'}/{below}" if below else above


def _written(node: ast.expr) -> str:
    return repr(ast.unparse(node)[:40])
