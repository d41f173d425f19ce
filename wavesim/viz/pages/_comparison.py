"""A page with the headline over the cases, beside every theory, and small panels of the potentials and curves."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np
import scipy
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from ..._typing import ENERGY
from ...units import UnitSystem
from .._colors import BLUE, GREEN, HAIR, INK, ORANGE, SLATE, VERMILION
from .._numbers import display_name
from ..draw import DASHED, FURTHER, decades, legend_above
from ._names import name_cases
from ._overview import draw_overview

if TYPE_CHECKING:
    from ...analysis import Quantity, Study

# left and width of the panels, without and with small panels beside them
_WIDE, _NARROW = (0.085, 0.84), (0.085, 0.44)
_TOP = 0.885
_COLORS = (BLUE, VERMILION, GREEN)
# ratio of largest to smallest value above which an axis is logarithmic
_DECADES = 30.0
# name of the theory that holds measured values
_EXPERIMENT = "experiment"
# share of the smallest error bar below which two theories count as equal
_SAME = 1e-3
# half the length of a theory's level, over the distance between two cases
_LEVEL = 0.2
# free share of the axis at either end
_ROOM = 0.05
# the same if names stand beside the dots
_ROOM_FOR_NAMES = 0.08
# label of the deviation due to uncertain inputs
BY_INPUTS = "by uncertain inputs"
# opacity of its bars
PALE = 0.3


@dataclasses.dataclass(frozen=True)
class Series:
    """One quantity over the cases, in shown units, nan where a case lacks it; `inputs` is the deviation due to uncertain inputs."""

    name: str
    values: np.ndarray
    errors: np.ndarray
    theories: dict[str, np.ndarray]
    given: np.ndarray
    inputs: np.ndarray

    @property
    def all(self) -> np.ndarray:
        """Every number that is drawn."""
        return np.concatenate([self.values, self.given, *self.theories.values()])


def draw_comparison(figure: Figure, study: Study, units: UnitSystem, bottom: float) -> None:
    """Fill a page down to the height `bottom`."""
    series = series_of(study, units)
    place = _NARROW if draw_overview(figure, study, units, bottom) else _WIDE
    compared = [entry for entry in series if entry.theories]
    room = _TOP - bottom
    height = 0.62 * room if compared else room
    axes = figure.add_axes((place[0], _TOP - height, place[1], height))
    x = np.arange(len(study.reports)) if study.axis is None else np.array(study.axis.values[: len(study.reports)])
    name = "measured" if any(report.record is not None for report in study.reports) else "computed"
    draw_series(axes, x, series, name, between=study.axis is not None)
    head = study.reports[0].headline
    what = head.name.replace("_", " ") if len(series) == 1 else head.dimension.name
    axes.set_ylabel(units.label(what, head.dimension))
    last = axes
    if compared:
        last = figure.add_axes((place[0], bottom, place[1], 0.31 * room))
        axes.tick_params(labelbottom=False)
        draw_distances(last, x, compared)
        last.set_ylabel("relative distance")
    named = study.axis is not None and not any(_repeats_axis(label, study.axis.label) for label in study.labels)
    for panel in (axes, last):
        _scale_across(panel, x, study, _ROOM_FOR_NAMES if named else _ROOM)
    if named:
        name_cases(axes, x, [series[0].values, series[0].given], study.labels)
    last.set_xlabel("" if study.axis is None else study.axis.label)


def series_of(study: Study, units: UnitSystem) -> list[Series]:
    """The headline over the cases, with up to two further quantities if it is an energy; other kinds depend on each other."""
    head = study.reports[0].headline
    names = [head.name]
    if head.dimension == ENERGY:
        others = [name for name in study.reports[0].quantities if name != head.name]
        names += [name for name in others if _comparable(study, name)][:2]
    scale = units.scale(head.dimension)
    return [_series(name, study, scale) for name in names]


def _comparable(study: Study, name: str) -> bool:
    """Whether a quantity is an energy of about the headline's size in every case."""
    for report in study.reports:
        quantity, head = report.quantities.get(name), report.headline
        if quantity is None or quantity.dimension != ENERGY or not head.value:
            return False
        if not 1 / _DECADES < abs(quantity.value / head.value) < _DECADES:
            return False
    return True


