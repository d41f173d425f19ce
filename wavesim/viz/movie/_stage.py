"""The layout of a movie: axes, scales, keys and theory, drawn once, and the artists that each frame updates."""

from __future__ import annotations

import dataclasses

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator

from .._colors import HAIR, INK, PURPLE, SLATE, STEPS, phase_colors
from .._numbers import steady, tick_texts, unit_of
from ..draw import draw_hills, draw_spikes
from ..scene import DENSITY_TOP, Scene

# left, bottom, width, height as fractions of the frame
MAIN = (0.075, 0.395, 0.685, 0.5)
_CURVES = (0.075, 0.1, 0.685, 0.175)
_KEY = (0.842, 0.69, 0.14, 0.218)
_NUMBERS = 0.857
_DASHED = (0, (4, 3))


@dataclasses.dataclass(frozen=True)
class Stage:
    """The artists that a frame redraws: `over` above psi in the panel `main`, traces and dots in the panel `curves`, and texts."""

    figure: Figure
    main: Axes
    curves: Axes
    over: tuple[Artist, ...]
    landscape: Line2D | None
    crest: Line2D | None
    traces: tuple[Line2D, ...]
    dots: tuple[Line2D, ...]
    values: tuple[Text, ...]
    clock: Text


def build_stage(scene: Scene, width: int, height: int) -> Stage:
    """Draw the static parts; to be called inside the house style. At 72 dots an inch a point is a pixel."""
    figure = Figure(figsize=(width / 72, height / 72), dpi=72)
    figure.text(0.025, 0.95, scene.title, weight="bold", va="center", size="x-large")
    figure.text(0.025, 0.022, scene.note, color=SLATE, va="center", size="small")
    flat = len(scene.window) == 1
    main = figure.add_axes(MAIN if flat else _equal_scales(scene, width / height), xlim=scene.window[0])
    main.set_xlabel(scene.labels["x"], labelpad=1)
    main.xaxis.set_major_locator(MaxNLocator(9, steps=STEPS))
    landscape = crest = None
    over: list[Artist] = []
    if flat:
        _draw_heights(main, scene)
        for _, value in scene.levels:
            level = float(scene.energy_height(value))
            over.append(main.axhline(level, color=PURPLE, lw=1.8, ls=_DASHED, animated=True))
        over += draw_spikes(main, scene, (0.0, 1.0))
        for arrow in over:
            arrow.set_animated(True)
        (crest,) = main.plot(scene.x, 0 * scene.x, color=INK, lw=1, alpha=0.55, animated=True)
        (landscape,) = main.plot(scene.outline, 0 * scene.outline, color=INK, lw=2, animated=True)
    else:
        main.set(ylim=scene.window[1], ylabel=scene.labels["y"])
        hills = draw_hills(main, scene)
        for hill in hills:
            hill.set_animated(True)
        # psi is painted over the spines
        over += [*hills, main.spines["left"], main.spines["bottom"]]
    curves, traces, dots = _draw_curves(figure, scene)
    _draw_phases(figure, scene.phases)
    values = _draw_names(figure, scene, flat)
    clock = figure.text(0.975, 0.95, "", ha="right", va="center", size="x-large", animated=True)
    return Stage(figure, main, curves, tuple(over), landscape, crest, traces, dots, values, clock)


def _equal_scales(scene: Scene, shape: float) -> tuple[float, float, float, float]:
    """The box of the main panel with equal scales on both axes, unless it would be too thin; `shape` is width over height of the frame."""
    left, bottom, width, height = MAIN
    across, up = np.ptp(scene.window, axis=1)
    narrow, low = float(height * across / up / shape), float(width * shape * up / across)
    if 0.4 * width < narrow <= width:
        return left + (width - narrow) / 2, bottom, narrow, height
    if 0.6 * height < low < height:
        return left, bottom + (height - low) / 2, width, low
    return MAIN


