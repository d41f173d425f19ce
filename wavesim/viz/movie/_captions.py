"""Captions of a frame: its time and a current number."""

from __future__ import annotations

import numpy as np

from .._numbers import steady, unit_of
from ..scene import Line, Scene

# a curve whose largest value is below this is not stated in percent
_LEAST = 5e-3


def clock_words(scene: Scene, index: int) -> str:
    """The time of a frame: ``t = 12.3 fs``."""
    return f"t = {steady(scene.times[index], float(scene.times[-1]), 3)}{unit_of(scene.labels['time'])}"


def longest_number(scene: Scene, line: Line, theory: bool) -> str:
    """The longest text of `number_words` over all frames, for which room is reserved."""
    return max((number_words(line, index, scene, theory) for index in range(len(line.values))), key=len)


def number_words(line: Line, index: int, scene: Scene, theory: bool) -> str:
    """A curve at a frame, with its name and, if wanted, theory: ``transmitted 18.6 %``."""
    largest = float(np.max(np.abs(line.values)))
    # percents would round smaller numbers to 0
    percent = not unit_of(scene.labels["curves"]) and _LEAST <= largest <= 1 + 1e-6 and np.min(line.values) > -1e-3

    def text_of(value: float, largest: float) -> str:
        return (
            f"{100 * max(value, 0.0):.1f} %" if percent else steady(value, largest, 3) + unit_of(scene.labels["curves"])
        )

    expected = line.final if line.theory is None else float(line.theory[index])
    words = f"{line.name} {text_of(float(line.values[index]), largest)}"
    return f"{words}  (theory {text_of(expected, abs(expected) or 1.0)})" if theory and expected is not None else words
