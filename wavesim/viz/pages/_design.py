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
from .._numbers import scientific, spoken
from ..draw import ABOVE_TABLE, TABLE_TOP, last_line, page
from ..scene import around, outline_of, value_on

if TYPE_CHECKING:
    from ...analysis import Curve
    from ...designs import Achieved, Design
    from ...problem import Problem

_POINTS, _MARGIN = 601, 0.35
_ROWS, _STEP = 5, 0.032
_DECADES = 30.0


def design_summary(
    found: Design, start: Problem, path: str | os.PathLike[str], *, units: UnitSystem | None = None, title: str = ""
) -> Path:
    """Write the picture of a design as a PNG of 1600 x 1000 pixels.

    Left: V at the start and as it was found. Right: T(E) before and after where transmission or resonances are wanted, with what was wanted
    of it; otherwise each number over its target. Below: the parameters and the certified numbers.

    Args:
        found: the design.
        start: the problem before it.
        path: where to write it.
        units: units of the labels; by default those of the problem.
        title: headline.
    """
    units = start.shown_in if units is None else units
    with page(path, title) as figure:
        height = 0.9 - ABOVE_TABLE
        _draw_potentials(figure.add_axes((0.06, ABOVE_TABLE, 0.4, height)), found, start, units)
        axes = figure.add_axes((0.55, ABOVE_TABLE, 0.42, height))
        span = _energies(found)
        if span is None and _over_time(found) is not None:
            _draw_over_time(axes, found, units)
        elif span is None:
            _draw_ratios(axes, found)
        else:
            _draw_transmission(axes, found, start, span, units)
        _write(figure, found, units)
        verdict = "every target is reached" if found.reached else "not every target is reached"
        last_line(
            figure,
            f"By {', '.join(found.routes)}: {found.evaluations} evaluations, {counted(found.starts)}; {verdict}.",
        )
    return Path(path)


def counted(starts: int) -> str:
    """How many places were searched from, in words."""
    return "from one start" if starts == 1 else f"from {starts} starts"


def _draw_potentials(axes: Axes, found: Design, start: Problem, units: UnitSystem) -> None:
    from ...potentials import AbstractMassStructure

    length, energy = units.scale(LENGTH), units.scale(ENERGY)
    if start.potential.dimension > 1:
        axes.set_axis_off()
        return
    if not start.potential.static:
        _draw_moving(axes, found.problem, units)
        return
    drawn = ((start, SLATE, 1.4, "at the start"), (found.problem, BLUE, 2.2, "found"))
    ends = [problem.potential.support(1e-3) for problem, *_ in drawn]
    if any(isinstance(problem.potential, AbstractMassStructure) for problem, *_ in drawn):
        low, high = min(end[0] for end in ends), max(end[1] for end in ends)
        x = np.linspace(low - 0.2 * (high - low), high + 0.2 * (high - low), _POINTS)
    else:
        x = around(start, found.problem)
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
    """V as it was found, at moments of the run."""
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


def _energies(found: Design) -> tuple[float, float] | None:
    """The kinetic energies that targets speak of, with room on both sides; None where they speak of none."""
    places = [one.energy for one in found.achieved if one.energy is not None]
    widths = []
    for one in found.achieved:
        if one.target.quantity.startswith("resonance_energy"):
            places.append(one.value)
            width = one.report.quantities.get(one.target.quantity.replace("energy", "width"))
            widths.append(8 * width.value if width is not None else 0.0)
    if not places:
        return None
    low, high = min(places), max(places)
    room = max([_MARGIN * (high - low), *widths]) or 0.9 * low
    return max(low - room, 1e-3 * low), high + room


def _draw_transmission(axes: Axes, found: Design, start: Problem, span: tuple[float, float], units: UnitSystem) -> None:
    from ...analysis.predictions import by_cells, scattering_problem, threshold

    scale = units.scale(ENERGY)
    for problem, color, width, name in ((start, SLATE, 1.4, "at the start"), (found.problem, BLUE, 2.2, "found")):
        line = scattering_problem(problem)
        energies = np.linspace(max(span[0], threshold(line) * (1 + 1e-9)), span[1], _POINTS)
        values = np.exp(by_cells(line)(energies).log_transmission)
        axes.plot(energies / scale, values, color=color, lw=width, label=name)
    wanted = [one for one in found.achieved if one.energy is not None and one.target.value is not None]
    if wanted:
        axes.plot(
            [one.energy / scale for one in wanted if one.energy is not None],
            [one.target.level for one in wanted],
            "o",
            color=VERMILION,
            mfc="none",
            mew=1.8,
            ms=8,
            label="wanted",
        )
    for one in found.achieved:
        if one.target.quantity.startswith("resonance_energy"):
            axes.axvline(one.target.level / scale, color=VERMILION, lw=1.2, ls="--")
    if wanted and min(one.target.level for one in wanted) < 1 / _DECADES:
        axes.set_yscale("log")
    axes.set(xlabel=units.label("energy", ENERGY), ylabel="transmission", xlim=(span[0] / scale, span[1] / scale))
    axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 0.99), ncols=3, handlelength=1.6)


