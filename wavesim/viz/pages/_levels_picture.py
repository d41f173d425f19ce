"""The page of levels and wave functions: in one dimension drawn into the potential, in more as small maps beside a diagram of levels."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from ..._typing import ENERGY, LENGTH
from ...units import UnitSystem
from .._colors import BLUE, GROUND, HAIR, INK, SLATE, STEPS, VERMILION, signed_colormap
from ..draw import ABOVE_TABLE, HEIGHT, TABLE_TOP, WIDTH, draw_footer, draw_table, draw_walls
from ..scene import onto_points, value_on

if TYPE_CHECKING:
    from ...analysis import BoundStates, Report

# points across the picture of a line, and points on a side of a map
_COLUMNS, _ROWS = 720, 300
# share of the largest density above which a position is shown
_VISIBLE = 2e-3
# significant digits of a level
_DIGITS = 6
# levels closer than this share of their range are drawn as one
_SAME = 1e-6
# least distance of two labels, as a share of the panel's height
_LABEL_DISTANCE = 0.045
# highest barrier between wells that is shown whole, over the range of the rest
_TALLEST_SHOWN = 2.5


def draw_levels(figure: Figure, report: Report, units: UnitSystem) -> None:
    """Fill a page with the states of a report; below, its numbers."""
    states = report.states
    assert states is not None
    if states.grid.dimension == 1:
        _draw_well(figure.add_axes((0.06, 0.335, 0.50, 0.575)), states, units)
        _draw_distances(figure, report, units)
    else:
        right = _draw_sheet(figure, states, units)
        _draw_ladder(figure.add_axes((right + 0.11, ABOVE_TABLE + 0.03, 0.86 - right - 0.11, 0.535)), states, units)
    draw_table(figure, report, units, top=TABLE_TOP)
    points = " \u00d7 ".join(f"{n:,}" for n in states.grid.points)
    draw_footer(figure, f"Levels of the stationary equation, waves drawn on {points} points; nothing was propagated.")


def _draw_well(axes: Axes, states: BoundStates, units: UnitSystem) -> None:
    """Draw V to scale, and each wave function on the line of its energy."""
    length, energy = units.scale(LENGTH), units.scale(ENERGY)
    low, high = _window(states, 0)
    x = np.linspace(low, high, _COLUMNS)
    potential = value_on(states.problem, (x,)) / energy
    levels = states.energies / energy
    waves = np.stack([_along(states, np.real(psi), x) for psi in states.psi])
    rim = _rim(states) / energy
    bottom = min(float(potential.min()), float(levels[0]))
    ceiling = max(float(levels[-1]), rim) if math.isfinite(rim) else float(levels[-1])
    if any(strength < 0 for strength in states.problem.potential.strengths):
        # the arrow of a delta well needs room below
        bottom -= 0.15 * (ceiling - bottom)
    reach = ceiling - bottom
    barrier = _barrier_top(potential, float(levels[0])) - bottom
    reach = max(reach, barrier) if barrier < _TALLEST_SHOWN * reach else reach
    rungs = _rungs(levels)
    room = np.diff([levels[group[0]] for group in rungs], append=levels[-1] + 0.6 * reach / len(rungs))
    height = max(0.55 * float(np.min(room)), 0.08 * reach) / float(np.abs(waves).max())
    top = max(float(levels[-1]) + 1.3 * height * float(np.abs(waves).max()), bottom + 1.06 * reach)
    axes.set(xlim=(low / length, high / length), ylim=(bottom - 0.04 * reach, top), title="Levels and wave functions")
    axes.fill_between(x / length, bottom - reach, potential, color=GROUND, lw=0)
    axes.plot(x / length, potential, color=INK, lw=1.6)
    _draw_deltas(axes, states, units, (bottom - 0.03 * reach, top - 0.01 * reach))
    from ...ends import Walls

    if isinstance(states.problem.ends, Walls):
        ends = states.problem.ends.interval
        left, right = (None if math.isinf(end) else end / length for end in ends)
        strip = 0.02 * (high - low) / length
        axes.set_xlim(*(end + side * strip for end, side in zip(axes.get_xlim(), (-1, 1), strict=True)))
        draw_walls(axes, (left, right))
    for n, (level, wave) in enumerate(zip(levels, waves, strict=True)):
        color = (BLUE, VERMILION)[n % 2]
        axes.axhline(level, color=HAIR, lw=1)
        axes.plot(x / length, level + height * wave, color=color, lw=1.8)
    for n, place in enumerate(_spread(levels, _LABEL_DISTANCE * (top - bottom))):
        text = f"{n}:  {levels[n]:.{_DIGITS}g}"
        color = (BLUE, VERMILION)[n % 2]
        axes.annotate(text, (1.015, place), xycoords=("axes fraction", "data"), color=color, va="center")
    axes.set(xlabel=units.label("x", LENGTH), ylabel=units.label("energy", ENERGY))
    axes.yaxis.set_major_locator(MaxNLocator(7, steps=STEPS))


def _draw_deltas(axes: Axes, states: BoundStates, units: UnitSystem, ends: tuple[float, float]) -> None:
    """Draw an arrow at each delta from V there: down to the lower of `ends` for a well, up to the upper one for a barrier."""
    potential = states.problem.potential
    arrow = {"arrowstyle": "-|>", "color": INK, "lw": 1.8, "shrinkA": 0, "shrinkB": 0}
    for spike, strength in zip(potential.spikes, potential.strengths, strict=True):
        place = float(spike) / units.scale(LENGTH)
        foot = min(value_on(states.problem, (np.array([float(spike)]),))[0] / units.scale(ENERGY), ends[1])
        tip = ends[0] if strength < 0 else ends[1]
        if foot != tip:
            axes.annotate("", (place, tip), (place, foot), arrowprops=arrow)


def _barrier_top(potential: np.ndarray, level: float) -> float:
    """The highest V between the classically allowed regions of an energy; -inf if there are none."""
    inside = np.flatnonzero(potential < level)
    return float(potential[inside[0] : inside[-1] + 1].max()) if len(inside) else -math.inf


def _rim(states: BoundStates) -> float:
    """The energy above which nothing is bound, from the sides without a wall."""
    ends = states.problem.ends
    if ends is None:
        return min(states.problem.potential.asymptotes())
    far = states.problem.potential.asymptotes()
    return min((end for end, place in zip(far, ends.interval, strict=True) if math.isinf(place)), default=math.inf)


def _draw_distances(figure: Figure, report: Report, units: UnitSystem) -> None:
    """Draw the distance of each level from theory, its error bar, and the sum of that and theory's own error, which should be larger."""
    energy = units.scale(ENERGY)
    # energies only; a period is shown in the table alone
    quantities = [quantity for quantity in report.quantities.values() if quantity.dimension == ENERGY]
    names = [quantity.name.removeprefix("level_").replace("_", " ") for quantity in quantities]
    numbers = np.arange(len(quantities))
    errors = np.array([quantity.error for quantity in quantities]) / energy
    compared = [
        (n, abs(q.difference) / energy) for n, q in zip(numbers, quantities, strict=True) if q.difference is not None
    ]
    axes = figure.add_axes((0.76, 0.335, 0.215, 0.54), title="Distance from theory" if compared else "Error bars")
    axes.semilogy(numbers, errors, "_", color=SLATE, ms=22, mew=2, label="error bar")
    floor = 1e-16 * (float(np.max(np.abs([quantity.value for quantity in quantities]))) / energy or 1.0)
    if compared:
        places, distances = (np.array(column) for column in zip(*compared, strict=True))
        both = errors[places] + np.array([quantities[n].theory_error for n in places]) / energy
        if np.any(both > errors[places]):
            axes.semilogy(places, both, "_", color=VERMILION, ms=22, mew=2, label="with theory's own error")
        axes.semilogy(places, np.maximum(distances, floor), "o", color=BLUE, ms=8, label="|computed \u2212 theory|")
    axes.set(
        xlabel="level" if all(map(str.isdigit, names)) else "",
        ylabel=units.label("energy", ENERGY),
        xlim=(-0.6, len(quantities) - 0.4),
    )
    axes.set_xticks(numbers, names)
    axes.yaxis.set_major_locator(LogLocator(numticks=7))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.margins(y=0.3)
    if compared:
        axes.legend(loc="upper left", bbox_to_anchor=(0.02, 1.01))


