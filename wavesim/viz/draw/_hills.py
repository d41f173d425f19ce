"""The potential of a plane: contours, and gray in the region that is classically forbidden at the energy of the run."""

from __future__ import annotations

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from .._colors import SLATE
from ..scene import Scene


def draw_hills(axes: Axes, scene: Scene) -> list[Artist]:
    """Draw the potential of a two-dimensional scene into its panel; nothing if it is constant."""
    potential = scene.potential[0]
    if np.ptp(potential) == 0:
        return []
    y = np.linspace(scene.window[1, 0], scene.window[1, 1], len(potential))
    steps = np.linspace(*scene.energies, 6)[1:-1]
    drawn: list[Artist] = [axes.contour(scene.x, y, potential, steps, colors=SLATE, linewidths=1, alpha=0.6)]
    level = max((value for _, value in scene.levels), default=np.inf)
    if potential.min() < level < potential.max():
        drawn.append(axes.contourf(scene.x, y, potential, [level, potential.max()], colors=[SLATE], alpha=0.35))
    return drawn
