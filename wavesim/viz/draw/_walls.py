"""Hard walls: where nothing can be."""

from __future__ import annotations

from matplotlib.axes import Axes

from .._colors import INK


def draw_walls(axes: Axes, walls: tuple[float | None, float | None]) -> None:
    """Black from each wall to the edge of the panel; the panel's range stays as it is."""
    ends = axes.get_xlim()
    for place, edge in zip(walls, ends, strict=True):
        if place is not None and min(ends) < place < max(ends):
            axes.axvspan(min(place, edge), max(place, edge), color=INK, lw=0, zorder=5)
    axes.set_xlim(*ends)