def _draw_sheet(figure: Figure, states: BoundStates, units: UnitSystem) -> float:
    """Draw a small map of each psi, positive and negative in two colors, with contours of V; returns the right end of the maps."""
    length, energy = units.scale(LENGTH), units.scale(ENERGY)
    windows = [_window(states, axis) for axis in (0, 1)]
    x, y = (np.linspace(*window, _ROWS) for window in windows)
    middle = [np.zeros(1)] * (states.grid.dimension - 2)
    potential = value_on(states.problem, (x[None, :], y[:, None], *middle)).reshape(len(y), len(x)) / energy
    count = len(states.psi)
    rows = 1 if count <= 3 else 2
    columns = -(-count // rows)
    # square panels, whose size is limited by the height and the width of the page
    height = min((0.535 - 0.055 * (rows - 1)) / rows, 0.6 / columns * WIDTH / HEIGHT)
    width = height * HEIGHT / WIDTH
    extent = (*(np.array(windows[0]) / length), *(np.array(windows[1]) / length))
    bands = np.linspace(float(potential.min()), float(states.energies[-1]) / energy, 6)[1:]
    for n, psi in enumerate(states.psi):
        row, column = divmod(n, columns)
        corner = (0.06 + (width + 0.015) * column, 0.9 - height - (height + 0.055) * row)
        axes = figure.add_axes((*corner, width, height), title=f"{n}:  {states.energies[n] / energy:.{_DIGITS}g}")
        wave = _map(states, psi, x, y)
        reach = float(np.abs(wave).max())
        axes.imshow(
            wave, extent=extent, cmap=signed_colormap(), vmin=-reach, vmax=reach, origin="lower", aspect="equal"
        )  # type: ignore[arg-type]
        axes.contour(x / length, y / length, potential, bands, colors=SLATE, linewidths=0.7, alpha=0.55)
        axes.xaxis.set_major_locator(MaxNLocator(3, steps=STEPS))
        axes.yaxis.set_major_locator(MaxNLocator(3, steps=STEPS))
        axes.tick_params(labelleft=column == 0, labelbottom=row == rows - 1)
        if column == 0:
            axes.set_ylabel(units.label("y", LENGTH))
        if row == rows - 1:
            axes.set_xlabel(units.label("x", LENGTH))
    return 0.06 + (width + 0.015) * columns


def _draw_ladder(axes: Axes, states: BoundStates, units: UnitSystem) -> None:
    """Draw the levels as horizontal lines, degenerate ones side by side."""
    levels = states.energies / units.scale(ENERGY)
    reach = max(float(np.ptp(levels)), 1e-300)
    margin = 0.08 * reach
    axes.set(xlim=(0, 1), ylim=(levels[0] - margin, levels[-1] + margin), ylabel=units.label("energy", ENERGY))
    rungs = _rungs(levels)
    places = _spread(np.array([levels[group[0]] for group in rungs]), _LABEL_DISTANCE * (reach + 2 * margin))
    for group, place in zip(rungs, places, strict=True):
        for seat, n in enumerate(group):
            ends = np.array([seat + 0.06, seat + 0.94]) / len(group)
            axes.plot(ends, [levels[n]] * 2, color=BLUE, lw=2.6, solid_capstyle="butt")
        names = ", ".join(str(n) for n in group)
        axes.annotate(
            f"{names}:  {levels[group[0]]:.{_DIGITS}g}", (1.06, place), xycoords=("axes fraction", "data"), va="center"
        )
    axes.set_title("Levels")
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=STEPS))