def _series(name: str, study: Study, scale: float) -> Series:
    cases: list[Quantity | None] = [report.quantities.get(name) for report in study.reports]

    def numbers(values: list[float | None]) -> np.ndarray:
        return np.array([math.nan if value is None else value / scale for value in values], dtype=float)

    kinds = list(dict.fromkeys(kind for case in cases if case is not None for kind in case.theory))
    if _EXPERIMENT in kinds:
        # drawn as marks rather than a line, because nothing was measured between them
        kinds.remove(_EXPERIMENT)
    return Series(
        name=name.replace("_", " "),
        values=numbers([None if case is None else case.value for case in cases]),
        errors=numbers([None if case is None else case.error for case in cases]),
        theories={kind: numbers([None if case is None else case.theory.get(kind) for case in cases]) for kind in kinds},
        given=numbers([None if case is None else case.theory.get(_EXPERIMENT) for case in cases]),
        inputs=numbers([report.input_error(name) if name in report.inputs else None for report in study.reports]),
    )


def draw_series(axes: Axes, x: np.ndarray, series: list[Series], name: str, between: bool = True) -> None:
    """Draw values as dots with error bars, theory as lines, experiments as squares; logarithmic if the numbers span decades.

    Without `between`, nothing lies between the cases, and theory is a level at each.
    """
    every = np.concatenate([entry.all for entry in series])
    every = every[np.isfinite(every)]
    logarithmic = len(every) > 0 and every.min() > 0 and every.max() > _DECADES * every.min()
    if logarithmic:
        axes.set_yscale("log")
        if every.max() > 1e4 * every.min():
            decades(axes)
    named: set[str] = set()
    for index, entry in enumerate(series):
        for kind, (color, style), values in _styled(entry):
            label = None if kind in named else display_name(kind)
            named.add(kind)
            if between:
                axes.plot(*_interpolated(x, values, logarithmic), color=color, lw=1.6, ls=style, label=label, zorder=2)
            else:
                levels = axes.hlines(values, x - _LEVEL, x + _LEVEL, colors=color, lw=1.6, linestyles=style, zorder=2)
                levels.set_label(label)
        label = name if len(series) == 1 else entry.name
        if np.isfinite(entry.given).any():
            axes.plot(x, entry.given, "s", color=ORANGE, mfc="none", mew=2, ms=11, label="experiment", zorder=3)
        if np.any(entry.inputs > 0):
            axes.errorbar(
                x, entry.values, yerr=entry.inputs, fmt="none", ecolor=_COLORS[index], elinewidth=7, alpha=PALE, zorder=1,
                label=None if index else BY_INPUTS,
            )  # fmt: skip
        axes.errorbar(
            x, entry.values, yerr=entry.errors, fmt="o", color=_COLORS[index], ms=7, elinewidth=1.6, capsize=4,
            label=label, zorder=4,
        )  # fmt: skip
    legend_above(axes)


