"""Derivatives of a reference's numbers by central differences of fourth order, with their own error."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

Table = dict[str, Any]
# (value, error) by standard name
Numbers = dict[str, tuple[float, float]]
Reference = Callable[[Table], Numbers]

# shares of a parameter's scale; the finer ones where a number bends within the coarser
STEPS = (1e-3, 2e-4, 4e-5)
# error that is small enough to stop, as a share of the derivative or of what the number is over the scale
_ENOUGH = 1e-7
_PLACES = (-4, -2, -1, 1, 2, 4)


def moved(table: Table, path: str, value: float) -> Table:
    """A copy of a scenario's table with one number changed.

    Args:
        table: the scenario's content.
        path: of the number, ``potential.terms.0.height``.
        value: of the number.
    """
    changed = copy.deepcopy(table)
    *before, last = path.split(".")
    node: Any = changed
    for key in before:
        node = node[int(key)] if isinstance(node, list) else node.setdefault(key, {})
    if isinstance(node, list):
        node[int(last)] = value
    else:
        node[last] = value
    return changed


def differences(
    reference: Reference, table: Table, path: str, value: float, scale: float, steps: tuple[float, ...] = STEPS
) -> Numbers:
    """d(number)/d(parameter) of every number that the reference knows on both sides: (derivative, error).

    D(h) = (8 (Q(h) - Q(-h)) - (Q(2h) - Q(-2h)))/(12 h), by h and 2 h: a fifteenth of what the two differ by is the error of D(h),
    to which the error of the numbers, 1.5 e/h, is added.

    Args:
        reference: from a table to numbers with their errors.
        table: the scenario's content.
        path: of the parameter.
        value: of the parameter.
        scale: of the parameter.
        steps: h, as shares of the scale; finer ones are tried until the error is small enough.
    """
    best: Numbers = {}
    sizes = {name: abs(number) / scale for name, (number, _) in reference(table).items()}
    for share in steps:
        step = (value + share * scale) - value
        # a finer step would only raise what the errors of the numbers leave
        ruled = True
        around = {place: reference(moved(table, path, value + place * step)) for place in _PLACES}
        for name in set.intersection(*(set(numbers) for numbers in around.values())):
            q = {place: numbers[name] for place, numbers in around.items()}
            near, far = ((8 * (q[n][0] - q[-n][0]) - (q[2 * n][0] - q[-2 * n][0])) / (12 * n * step) for n in (1, 2))
            noise, bend = 1.5 * max(own for _, own in q.values()) / step, abs(near - far) / 15
            error, ruled = noise + bend, ruled and noise > bend
            if name not in best or error < best[name][1]:
                best[name] = near, error
        if ruled or all(
            error <= _ENOUGH * max(abs(derivative), sizes[name]) for name, (derivative, error) in best.items()
        ):
            break
    return best
