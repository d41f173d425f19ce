"""Hard walls in a picture."""

from __future__ import annotations

from matplotlib.axes import Axes

from .._colors import INK


def draw_walls(axes: Axes, walls: tuple[float | None, float | None]) -> None:
    """Fill a panel with black from each wall to its edge; its limits stay as they are."""
    ends = axes.get_xlim()
    for place, edge in zip(walls, ends, strict=True):
        if place is not None and min(ends) < place < max(ends):
            axes.axvspan(min(place, edge), max(place, edge), color=INK, lw=0, zorder=5)
    axes.set_xlim(*ends)
