"""The report of a certified run: quantities with error bars, error budgets, and theory."""

from __future__ import annotations

import dataclasses
import difflib
import html
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, final

import numpy as np

from ..._face import above, html_picture, html_table, line_of, short
from ..._typing import DIMENSIONLESS, TIME, Dimension
from ...errors import ArgumentError, WavesimError
from ...grid import Grid
from ...problem import Problem
from ...propagation import Result
from ...units import NATURAL, UnitSystem
from ._words import budget_line, quantity_line, report_lines, report_rows

if TYPE_CHECKING:
    import xarray

    from ...viz import Picture


@final
class Estimate(float):
    """A float with the error of its method; arithmetic gives plain floats without an error.

    Args:
        value: the number.
        error: the difference of two resolutions of its method, with rounding; 0 for a closed form.
    """

    error: float

    def __new__(cls, value: float, error: float = 0.0) -> Estimate:
        estimate = super().__new__(cls, value)
        estimate.error = float(error)
        return estimate

    def __reduce__(self) -> tuple[type[Estimate], tuple[float, float]]:
        return Estimate, (float(self), self.error)


def error_of(value: float) -> float:
    """The error that a number carries; 0 for a plain one."""
    return value.error if isinstance(value, Estimate) else 0.0


@dataclasses.dataclass(frozen=True)
class Quantity:
    """One measured number.

    Attributes:
        name: its standard name, ``transmitted_probability``.
        value: in internal units.
        error: its error bar, at least the sum of the budget.
        dimension: its dimension.
        budget: the parts of the error by source: time_step, grid, absorber, duration, fit and rounding, as they apply; none is negative.
        theory: values predicted without propagation, by the theory's name; the number is compared with the first.
        doubted: whether the error bar was widened to cover a theory that disputes the number; see `reaching_theory`.
        part_of: the number that this one is a part of, if its size depends on the numerics, as on the ends of the box: files include such
            parts, tables do not. "" for all others.
    """

    name: str
    value: float
    error: float
    dimension: Dimension
    budget: dict[str, float] = dataclasses.field(default_factory=dict)
    theory: dict[str, float] = dataclasses.field(default_factory=dict)
    doubted: bool = False
    part_of: str = ""

    def __post_init__(self) -> None:
        # rounding may make a part negative, for example by a log T above 0: its absolute value counts
        below = math.fsum(-part for part in self.budget.values() if part < 0)
        if below:
            object.__setattr__(self, "budget", {source: abs(part) for source, part in self.budget.items()})
            object.__setattr__(self, "error", self.error + 2 * below)

    @property
    def difference(self) -> float | None:
        """Measured minus theory, None without theory."""
        return None if not self.theory else self.value - next(iter(self.theory.values()))

    @property
    def theory_errors(self) -> dict[str, float]:
        """The error that each theory states; 0 for a closed form, or if it states none."""
        return {name: error_of(value) for name, value in self.theory.items()}

    @property
    def theory_error(self) -> float:
        """The error that the first theory states; 0 without one."""
        return next(iter(self.theory_errors.values()), 0.0)

    @property
    def agrees(self) -> bool | None:
        """Whether theory lies within both error bars, None without theory or without an error bar."""
        if self.difference is None or math.isinf(self.error):
            return None
        return not self.doubted and abs(self.difference) <= self.error + self.theory_error

    @property
    def disputed(self) -> bool:
        """Whether an independent theory, which states its error or is a closed form, lies beyond both bars.

        An approximation disputes nothing. Rounding of the theory counts as 1e-12 of it.
        """
        if self.doubted:
            return True
        if self.agrees is not False or self.difference is None:
            return False
        name, value = next(iter(self.theory.items()))
        independent = isinstance(value, Estimate) or name == "closed_form"
        return independent and abs(self.difference) > self.error + self.theory_error + 1e-12 * abs(value)

    @property
    def undisputed_error(self) -> float:
        """The error bar without its part `dispute`."""
        return self.error - self.budget.get("dispute", 0.0)

    @property
    def reaching_theory(self) -> Quantity:
        """The quantity, with a bar that covers theory if that disputes it, since either of the two may be wrong."""
        if self.doubted or not self.disputed or self.difference is None:
            return self
        distance = abs(self.difference)
        return dataclasses.replace(
            self, error=self.error + distance, budget=self.budget | {"dispute": distance}, doubted=True
        )

    def __repr__(self) -> str:
        return line_of("Quantity", quantity_line(self, NATURAL))

    def __str__(self) -> str:
        return quantity_line(self, NATURAL)

    def __float__(self) -> float:
        return float(self.value)


