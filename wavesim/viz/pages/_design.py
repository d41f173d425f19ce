"""One picture of a design: V before and after, and what it does beside what was wanted."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ..._typing import ANY, ENERGY, LENGTH, TIME
from ...units import UnitSystem
from .._colors import BLUE, GREEN, HAIR, INK, SLATE, VERMILION
from .._numbers import display_name, scientific
from ..draw import ABOVE_TABLE, TABLE_TOP, draw_footer, page
from ..scene import around, outline_of, value_on

if TYPE_CHECKING:
    from ...analysis import Curve
    from ...designs import Achieved, Design
    from ...problem import Problem

_POINTS, _MARGIN = 601, 0.35
_ROWS, _STEP = 5, 0.032
_DECADES = 30.0


def design_summary(
    design: Design, start: Problem, path: str | os.PathLike[str], *, units: UnitSystem | None = None, title: str = ""
) -> Path:
    """Write the picture of a design as a PNG of 1600 x 1000 pixels.

    Left: V at the start and of the design. Right: T(E) before and after with its targets, where these are transmissions or resonances; the
    curve over time of a target that has one; otherwise each number over its target. Below: the parameters and the certified numbers.

    Args:
        design: the result of the optimization.
        start: the problem before it.
        path: of the file.
        units: units of the labels; by default those of the problem.
        title: headline.
    """
    units = start.shown_in if units is None else units
    with page(path, title) as figure:
        height = 0.9 - ABOVE_TABLE
        _draw_potentials(figure.add_axes((0.06, ABOVE_TABLE, 0.4, height)), design, start, units)
        axes = figure.add_axes((0.55, ABOVE_TABLE, 0.42, height))
        span = _energies(design)
        if span is None and _over_time(design) is not None:
            _draw_over_time(axes, design, units)
        elif span is None:
            _draw_ratios(axes, design)
        else:
            _draw_transmission(axes, design, start, span, units)
        _write(figure, design, units)
        verdict = "every target is reached" if design.reached else "not every target is reached"
        draw_footer(
            figure,
            f"By {', '.join(design.routes)}: {design.evaluations} evaluations, {counted(design.starts)}; {verdict}.",
        )
    return Path(path)


def counted(starts: int) -> str:
    """The number of starts of the search, in words."""
    return "from one start" if starts == 1 else f"from {starts} starts"


def _draw_potentials(axes: Axes, design: Design, start: Problem, units: UnitSystem) -> None:
    from ...potentials import AbstractMassStructure

    length, energy = units.scale(LENGTH), units.scale(ENERGY)
    if start.potential.dimension > 1:
        axes.set_axis_off()
        return
    if not start.potential.static:
        _draw_moving(axes, design.problem, units)
        return
    drawn = ((start, SLATE, 1.4, "at the start"), (design.problem, BLUE, 2.2, "found"))
    ends = [problem.potential.support(1e-3) for problem, *_ in drawn]
    if any(isinstance(problem.potential, AbstractMassStructure) for problem, *_ in drawn):
        low, high = min(end[0] for end in ends), max(end[1] for end in ends)
        x = np.linspace(low - 0.2 * (high - low), high + 0.2 * (high - low), _POINTS)
    else:
        x = around(start, design.problem)
    for problem, color, width, name in drawn:
        potential = problem.potential
        outline = outline_of(x, potential.edges)
        values = value_on(problem, (outline,))
        axes.plot(outline / length, values / energy, color=color, lw=width, label=name)
        for spike in potential.spikes:
            axes.axvline(float(spike) / length, color=color, lw=width)
    axes.set(xlabel=units.label("x", LENGTH), ylabel=units.label("V", ENERGY), xlim=(x[0] / length, x[-1] / length))
    axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 0.99), ncols=2, handlelength=1.6)


def _draw_moving(axes: Axes, problem: Problem, units: UnitSystem) -> None:
    """Draw V of the design at three times of the run."""
    from ...potentials import values_at

    length, energy = units.scale(LENGTH), units.scale(ENERGY)
    x, duration = around(problem), float(problem.duration or 1.0)
    drawn = []
    for share, color in zip((0.0, 0.25, 0.5), (SLATE, GREEN, BLUE), strict=True):
        values = values_at(problem.potential, x, float(problem.mass), share * duration) / energy
        drawn.append(values)
        axes.plot(x / length, values, color=color, lw=2, label=f"t = {share * duration / units.scale(TIME):.4g}")
    middle = x[(x > x[0] + 0.3 * np.ptp(x)) & (x < x[-1] - 0.3 * np.ptp(x))]
    top = max(float(np.max(values[np.isin(x, middle)])) for values in drawn)
    bottom = min(float(values.min()) for values in drawn)
    axes.set(xlabel=units.label("x", LENGTH), ylabel=units.label("V", ENERGY), xlim=(x[0] / length, x[-1] / length))
    axes.set_ylim(bottom - 0.06 * (top - bottom), top + 0.6 * (top - bottom))
    axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 0.99), ncols=3, handlelength=1.6)


def _energies(design: Design) -> tuple[float, float] | None:
    """The range of the targets' kinetic energies, with room on both sides; None if no target has one."""
    places = [achieved.energy for achieved in design.achieved if achieved.energy is not None]
    widths = []
    for achieved in design.achieved:
        if achieved.target.quantity.startswith("resonance_energy"):
            places.append(achieved.value)
            width = achieved.report.quantities.get(achieved.target.quantity.replace("energy", "width"))
            widths.append(8 * width.value if width is not None else 0.0)
    if not places:
        return None
    low, high = min(places), max(places)
    room = max([_MARGIN * (high - low), *widths]) or 0.9 * low
    return max(low - room, 1e-3 * low), high + room


