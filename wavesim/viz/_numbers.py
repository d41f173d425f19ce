"""Formats of numbers: digits limited by the error bar, powers of ten with raised exponents, constant length in a movie."""

from __future__ import annotations

import math
import re

_RAISED = str.maketrans("-0123456789", "\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079")
_MINUS = "\u2212"
_PERSONS = "airy bessel coulomb froman gamow herring kemble lambert nordheim rabi"
_NAMES = {"wkb": "WKB", "fowler": "Fowler", "w": "W"} | {name: name.capitalize() for name in _PERSONS.split()}


def display_name(name: str) -> str:
    """The display form of a name: ``wkb_froman`` becomes WKB Froman."""
    return " ".join(_NAMES.get(word, word) for word in name.split("_"))


def tick_texts(values: list[float]) -> list[str]:
    """Labels of ticks, with enough digits to distinguish them."""
    step = min((abs(b - a) for a, b in zip(values, values[1:], strict=False)), default=1.0)
    if not 1e-4 <= step < 1e5:
        return [scientific(v, 1) if v else "0" for v in values]
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    digits += round(step * 10**digits, 6) % 1 > 1e-6
    return [f"{v + 0.0:.{digits}f}".replace("-", _MINUS) for v in values]


def steady(value: float, largest: float, digits: int = 4) -> str:
    """A number of nearly constant length: as many decimals as give `largest` the `digits` significant digits."""
    if not 1e-3 <= largest < 1e6:
        return scientific(value, digits - 1)
    # the factor gives a probability of 1 as many decimals as one of 0.999
    decimals = max(0, digits - 1 - math.floor(math.log10(largest * (1 - 1e-6))))
    # + 0.0 turns -0.0 into 0.0
    return f"{round(value, decimals) + 0.0:.{decimals}f}".replace("-", _MINUS)


def scientific(value: float, digits: int) -> str:
    """A number in scientific notation, ``1.85 x 10^-6`` with a raised exponent."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else str(value)
    mantissa, _, exponent = f"{value:.{digits}e}".partition("e")
    return f"{mantissa.replace('-', _MINUS)} \u00d7 10{str(int(exponent)).translate(_RAISED)}"


def with_error(value: float, error: float) -> str:
    """A value rounded to the second digit of its error bar."""
    if not math.isfinite(error) or error <= 0 or not math.isfinite(value):
        return f"{value:.8g}".replace("-", _MINUS)
    size = math.floor(math.log10(abs(value))) if value else 0
    last = math.floor(math.log10(error)) - 1
    if -4 <= size < 7 and last <= size:
        return f"{value:.{min(max(0, -last), 15)}f}".replace("-", _MINUS)
    return scientific(value, min(max(1, size - last), 15))


def power_text(factor: float) -> str:
    """A power of ten as text: ``100``, ``1,000``, and from 10^4 with a raised exponent."""
    if factor < 1e4:
        return f"{factor:,.0f}"
    return f"10{str(round(math.log10(factor))).translate(_RAISED)}"


def without_formula(tick: str) -> str:
    """A tick of a logarithmic axis as plain text, set a hundred times faster than Matplotlib's formula ``$\\mathdefault{10^{-3}}$``."""
    plain = tick.removeprefix("$\\mathdefault{").removesuffix("}$").replace("\\times", " \u00d7 ")
    return re.sub(r"\^\{(-?\d+)\}", lambda power: power[1].translate(_RAISED), plain)


def unit_of(label: str) -> str:
    """The unit in an axis label, with a leading space; empty in natural units."""
    unit = label.rpartition("(")[2].rstrip(")") if "(" in label else ""
    return f" {unit}" if unit and unit != "natural units" else ""