def _draw_heights(main: Axes, scene: Scene) -> None:
    """Draw the axes of the density at the left and of the energy at the right; both span the heights 0 .. 1 of the scene."""
    densities = [
        t for t in MaxNLocator(4, steps=STEPS).tick_values(0, scene.density_top) if t <= 1.001 * scene.density_top
    ]
    main.set(ylim=(0, 1), ylabel=scene.labels["density"])
    main.set_yticks([DENSITY_TOP * t / scene.density_top for t in densities], tick_texts(densities))
    low, high = scene.energies
    energies = [e for e in MaxNLocator(5, steps=STEPS).tick_values(low, high) if low <= e <= high]
    right = main.twinx()
    right.spines["right"].set_visible(True)
    right.set(ylim=(0, 1), ylabel=scene.labels["energy"])
    right.set_yticks([float(scene.energy_height(e)) for e in energies], tick_texts(energies))
    if low < 0:
        main.axhline(float(scene.energy_height(0.0)), color=HAIR, lw=1)
    if scene.magnified:
        main.axvline(scene.plane, color=SLATE, lw=1.2, ls=":")
        right_side = scene.gain[-1] > 1
        main.text(
            scene.window[0, int(right_side)],
            1.01,
            f"density {scene.magnified}",
            color=SLATE,
            ha="right" if right_side else "left",
            va="bottom",
        )


def _draw_curves(figure: Figure, scene: Scene) -> tuple[Axes, tuple[Line2D, ...], tuple[Line2D, ...]]:
    axes = figure.add_axes(_CURVES, xlim=scene.span)
    axes.set_xlabel(scene.labels["time"], labelpad=1)
    # the panel is low: the unit goes on a line of its own
    axes.set_ylabel(scene.labels["curves"].replace(" (", "\n("))
    axes.xaxis.set_major_locator(MaxNLocator(9, steps=STEPS))
    axes.yaxis.set_major_locator(MaxNLocator(3, steps=STEPS))
    values = [np.ravel(v) for line in scene.lines for v in (line.values, line.theory, line.final) if v is not None]
    if values:
        every = np.concatenate(values)
        room = 0.06 * float(np.ptp(every)) or 0.1
        axes.set_ylim(float(every.min()) - room, float(every.max()) + room)
    traces, dots = [], []
    for line in scene.lines:
        if line.theory is not None:
            axes.plot(scene.times, line.theory, color=line.color, lw=1.4, ls=_DASHED)
        elif line.final is not None:
            axes.axhline(line.final, color=line.color, lw=1.4, ls=_DASHED)
        traces += axes.plot([], [], color=line.color, lw=2.6, animated=True)
        dots += axes.plot([], [], "o", color=line.color, ms=8, animated=True, clip_on=False)
    if any(line.residual is not None for line in scene.lines):
        figure.text(_NUMBERS, _CURVES[1] + _CURVES[3] / 2, "dashed: theory", color=SLATE, va="center")
    return axes, tuple(traces), tuple(dots)


def _draw_phases(figure: Figure, table: np.ndarray) -> None:
    """Draw the color wheel of the phase, which increases counterclockwise."""
    key = figure.add_axes(_KEY, xlim=(-1.6, 1.6), ylim=(-1.6, 1.6), aspect="equal")
    key.set_axis_off()
    angle = np.linspace(0, 2 * np.pi, 361)
    colors = phase_colors(np.exp(0.5j * (angle[:-1] + angle[1:])), table) / 255.0
    ring = np.array([0.6, 1.0])
    key.pcolormesh(np.outer(ring, np.cos(angle)), np.outer(ring, np.sin(angle)), colors[None])
    for turn, text in enumerate(("0", "\u03c0/2", "\u03c0", "\u2212\u03c0/2")):
        x, y = np.cos(turn * np.pi / 2), np.sin(turn * np.pi / 2)
        key.text(1.38 * x, 1.3 * y, text, ha="center", va="center", size="small")
    key.text(0, 0, "phase", ha="center", va="center", size="small", color=SLATE)


def _draw_names(figure: Figure, scene: Scene, flat: bool) -> tuple[Text, ...]:
    """Write names and numbers at the right; returns the texts of the numbers that change."""
    y, step = 0.635, 0.088
    if flat:
        for name, value in scene.levels:
            figure.text(_NUMBERS, y, name, color=PURPLE, weight="bold", va="bottom")
            text = steady(value, abs(value)) + unit_of(scene.labels["energy"])
            figure.text(_NUMBERS, y - 0.004, text, color=INK, va="top", size="large")
            y -= 1.25 * step
    values = []
    for line in scene.lines:
        figure.text(_NUMBERS, y, line.name, color=line.color, weight="bold", va="bottom")
        values.append(figure.text(_NUMBERS, y - 0.004, "", color=INK, va="top", size="large", animated=True))
        y -= step
    return tuple(values)
