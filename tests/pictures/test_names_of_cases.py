"""Names beside dots: none on another, none on a mark, all inside."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from wavesim.viz.pages._names import name_cases


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_names_keep_clear_of_marks_and_of_each_other(sign: float) -> None:
    """Set-up: twelve cases that fall or rise, two of them one hair apart, each with a mark above its dot. Formula: no two boxes of names share
    an area, none reaches to a dot or out of the axes.
    """
    x = np.append(np.arange(11.0), 5.02)
    y = sign * np.append(np.arange(11.0), 6.5)
    axes = Figure(figsize=(12, 7), dpi=100).add_subplot()
    axes.set(xlim=(-1.0, 11.0), ylim=(min(y) - 2, max(y) + 2))
    names = tuple(f"Po-{200 + number}" for number in range(12))
    name_cases(axes, x, [y, y + 0.6], names)
    boxes = [text.get_window_extent() for text in axes.texts]
    assert [text.get_text() for text in axes.texts] == list(names)
    assert all(Bbox.intersection(one, other) is None for one, other in itertools.combinations(boxes, 2))
    dots = axes.transData.transform(np.column_stack([np.tile(x, 2), np.concatenate([y, y + 0.6])]))
    assert not any(box.contains(*dot) for box in boxes for dot in dots)
    assert all(axes.bbox.contains(*corner) for box in boxes for corner in box.corners())
