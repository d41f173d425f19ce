"""The page of a random sample: its histogram, and its mean over the size of the sample or over a second axis."""

from __future__ import annotations

import dataclasses

import numpy as np
from matplotlib.figure import Figure

from ..._colors import BLUE, GROUND, INK, SLATE
from ...draw import DASHED, legend_above
from ._sweep_data import SAMPLE, Table
from ._sweep_line import scale_across

_BINS = 40
_WIDE, _NARROW = (0.085, 0.86), 0.385
_TOP, _BOTTOM = 0.885, 0.1


@dataclasses.dataclass(frozen=True)
class Ensemble:
    """A sample along the last axis of each array.

    Attributes:
        label: of the averaged number, ``ln(transmitted probability)`` if the numbers span decades.
        values, theory: shape (..., samples), nan where a row has no number.
        errors: error bars of the values.
    """

    label: str
    values: np.ndarray
    theory: np.ndarray
    errors: np.ndarray

    @classmethod
    def of(cls, table: Table) -> Ensemble:
        """The sample of a table; in logarithms if the numbers span more than a factor of thirty, as their mean is then not typical."""
        dims = [axis.dim for axis in table.axes]
        place = dims.index(SAMPLE) if SAMPLE in dims else len(dims) - 1
        turned = table.ordered((*(index for index in range(len(dims)) if index != place), place))
        if not turned.in_decades:
            return cls(table.label, turned.values, turned.theory, turned.errors)
        positive = np.where(turned.values > 0, turned.values, np.nan)
        theory = np.where(turned.theory > 0, turned.theory, np.nan)
        return cls(f"ln({table.name})", np.log(positive), np.log(theory), turned.errors / positive)

    @property
    def count(self) -> np.ndarray:
        """The number of values in each average."""
        return np.isfinite(self.values).sum(axis=-1)

    @property
    def mean(self) -> np.ndarray:
        """Mean over the sample."""
        return np.nanmean(self.values, axis=-1)

    @property
    def spread(self) -> np.ndarray:
        """Standard deviation of the sample; nan for a single value."""
        return np.where(
            self.count > 1,
            np.nanstd(self.values, axis=-1) * np.sqrt(self.count / np.maximum(self.count - 1, 1)),
            np.nan,
        )

    @property
    def standard_error(self) -> np.ndarray:
        """Standard error of the mean, with the mean error bar of the numbers added."""
        return self.spread / np.sqrt(self.count) + np.nanmean(self.errors, axis=-1)


def draw_histogram(figure: Figure, table: Table) -> None:
    """Fill a page with one sample: its histogram with a normal curve, and its mean with standard error over the size of the sample."""
    sample = Ensemble.of(table)
    finite = np.isfinite(sample.values)
    values, theory, errors = sample.values[finite], sample.theory[finite], sample.errors[finite]
    whole = Ensemble(sample.label, values, theory, errors)
    mean, spread = float(whole.mean), float(whole.spread)
    left = figure.add_axes((_WIDE[0], _BOTTOM, _NARROW, _TOP - _BOTTOM))
    borders = np.histogram_bin_edges(values, min(_BINS, max(5, len(values) // 8)))
    left.hist(values, borders.tolist(), color=BLUE, alpha=0.55, label="measured")
    if table.compared:
        left.hist(theory, borders.tolist(), histtype="step", color=INK, lw=1.4, ls="--", label=table.kind)
    if spread > 0:
        x = np.linspace(borders[0], borders[-1], 300)
        share = len(values) * (borders[1] - borders[0]) / (spread * np.sqrt(2 * np.pi))
        left.plot(x, share * np.exp(-(((x - mean) / spread) ** 2) / 2), color=SLATE, lw=1.6, label="normal curve")
    left.axvline(mean, color=INK, lw=1)
    left.set(xlabel=sample.label, ylabel="rows")
    legend_above(left)
    right = figure.add_axes((0.565, _BOTTOM, _NARROW, _TOP - _BOTTOM))
    counts = np.unique(np.geomspace(2, len(values), 300).astype(int))
    parts = [Ensemble(sample.label, values[:n], theory[:n], errors[:n]) for n in counts]
    growing, error = np.array([part.mean for part in parts]), np.array([part.standard_error for part in parts])
    right.fill_between(counts, growing - error, growing + error, color=BLUE, alpha=0.25, lw=0, label="standard error")
    right.plot(counts, growing, color=BLUE, lw=2.2, label="mean")
    if table.compared:
        right.plot(counts, [np.mean(theory[:n]) for n in counts], color=INK, lw=1.3, ls=DASHED, label=table.kind)
    right.set(xscale="log", xlim=(counts[0], counts[-1]), xlabel="rows averaged", ylabel=f"mean of {sample.label}")
    legend_above(right)
    words = f"mean {mean:.4g} \u00b1 {float(whole.standard_error):.2g}, spread {spread:.3g}".replace("-", "\u2212")
    right.text(0.98, 0.97, words, transform=right.transAxes, ha="right", va="top")


def draw_ensemble(figure: Figure, table: Table) -> None:
    """Fill a page with samples along an axis: their mean with standard error, and their standard deviation."""
    sample = Ensemble.of(table)
    (across,) = (axis for axis in table.axes if axis.dim != SAMPLE)
    x, mean, error = across.places, sample.mean, sample.standard_error
    left, width = _WIDE
    above = figure.add_axes((left, 0.42, width, _TOP - 0.42))
    above.fill_between(x, mean - sample.spread, mean + sample.spread, color=GROUND, lw=0, label="spread of the sample")
    for place, values in zip(x, sample.values, strict=True):
        above.plot(np.full(len(values), place), values, ".", color=BLUE, alpha=0.15, ms=4, mew=0)
    if table.compared:
        theory = np.nanmean(sample.theory, axis=-1)
        above.plot(x, theory, color=INK, lw=1.4, ls=DASHED, label=f"mean, {table.kind}")
    above.errorbar(x, mean, yerr=error, fmt="o", color=BLUE, ms=7, elinewidth=1.6, capsize=4, label="mean, measured")
    above.set_ylabel(sample.label)
    above.tick_params(labelbottom=False)
    legend_above(above)
    below = figure.add_axes((left, _BOTTOM, width, 0.42 - _BOTTOM - 0.045))
    # the standard error of a standard deviation of nearly normal numbers
    bars = sample.spread / np.sqrt(2 * np.maximum(sample.count - 1, 1))
    below.errorbar(x, sample.spread, yerr=bars, fmt="o", color=BLUE, ms=7, elinewidth=1.6, capsize=4)
    below.set(ylabel="spread (standard deviation)", ylim=(0, None), xlabel=across.label)
    for axes in (above, below):
        scale_across(axes, across)