def _draw_transmission(
    axes: Axes, design: Design, start: Problem, span: tuple[float, float], units: UnitSystem
) -> None:
    from ...analysis.predictions import by_cells, scattering_problem, threshold

    scale = units.scale(ENERGY)
    for problem, color, width, name in ((start, SLATE, 1.4, "at the start"), (design.problem, BLUE, 2.2, "found")):
        line = scattering_problem(problem)
        energies = np.linspace(max(span[0], threshold(line) * (1 + 1e-9)), span[1], _POINTS)
        values = np.exp(by_cells(line)(energies).log_transmission)
        axes.plot(energies / scale, values, color=color, lw=width, label=name)
    wanted = [
        achieved for achieved in design.achieved if achieved.energy is not None and achieved.target.value is not None
    ]
    if wanted:
        axes.plot(
            [achieved.energy / scale for achieved in wanted if achieved.energy is not None],
            [achieved.target.level for achieved in wanted],
            "o",
            color=VERMILION,
            mfc="none",
            mew=1.8,
            ms=8,
            label="wanted",
        )
    for achieved in design.achieved:
        if achieved.target.quantity.startswith("resonance_energy"):
            axes.axvline(achieved.target.level / scale, color=VERMILION, lw=1.2, ls="--")
    if wanted and min(achieved.target.level for achieved in wanted) < 1 / _DECADES:
        axes.set_yscale("log")
    axes.set(xlabel=units.label("energy", ENERGY), ylabel="transmission", xlim=(span[0] / scale, span[1] / scale))
    axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 0.99), ncols=3, handlelength=1.6)


def _over_time(design: Design) -> Curve | None:
    """The first target's curve over time in the run that certifies it; None if there is none."""
    for achieved in design.achieved:
        curve = achieved.report.curves.get(achieved.target.quantity)
        if curve is not None and curve.along[1] == TIME:
            return curve
    return None


def _draw_over_time(axes: Axes, design: Design, units: UnitSystem) -> None:
    curve = _over_time(design)
    assert curve is not None
    scale = units.scale(curve.dimension)
    axes.plot(curve.points / units.scale(TIME), curve.values / scale, color=BLUE, lw=2.2)
    for achieved in design.achieved:
        if achieved.target.quantity == curve.name:
            axes.axhline(achieved.target.level / scale, color=VERMILION, lw=1.2, ls="--", label="wanted")
    axes.set(xlabel=units.label("time", TIME), ylabel=units.label(display_name(curve.name), curve.dimension))
    axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 0.99), handlelength=1.6)


def _draw_ratios(axes: Axes, design: Design) -> None:
    """Draw each number over its target, with its error bar."""
    axes.axvline(1, color=HAIR, lw=1)
    for row, achieved in enumerate(design.achieved):
        level = achieved.target.level or 1.0
        axes.errorbar(
            achieved.value / level,
            row,
            xerr=achieved.error / abs(level),
            fmt="o",
            color=BLUE if achieved.reached else VERMILION,
            ms=9,
        )
    axes.set_yticks(
        range(len(design.achieved)), [display_name(achieved.target.quantity) for achieved in design.achieved]
    )
    axes.set(ylim=(len(design.achieved) - 0.5, -0.5), xlabel="certified over wanted")


def _write(figure: Figure, design: Design, units: UnitSystem) -> None:
    """Write the table: parameters at the left, numbers at the right."""
    for place, head in zip(
        (0.025, 0.3, 0.44, 0.55, 0.74, 0.86), ("parameter", "found", "left open", "wanted", "certified", "error bar"),
        strict=True,
    ):  # fmt: skip
        figure.text(place, TABLE_TOP, head, color=SLATE, va="center")
    figure.add_artist(Line2D([0.025, 0.975], [TABLE_TOP - 0.018] * 2, color=HAIR, lw=1))
    for row, parameter in enumerate(design.parameters[:_ROWS]):
        scale = 1.0 if parameter.dimension == ANY else units.scale(parameter.dimension)
        unit = (
            ""
            if parameter.dimension == ANY or units.symbol(parameter.dimension) in ("1", "natural")
            else f" {units.symbol(parameter.dimension)}"
        )
        y = TABLE_TOP - 0.038 - _STEP * row
        name = parameter.paths[0] + (f" (and {len(parameter.paths) - 1} more)" if len(parameter.paths) > 1 else "")
        figure.text(0.025, y, name, va="center")
        figure.text(0.3, y, f"{parameter.value / scale:.8g}{unit}", va="center", weight="bold")
        width = (
            "on its bound"
            if parameter.on_bound
            else scientific(parameter.uncertainty / scale, 1)
            if np.isfinite(parameter.uncertainty)
            else "free"
        )
        figure.text(0.44, y, width, va="center")
    for row, achieved in enumerate(_worst(design)):
        scale, symbol = units.scale(achieved.dimension), units.symbol(achieved.dimension)
        unit = "" if symbol in ("1", "natural") else f" {symbol}"
        y = TABLE_TOP - 0.038 - _STEP * row
        at = "" if achieved.energy is None else f" at {achieved.energy / units.scale(ENERGY):.5g}"
        figure.text(0.55, y, f"{display_name(achieved.target.quantity)}{at}", va="center")
        figure.text(
            0.74, y, f"{achieved.value / scale:.9g}{unit}", va="center", color=GREEN if achieved.reached else VERMILION
        )
        figure.text(0.86, y, f"\u00b1 {scientific(achieved.error / scale, 1)}", va="center", color=INK)


def _worst(design: Design) -> list[Achieved]:
    """The numbers that fit into the table, those furthest from their targets first if they are too many."""
    if len(design.achieved) <= _ROWS:
        return list(design.achieved)
    return sorted(design.achieved, key=lambda achieved: -abs(achieved.value - achieved.target.level))[:_ROWS]