def _rungs(levels: np.ndarray) -> list[list[int]]:
    """The indices of the levels, grouped by energy."""
    same = _SAME * max(float(np.ptp(levels)), 1e-300)
    groups: list[list[int]] = []
    for n, level in enumerate(levels):
        if groups and level - levels[groups[-1][0]] < same:
            groups[-1].append(n)
        else:
            groups.append([n])
    return groups


def _spread(places: np.ndarray, distance: float) -> np.ndarray:
    """Increasing places moved apart symmetrically until neighbors differ by at least `distance`."""
    lower = places.copy()
    for n in range(1, len(lower)):
        lower[n] = max(lower[n], lower[n - 1] + distance)
    upper = places.copy()
    for n in range(len(upper) - 2, -1, -1):
        upper[n] = min(upper[n], upper[n + 1] - distance)
    return (lower + upper) / 2


def _window(states: BoundStates, axis: int) -> tuple[float, float]:
    """The interval of an axis in which the states are visible."""
    grid = states.grid
    others = tuple(a for a in range(1 + grid.dimension) if a != 1 + axis)
    largest = (np.abs(states.psi) ** 2).max(axis=0, keepdims=True).max(axis=others)
    points = float(grid.lower[axis]) + float(grid.spacing[axis]) * np.arange(grid.points[axis])
    visible = points[largest > _VISIBLE * largest.max()]
    low, high = float(visible[0]), float(visible[-1])
    margin = 0.08 * (high - low)
    from ...ends import Axis

    if isinstance(states.problem.ends, Axis):
        return float(points[0]), float(points[-1])
    return max(low - margin, float(points[0])), min(high + margin, float(points[-1]))


def _along(states: BoundStates, psi: np.ndarray, x: np.ndarray) -> np.ndarray:
    if states.problem.ends is not None:
        # linear, because psi is not periodic here: it may have a slope at a wall, or another phase after a period
        points = float(states.grid.lower[0]) + float(states.grid.spacing[0]) * np.arange(states.grid.points[0])
        return np.interp(x, points, np.real(psi))
    return np.real(onto_points(psi, float(states.grid.lower[0]), float(states.grid.spacing[0]), x, 0))


def _map(states: BoundStates, psi: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """psi on the points of a map, rows along y; in three dimensions the root of the density summed along the third axis."""
    grid = states.grid
    if grid.dimension == 3:
        psi = np.sqrt((psi**2).sum(axis=2) * float(grid.spacing[2]))
    columns = onto_points(psi, float(grid.lower[0]), float(grid.spacing[0]), x, 0)
    return np.real(onto_points(columns, float(grid.lower[1]), float(grid.spacing[1]), y, 1)).T