@dataclasses.dataclass(frozen=True)
class Curve:
    """A quantity along time, energy or another axis, with the curves of theory; in internal units.

    Attributes:
        name: name of the quantity.
        points: points of the axis, such as times or energies, shape (n,).
        values: values at the points, shape (n,).
        dimension: dimension of the values.
        theory: curves of shape (n,) by the theory's name; the values are compared with the first.
        error: the largest error bar, or one for each point.
        along: name and dimension of `points`.
    """

    name: str
    points: np.ndarray
    values: np.ndarray
    dimension: Dimension
    theory: dict[str, np.ndarray] = dataclasses.field(default_factory=dict)
    error: float | np.ndarray = 0.0
    along: tuple[str, Dimension] = ("time", TIME)

    @property
    def largest_error(self) -> float:
        """The largest error bar of any point."""
        return float(np.max(self.error))

    @property
    def largest_difference(self) -> float:
        """The largest distance from the first theory at any point; nan without theory."""
        if not self.theory:
            return math.nan
        return float(np.max(np.abs(self.values - next(iter(self.theory.values())))))

    def __repr__(self) -> str:
        theory = f"theory: {', '.join(self.theory)}" if self.theory else "no theory"
        return line_of(
            "Curve",
            self.name,
            f"{len(self.points)} points of {self.along[0]}",
            f"error {self.largest_error:.1e}",
            theory,
        )


@dataclasses.dataclass(frozen=True)
class BoundStates:
    """The lowest states of a problem on one grid.

    Attributes:
        problem: the physics; its own state does not matter.
        grid: grid of psi.
        energies: increasing, shape (count,) [energy].
        psi: real and normalized, shape (count, ``*points``).
    """

    problem: Problem
    grid: Grid
    energies: np.ndarray
    psi: np.ndarray

    def __repr__(self) -> str:
        return line_of(
            "BoundStates", f"{len(self.energies)} states", f"{' x '.join(map(str, self.grid.points))} points"
        )


