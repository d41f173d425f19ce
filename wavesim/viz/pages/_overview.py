"""Small panels with all cases of a study: their potentials, ground states and first curves."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import scipy
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..._typing import ENERGY, LENGTH
from ...units import UnitSystem
from .._colors import HAIR, INK, STEPS, case_colors
from ..draw import DASHED, suits_log_scale
from ..scene import Bundle, around, bundle_of, highest_potential, outline_of, value_on

if TYPE_CHECKING:
    from ...analysis import BoundStates, Report, Study
    from ...problem import Problem

Color = tuple[float, ...]
_PLACE = (0.625, 0.35)
_TOP, _BETWEEN = 0.885, 0.09
_ALIKE = 10.0
_MOST_LETTERS = 48


def draw_overview(figure: Figure, study: Study, units: UnitSystem, bottom: float) -> bool:
    """Draw the small panels at the right of a page down to the height `bottom`; False if there are none."""
    colors = case_colors(len(study.reports))
    flat, waves, curves = [], [], []
    for report, color in zip(study.reports, colors, strict=True):
        problem, dimension = _problem_of(report)
        bundle = bundle_of(report, units)
        if problem is not None and dimension == 1:
            flat.append((problem, color))
            waves += [] if report.states is None else [(report.states, color)]
        curves += [] if bundle is None else [(bundle, color)]
    parts: list[Callable[[Axes], None]] = []
    # of deltas alone a potential shows nothing that the wave functions do not
    if flat and not (waves and all(np.ptp(value_on(problem, (around(problem),))) == 0 for problem, _ in flat)):
        parts.append(lambda axes: _draw_potentials(axes, flat, units))
    if waves:
        parts.append(lambda axes: _draw_ground_states(axes, waves, units))
    if _comparable([bundle for bundle, _ in curves]):
        parts.append(lambda axes: _draw_curves(axes, curves))
    room = (_TOP - bottom + _BETWEEN) / max(len(parts), 1)
    for index, draw in enumerate(parts):
        height = room - _BETWEEN
        axes = figure.add_axes((_PLACE[0], _TOP - index * room - height, _PLACE[1], height))
        draw(axes)
        if index == 0:
            _name(axes, study.labels, colors)
    return bool(parts)


def _problem_of(report: Report) -> tuple[Problem | None, int]:
    """The problem of a report and its dimension; None and 0 if nothing was solved on a grid."""
    if report.states is not None:
        return report.states.problem, report.states.grid.dimension
    if report.record is not None:
        return report.result.problem, report.result.numerics.grid.dimension
    return None, 0


def _comparable(bundles: list[Bundle]) -> bool:
    """Whether curves run along the same quantity over similar ranges."""
    spans = [bundle.span[1] - bundle.span[0] for bundle in bundles]
    return bool(spans) and len({bundle.across for bundle in bundles}) == 1 and max(spans) < _ALIKE * min(spans)


def _draw_potentials(axes: Axes, cases: list[tuple[Problem, Color]], units: UnitSystem) -> None:
    """Draw V of each case around its structure, on one scale."""
    length, energy = units.scale(LENGTH), units.scale(ENERGY)
    x = around(*(problem for problem, _ in cases))
    tops, bottoms = [], []
    for problem, color in cases:
        outline = outline_of(x, problem.potential.edges)
        values = value_on(problem, (outline,)) / energy
        axes.plot(outline / length, values, color=color, lw=2)
        for spike in problem.potential.spikes:
            axes.axvline(float(spike) / length, color=color, lw=2)
        tops.append(highest_potential(problem, 1, problem.potential.support(1e-2)) / energy)
        bottoms.append(float(values.min()))
    bottom, top = min(bottoms), max(*tops, min(bottoms))
    reach = (top - bottom) or 1.0
    axes.set(xlim=(x[0] / length, x[-1] / length), ylim=(bottom - 0.06 * reach, top + 0.25 * reach))
    axes.set(xlabel=units.label("x", LENGTH), ylabel=units.label("energy", ENERGY))
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=STEPS))


def _draw_ground_states(axes: Axes, cases: list[tuple[BoundStates, Color]], units: UnitSystem) -> None:
    """Draw the lowest wave function of each case, with its sign such that its peak is positive."""
    length = units.scale(LENGTH)
    x = around(*(states.problem for states, _ in cases))
    for states, color in cases:
        grid, psi = states.grid, np.real(states.psi[0]) * length**0.5
        points = float(grid.lower[0]) + float(grid.spacing[0]) * np.arange(grid.points[0])
        # preserves the kinks at deltas, where a Fourier interpolation would oscillate
        line = scipy.interpolate.Akima1DInterpolator(points, np.sign(psi[np.argmax(abs(psi))]) * psi, method="makima")
        axes.plot(x / length, line(x), color=color, lw=2)
    axes.axhline(0, color=HAIR, lw=1)
    axes.set(xlim=(x[0] / length, x[-1] / length), xlabel=units.label("x", LENGTH), ylabel="ground state")


def _draw_curves(axes: Axes, cases: list[tuple[Bundle, Color]]) -> None:
    """Draw the first curve of each case, theory dashed."""
    first = [bundle.lines[0] for bundle, _ in cases]
    if suits_log_scale(first):
        axes.set_yscale("log")
        largest = max(float(line.values.max()) for line in first)
        smallest = min(float(line.values[-1]) for line in first)
        axes.set_ylim(max(smallest / 30, 1e-16), 2 * largest)
    for (bundle, color), line in zip(cases, first, strict=True):
        axes.plot(bundle.points, line.values, color=color, lw=2)
        if line.theory is not None:
            axes.plot(bundle.points, line.theory, color=INK, lw=1, ls=DASHED)
    bundle = cases[0][0]
    axes.set(xlabel=bundle.across, ylabel=f"{first[0].name} {bundle.up}" if bundle.up == "probability" else bundle.up)
    axes.set_xlim(min(b.span[0] for b, _ in cases), max(b.span[1] for b, _ in cases))


def _name(axes: Axes, labels: tuple[str, ...], colors: list[Color]) -> None:
    """Write the labels of the cases in their colors above the panel; of many the first, the middle and the last."""
    # a common beginning is written once
    common = os.path.commonprefix(labels).rpartition(" ")[0] if len(labels) > 1 else ""
    short = [label if index == 0 else label[len(common) :].strip() for index, label in enumerate(labels)]
    shown = list(zip(short, colors, strict=False))
    if sum(2 + len(label) for label in short) > _MOST_LETTERS:
        shown = [shown[0], shown[len(shown) // 2], shown[-1]]
    for label, color in shown:
        axes.plot([], [], color=color, lw=3, label=label)
    columns = len(shown) if sum(2 + len(label) for label, _ in shown) <= _MOST_LETTERS else 1
    axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 0.99), ncols=columns, columnspacing=1.2, handlelength=1.0)
