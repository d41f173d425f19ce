"""Colors and style: a cyclic map for the phase, a map for the density, and a style that is never set globally."""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.colors import Colormap, LinearSegmentedColormap, ListedColormap

# Okabe and Ito's colors, distinct for color-blind readers and on a projector; the purple is darker so that it is legible as text
BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#A8518A", "#56B4E9"
INK, SLATE, GROUND, HAIR = "#1F2933", "#52606D", "#D9DEE3", "#C3CAD1"

# ticks at round numbers
STEPS = [1, 2, 5, 10]

# colors that a quantity has in every picture
ROLES = {
    "transmitted": BLUE,
    "transmission": BLUE,
    "reflected": VERMILION,
    "reflection": VERMILION,
    "remaining": SLATE,
    "left": VERMILION,
    "right": BLUE,
}
_SPARE = (BLUE, VERMILION, GREEN, ORANGE, PURPLE, SLATE)

STYLE = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "mathtext.fontset": "dejavusans",
    "text.color": INK,
    "axes.edgecolor": SLATE,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "axes.titlelocation": "left",
    "axes.unicode_minus": True,
    "axes.formatter.useoffset": False,
    "axes.formatter.limits": (-3, 6),
    "xtick.color": SLATE,
    "ytick.color": SLATE,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "figure.facecolor": "white",
}


@contextlib.contextmanager
def house_style(size: float) -> Iterator[None]:
    """The style with a font of `size` points, in force inside the `with` block only."""
    sizes: dict[str, Any] = {"font.size": size, "axes.titlesize": size, "axes.labelsize": size}
    sizes |= {"xtick.labelsize": 0.9 * size, "ytick.labelsize": 0.9 * size, "legend.fontsize": 0.9 * size}
    with matplotlib.rc_context():
        # a user's own matplotlibrc must not reach into these pictures
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(STYLE | sizes)  # type: ignore[call-overload]
        yield


def role_color(name: str, index: int) -> str:
    """The color of a curve: that of the role in its name, else by its index."""
    return next((color for role, color in ROLES.items() if role in name), _SPARE[index % len(_SPARE)])


def case_colors(count: int) -> list[tuple[float, ...]]:
    """Colors of cases in order, from dark to light, dark enough for a line."""
    table = crameri("batlow")
    if table is None:
        table = matplotlib.colormaps["viridis"](np.linspace(0, 1, 256))[:, :3]
    places = np.linspace(0.08, 0.78, max(count, 2))[:count]
    return [tuple(table[round(float(place) * (len(table) - 1))]) for place in places]


def phase_table() -> np.ndarray:
    """Colors of the phases -pi .. pi, shape (256, 3), uint8: perceptually uniform, cyclic, safe for the color-blind.

    Source: F. Crameri, Scientific colour maps, "romaO"; Matplotlib's "twilight" where that package is missing.
    """
    table = crameri("romaO")
    if table is None:
        table = matplotlib.colormaps["twilight"](np.linspace(0, 1, 256))[:, :3]
    return np.round(255 * table).astype(np.uint8)


def phase_colors(amplitude: np.ndarray, table: np.ndarray) -> np.ndarray:
    """The color of arg(amplitude), shape (*amplitude.shape, 3), uint8; the phases -pi and pi get the same color."""
    turns = np.angle(amplitude) * (len(table) / (2 * np.pi))
    return table[np.floor(turns).astype(int) % len(table)]


def density_colormap() -> ListedColormap:
    """The map of a density: white for 0, darker for more, perceptually uniform."""
    table = crameri("devon")
    if table is None:
        return ListedColormap(matplotlib.colormaps["magma"](np.linspace(0, 1, 256))[::-1], "density")
    return ListedColormap(table[::-1], "density")


def signed_colormap() -> Colormap:
    """The map of a signed number: white for 0, blue for positive, red for negative."""
    return LinearSegmentedColormap.from_list("signed", ["#7A2E00", VERMILION, "#FFFFFF", BLUE, "#003A5C"])


@cache
def crameri(name: str) -> np.ndarray | None:
    # importing cmcrameri would import pyplot; its tables are plain text
    spec = importlib.util.find_spec("cmcrameri")
    for folder in (spec.submodule_search_locations or []) if spec is not None else []:
        path = Path(folder) / "cmaps" / f"{name}.txt"
        if path.is_file():
            return np.loadtxt(path)
    return None