def draw_distances(axes: Axes, x: np.ndarray, series: list[Series]) -> None:
    """Draw the relative distance of the measured numbers and the further theories from the first theory, on a logarithmic axis."""
    distances = []
    for index, entry in enumerate(series):
        first, *others = _styled(entry)
        reference = np.abs(first[2])
        for _, (color, style), values in others:
            distance = np.abs(values - first[2]) / reference
            # skip a theory that equals the first
            if np.nanmax(distance) < _SAME * np.nanmin(entry.errors / reference):
                continue
            distances.append(distance)
            axes.plot(*_interpolated(x, distance, True), color=color, lw=1.6, ls=style)
        distance, bar = np.abs(entry.values - first[2]) / reference, entry.errors / reference
        expected = np.abs(entry.given - first[2]) / reference
        distances += [distance, bar, expected]
        axes.plot(x, expected, "s", color=ORANGE, mfc="none", mew=2, ms=11)
        axes.plot(x, distance, "o", color=_COLORS[index], ms=7)
        axes.plot(x, bar, "_", color=_COLORS[index], ms=16, mew=2, label="error bar" if index == 0 else None)
    numbers = np.concatenate(distances)
    numbers = numbers[np.isfinite(numbers) & (numbers > 0)]
    axes.set_yscale("log")
    low, high = (numbers.min(), numbers.max()) if len(numbers) else (1e-16, 1.0)
    axes.set_ylim(max(low, 1e-16) / 3, 4 * high)
    for share, text in ((0.01, "1 %"), (0.1, "10 %")):
        if low < share < high:
            axes.axhline(share, color=HAIR, lw=1, zorder=0)
            axes.annotate(
                text, (1.008, share), xycoords=("axes fraction", "data"), color=SLATE, fontsize=10, va="center"
            )
    decades(axes)
    axes.legend(loc="lower right", bbox_to_anchor=(1.01, 0.97), handlelength=1.6)


def _repeats_axis(label: str, axis: str) -> bool:
    """Whether the label of a case repeats the value on the axis."""
    return label[:1] in "+-.0123456789" or label.startswith(axis.partition(" (")[0])


def _styled(series: Series) -> list[tuple[str, tuple, np.ndarray]]:
    """Each theory with its color and dashes."""
    styles = ((INK, DASHED), *FURTHER)
    return [(kind, style, values) for (kind, values), style in zip(series.theories.items(), styles, strict=False)]


def _interpolated(x: np.ndarray, values: np.ndarray, logarithmic: bool) -> tuple[np.ndarray, np.ndarray]:
    """A smooth line through a theory's values, without overshoot; interpolated in the logarithm where an axis is logarithmic."""
    valid = np.isfinite(values) & ((values > 0) | (not logarithmic))
    order = np.argsort(x[valid])
    at, heights = x[valid][order], values[valid][order]
    if len(at) < 3 or np.any(np.diff(at) <= 0):
        return at, heights
    # scaled as the horizontal axis
    scale = np.log if _over_decades(at) else np.asarray
    share = np.linspace(0, 1, 200)
    ends = at[0], at[-1]
    fine = ends[0] * (ends[1] / ends[0]) ** share if scale is np.log else ends[0] + (ends[1] - ends[0]) * share
    # rounding must not lead beyond the ends
    fine = np.clip(fine, *ends)
    if logarithmic:
        return fine, np.exp(scipy.interpolate.PchipInterpolator(scale(at), np.log(heights))(scale(fine)))
    return fine, scipy.interpolate.PchipInterpolator(scale(at), heights)(scale(fine))


def _over_decades(x: np.ndarray) -> bool:
    return float(x.min()) > 0 and float(x.max()) > _DECADES * float(x.min())


def _scale_across(axes: Axes, x: np.ndarray, study: Study, share: float) -> None:
    """Scale the horizontal axis with room at both ends, or label it with the cases if they have no axis."""
    if study.axis is None:
        axes.set_xlim(-0.5, len(x) - 0.5)
        axes.set_xticks(x, study.labels[: len(x)])
        return
    if _over_decades(x):
        axes.set_xscale("log")
        axes.set_xlim(float(x.min()) / 1.2, float(x.max()) * 1.2)
        axes.set_xticks(x, [f"{value:g}" for value in x])
        axes.xaxis.set_minor_locator(NullLocator())
        return
    room = share * float(np.ptp(x)) or 0.5
    axes.set_xlim(float(x.min()) - room, float(x.max()) + room)
