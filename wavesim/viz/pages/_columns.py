"""A page of a few cases side by side, one column each, with common axes where possible."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..._typing import ENERGY
from ...units import UnitSystem
from .._colors import SLATE, STEPS
from ..draw import COLUMNS, ROWS, draw_density, draw_lines, draw_plane, draw_potential, draw_residuals, suits_log_scale
from ..scene import Bundle, Scene, bundle_of, close_up, eventful, gather, result_of, timed_bundle

if TYPE_CHECKING:
    from ...analysis import Report, Study
    from ...propagation import Result

_LEFT, _RIGHT, _GAP = 0.075, 0.975, 0.035
_NAMES, _LEGEND = 0.893, 0.925
# bottom and height of the rows
_ALONG_ENERGY = {"curves": (0.63, 0.248), "residuals": (0.485, 0.12), "potential": (0.315, 0.1)}
_ALONG_TIME = {"density": (0.665, 0.213), "potential": (0.545, 0.105), "curves": (0.315, 0.155)}
_ALIKE = 3.0


@dataclasses.dataclass(frozen=True)
class _Case:
    """The content of a column."""

    label: str
    result: Result
    scene: Scene
    bundle: Bundle


def draw_columns(figure: Figure, study: Study, units: UnitSystem) -> None:
    """Fill a page above its table."""
    cases = [_case(label, report, units) for label, report in zip(study.labels, study.reports, strict=False)]
    width = (_RIGHT - _LEFT - _GAP * (len(cases) - 1)) / len(cases)
    rows = _ALONG_ENERGY if all(case.bundle.along == ENERGY for case in cases) else _ALONG_TIME
    panels = [
        {
            name: figure.add_axes((_LEFT + index * (width + _GAP), bottom, width, height))
            for name, (bottom, height) in rows.items()
        }
        for index in range(len(cases))
    ]
    logarithmic = any(suits_log_scale(case.bundle.lines) for case in cases) and _of_one_kind(cases)
    for index, (case, parts) in enumerate(zip(cases, panels, strict=True)):
        figure.text(_LEFT + index * (width + _GAP), _NAMES, case.label, weight="bold", va="center")
        _draw_case(parts, case, units, logarithmic or None)
        for axes in parts.values():
            # the rows are low: a unit goes on a line of its own
            axes.set_ylabel(axes.get_ylabel().replace(" (", "\n("))
            axes.xaxis.set_major_locator(MaxNLocator(max(4, 14 // len(cases)), steps=STEPS))
    _share(panels, cases)
    if not _of_one_kind(cases):
        for parts in panels:
            parts["curves"].legend(loc="best", fontsize=10, handlelength=1.6, labelspacing=0.25)
        return
    named = [zip(*parts["curves"].get_legend_handles_labels()[::-1], strict=True) for parts in panels]
    entries = dict(pair for pairs in reversed(named) for pair in pairs)
    place = (_LEFT - 0.01, _LEGEND)
    figure.legend(
        list(entries.values()),
        list(entries),
        loc="center left",
        bbox_to_anchor=place,
        ncols=len(entries),
        columnspacing=1.4,
    )


def _case(label: str, report: Report, units: UnitSystem) -> _Case:
    shown = eventful(report)
    scene = gather(shown, COLUMNS, ROWS, units, label)
    return _Case(label, result_of(shown), scene, bundle_of(report, units, timed=False) or timed_bundle(scene))


def _of_one_kind(cases: list[_Case]) -> bool:
    """Whether all columns show the same curves."""
    return len({tuple(line.name for line in case.bundle.lines) for case in cases}) == 1


def _draw_case(parts: dict[str, Axes], case: _Case, units: UnitSystem, logarithmic: bool | None) -> None:
    bundle, scene = case.bundle, case.scene
    spectral = bundle.along == ENERGY
    curves = parts["curves"]
    draw_lines(curves, bundle.points, bundle.lines, legend=False, logarithmic=logarithmic)
    curves.set(xlim=bundle.span, ylabel=bundle.up, xlabel=bundle.across)
    if len(scene.window) == 1:
        close = close_up(scene, case.result.problem, units) if spectral else scene
        draw_potential(parts["potential"], close, names=False, band=bundle.span if spectral else None)
        parts["potential"].yaxis.set_major_locator(MaxNLocator(3, steps=STEPS))
    else:
        parts["potential"].set_axis_off()
    if "residuals" in parts:
        curves.set_xlabel("")
        curves.tick_params(labelbottom=False)
        if any(line.residual is not None for line in bundle.lines):
            draw_residuals(parts["residuals"], bundle.points, bundle.lines, legend=False)
        parts["residuals"].set(xlim=bundle.span, ylabel="|difference|", xlabel=bundle.across)
    if "density" in parts and len(scene.window) > 1:
        draw_plane(parts["density"], case.result, scene, units)
    elif "density" in parts:
        draw_density(parts["density"], case.result, scene, units)
        parts["density"].tick_params(labelbottom=False)
        parts["density"].set_title(scene.magnified.partition(" of ")[0], fontsize=10, color=SLATE, loc="right", pad=3)


def _share(panels: list[dict[str, Axes]], cases: list[_Case]) -> None:
    """Equal limits where the axes mean the same and the sizes allow it; then only the first column is labeled."""
    for name in panels[0]:
        row = [parts[name] for parts in panels]
        if len({axes.get_ylabel() for axes in row}) > 1:
            continue
        for axes in row[1:]:
            axes.set_ylabel("")
        if len({axes.get_yscale() for axes in row}) > 1:
            continue
        low, high = min(axes.get_ylim()[0] for axes in row), max(axes.get_ylim()[1] for axes in row)
        reach = [float(np.ptp(axes.get_ylim())) for axes in row]
        if row[0].get_yscale() == "log" or max(reach) < _ALIKE * min(reach):
            for axes in row:
                axes.set_ylim(low, high)
            for axes in row[1:]:
                axes.tick_params(labelleft=False)
    spans = [case.bundle.span for case in cases]
    if max(high - low for low, high in spans) < _ALIKE * min(high - low for low, high in spans):
        for parts in panels:
            for name in ("curves", "residuals"):
                if name in parts:
                    parts[name].set_xlim(min(low for low, _ in spans), max(high for _, high in spans))