@dataclasses.dataclass(frozen=True)
class Report:
    """The numbers of a certified problem, with their bars, theory and run.

    Attributes:
        record: record of the finest run; None if nothing was propagated. `result` is the same, and raises if there is none.
        tolerance: the requested tolerance.
        quantities: the numbers by standard name; the first is the headline.
        curves: the curves by name.
        warnings: sentences for the reader.
        runs: number of propagations, coarser repetitions included.
        fft_pairs: FFT pairs of all runs.
        wall_s: seconds of all runs.
        states: the states for a question about levels, else None.
        notes: sentences on how the numbers were obtained, if not by a run as usual.
        inputs: the change of each quantity by one standard deviation of each uncertain input, by name and path; not part of the error bar.
        problem: the problem solved; the report prints in its units.
    """

    record: Result | None
    tolerance: float
    quantities: dict[str, Quantity]
    curves: dict[str, Curve]
    warnings: tuple[str, ...]
    runs: int
    fft_pairs: int
    wall_s: float
    states: BoundStates | None = None
    notes: tuple[str, ...] = ()
    inputs: dict[str, dict[str, float]] = dataclasses.field(default_factory=dict)
    problem: Problem | None = None

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "quantities", {name: quantity.reaching_theory for name, quantity in self.quantities.items()}
        )

    @property
    def result(self) -> Result:
        """The record of the finest run: ``report.result.psi``; `record` is None if there is none.

        Raises:
            WavesimError: if nothing was propagated.
        """
        if self.record is None:
            raise WavesimError(
                "`result` must be the record of a run, but nothing was propagated for this report; "
                "read its `quantities` and `curves`, or ask first whether `record` is None."
            )
        return self.record

    def input_error(self, name: str) -> float:
        """One standard deviation of a quantity due to all uncertain inputs together; 0 without any."""
        return math.hypot(*self.inputs.get(name, {}).values())

    @property
    def complete(self) -> bool:
        """Whether nothing was interrupted."""
        return (self.record is None or self.record.complete) and math.isfinite(self.headline.error)

    @property
    def reached(self) -> bool:
        """Whether it is complete and without warnings: the tolerance is met."""
        return self.complete and not self.warnings

    @property
    def certified(self) -> bool:
        """Whether no independent theory disputes a number."""
        return not any(quantity.disputed for quantity in self.quantities.values())

    def verdict(self, quantity: Quantity) -> str:
        """The verdict of theory on a number: "agrees", "undecided", "not certified" if disputed, "approximation", or "" without theory.

        It is undecided if both bars together exceed a hundred tolerances and a hundredth of the number. An approximation is a theory
        outside the bar that states no error of its own.
        """
        if quantity.agrees is None:
            return ""
        if not quantity.agrees:
            return "not certified" if quantity.disputed else "approximation"
        size, bar = abs(quantity.value), quantity.error + quantity.theory_error
        asked = self.tolerance * (1.0 if quantity.dimension == DIMENSIONLESS else size)
        return "undecided" if bar > max(100 * asked, self.tolerance) and bar > 0.01 * size else "agrees"

    @property
    def headline(self) -> Quantity:
        """The first quantity, the answer to the question."""
        return next(iter(self.quantities.values()))

    @property
    def balance(self) -> float | None:
        """transmitted + reflected + remaining, which must be 1; None unless the report has all three."""
        names = ("transmitted_probability", "reflected_probability", "remaining_probability")
        if not all(name in self.quantities for name in names):
            return None
        return math.fsum(self.quantities[name].value for name in names)

    @property
    def units(self) -> UnitSystem:
        """The units of its tables: those of the problem. `Quantity.value` itself is in internal units."""
        if self.problem is not None:
            return self.problem.shown_in
        return NATURAL if self.record is None else self.record.problem.shown_in

    def __getitem__(self, name: str) -> Quantity:
        """A number by its name: ``report["transmitted_probability"].value``.

        Raises:
            ArgumentError: if the report has no such number.
        """
        if name not in self.quantities:
            near = difflib.get_close_matches(str(name), self.quantities, 1, cutoff=0.5)
            hint = f"did you mean {near[0]!r}?" if near else f"choose from {', '.join(self.quantities)}."
            raise ArgumentError("name", f"must be a number of this report, but is {short(name)}; {hint}")
        return self.quantities[name]

    def __contains__(self, name: object) -> bool:
        return name in self.quantities

    def __iter__(self) -> Iterator[str]:
        return iter(self.quantities)

    def __len__(self) -> int:
        return len(self.quantities)

    def to_dict(self) -> dict[str, dict[str, Any]]:
        """The numbers in the units of the problem, for tables and scripts: ``pandas.DataFrame(report.to_dict()).T``."""
        return {name: self._row(quantity) for name, quantity in self.quantities.items()}

    def _row(self, quantity: Quantity) -> dict[str, Any]:
        scale = self.units.scale(quantity.dimension)
        kind, expected = next(iter(quantity.theory.items()), ("", None))
        return {
            "value": quantity.value / scale,
            "error": quantity.error / scale,
            "unit": self.units.symbol(quantity.dimension),
            "theory": None if expected is None else expected / scale,
            "theory_kind": kind,
            "difference": None if quantity.difference is None else quantity.difference / scale,
            "verdict": self.verdict(quantity),
        }

    def plot(self, *, units: UnitSystem | None = None, title: str = "") -> Picture:
        """The picture of the report: density, curves, and numbers beside theory; notebooks show it, ``.save("run.png")`` writes it.

        Args:
            units: units of the labels; by default those of the problem.
            title: headline; by default the names of the state and the potential.
        """
        return above("viz").picture(self, units=units, title=title)

    def to_xarray(self, *, units: UnitSystem | None = None) -> xarray.Dataset:
        """The record and the numbers as an ``xarray.Dataset`` with units; see `wavesim.io.to_xarray`."""
        return above("io").to_xarray(self, units=units)

    def __repr__(self) -> str:
        numbers = [quantity_line(quantity, self.units) for quantity in list(self.quantities.values())[:2]]
        more = [f"{len(self.quantities) - 2} more"] if len(self.quantities) > 2 else []
        return line_of("Report", *numbers, *more, f"{self.runs} runs", "complete" if self.complete else "interrupted")

    def __str__(self) -> str:
        return "\n".join([*report_lines(self, self.units), *(f"warning: {text}" for text in self.warnings)])

    def _repr_html_(self) -> str:
        units = self.units
        below = [budget_line(self, units), *self.notes, *(f"warning: {text}" for text in self.warnings)]
        parts = [html_table(report_rows(self, units)), *(f"<p>{html.escape(text)}</p>" for text in below)]
        if self.complete and (self.record is None or self.record.numerics.grid.dimension < 3):
            parts.append(html_picture(self.plot().png, self.headline.name))
        return "".join(parts)