def _over_time(found: Design) -> Curve | None:
    """The first wanted number along the run that certifies it; None where there is none."""
    for one in found.achieved:
        curve = one.report.curves.get(one.target.quantity)
        if curve is not None and curve.along[1] == TIME:
            return curve
    return None


def _draw_over_time(axes: Axes, found: Design, units: UnitSystem) -> None:
    curve = _over_time(found)
    assert curve is not None
    scale = units.scale(curve.dimension)
    axes.plot(curve.points / units.scale(TIME), curve.values / scale, color=BLUE, lw=2.2)
    for one in found.achieved:
        if one.target.quantity == curve.name:
            axes.axhline(one.target.level / scale, color=VERMILION, lw=1.2, ls="--", label="wanted")
    axes.set(xlabel=units.label("time", TIME), ylabel=units.label(spoken(curve.name), curve.dimension))
    axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 0.99), handlelength=1.6)


def _draw_ratios(axes: Axes, found: Design) -> None:
    """Each number over its target, with its bar."""
    axes.axvline(1, color=HAIR, lw=1)
    for row, one in enumerate(found.achieved):
        level = one.target.level or 1.0
        axes.errorbar(
            one.value / level, row, xerr=one.error / abs(level), fmt="o", color=BLUE if one.reached else VERMILION, ms=9
        )
    axes.set_yticks(range(len(found.achieved)), [spoken(one.target.quantity) for one in found.achieved])
    axes.set(ylim=(len(found.achieved) - 0.5, -0.5), xlabel="certified over wanted")


def _write(figure: Figure, found: Design, units: UnitSystem) -> None:
    """Parameters at the left, numbers at the right."""
    for place, head in zip(
        (0.025, 0.3, 0.44, 0.55, 0.74, 0.86), ("parameter", "found", "left open", "wanted", "certified", "error bar"),
        strict=True,
    ):  # fmt: skip
        figure.text(place, TABLE_TOP, head, color=SLATE, va="center")
    figure.add_artist(Line2D([0.025, 0.975], [TABLE_TOP - 0.018] * 2, color=HAIR, lw=1))
    for row, one in enumerate(found.parameters[:_ROWS]):
        scale = 1.0 if one.dimension == ANY else units.scale(one.dimension)
        unit = (
            ""
            if one.dimension == ANY or units.symbol(one.dimension) in ("1", "natural")
            else f" {units.symbol(one.dimension)}"
        )
        y = TABLE_TOP - 0.038 - _STEP * row
        name = one.paths[0] + (f" (and {len(one.paths) - 1} more)" if len(one.paths) > 1 else "")
        figure.text(0.025, y, name, va="center")
        figure.text(0.3, y, f"{one.value / scale:.8g}{unit}", va="center", weight="bold")
        open_ = (
            "on its bound"
            if one.on_bound
            else scientific(one.uncertainty / scale, 1)
            if np.isfinite(one.uncertainty)
            else "free"
        )
        figure.text(0.44, y, open_, va="center")
    for row, one in enumerate(_worst(found)):
        scale, symbol = units.scale(one.dimension), units.symbol(one.dimension)
        unit = "" if symbol in ("1", "natural") else f" {symbol}"
        y = TABLE_TOP - 0.038 - _STEP * row
        at = "" if one.energy is None else f" at {one.energy / units.scale(ENERGY):.5g}"
        figure.text(0.55, y, f"{spoken(one.target.quantity)}{at}", va="center")
        figure.text(0.74, y, f"{one.value / scale:.9g}{unit}", va="center", color=GREEN if one.reached else VERMILION)
        figure.text(0.86, y, f"\u00b1 {scientific(one.error / scale, 1)}", va="center", color=INK)


def _worst(found: Design) -> list[Achieved]:
    """As many numbers as have room, those furthest from their targets first."""
    if len(found.achieved) <= _ROWS:
        return list(found.achieved)
    return sorted(found.achieved, key=lambda one: -abs(one.value - one.target.level))[:_ROWS]
