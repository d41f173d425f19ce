"""psi of many frames in the plane, as a file keeps it."""

from __future__ import annotations

import math

import numpy as np

from ._numbers import Variables

# the attribute that says so
ROUNDED = "rounded_to"
# binary digits below the largest value: a millionth of it
_DIGITS = 20


def packed(variables: Variables) -> Variables:
    """The same with psi rounded to about a millionth of its largest value, in single precision, where a frame has more than one dimension.

    What is rounded compresses to a seventh of its bytes; a picture shows a thousandth. Nothing is measured on it any more: series, curves and
    psi at the end stay as they were.
    """
    dims, values, facts = variables.get("psi", ((), np.empty(0), {}))
    largest = max(np.max(np.abs(np.real(values)), initial=0.0), np.max(np.abs(np.imag(values)), initial=0.0))
    if len(dims) < 3 or not 0 < largest < math.inf:
        return variables
    unit = 2.0 ** (math.ceil(math.log2(largest)) - _DIGITS)
    rounded = (np.round(values / unit) * unit).astype(np.complex64)
    return variables | {"psi": (dims, rounded, facts | {ROUNDED: unit})}
