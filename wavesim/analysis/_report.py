"""What a certified run says: each quantity with its error bar, its error budget, and the theory beside it."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from .._typing import Dimension
from ..propagation import Result


@dataclasses.dataclass(frozen=True)
class Quantity:
    """One measured number.

    Attributes:
        name: its standard name, ``transmitted_probability``.
        value: in internal units.
        error: its error bar, at least the sum of the budget.
        dimension: what it is, for units.
        budget: where the error comes from: time_step, grid, absorber, duration, and fit or rounding where they apply.
        theory: values predicted without propagation, by the theory's name; the first is the one to be compared with.
    """

    name: str
    value: float
    error: float
    dimension: Dimension
    budget: dict[str, float] = dataclasses.field(default_factory=dict)
    theory: dict[str, float] = dataclasses.field(default_factory=dict)

    @property
    def difference(self) -> float | None:
        """Measured minus theory, None without one."""
        return None if not self.theory else self.value - next(iter(self.theory.values()))

    @property
    def agrees(self) -> bool | None:
        """Whether theory lies within the error bar, None without theory or without an error bar."""
        return None if self.difference is None or math.isinf(self.error) else abs(self.difference) <= self.error


@dataclasses.dataclass(frozen=True)
class Curve:
    """One quantity over time, with the theory's curves beside it; all arrays of shape (frames + 1,), in internal units.

    `error` is the error bar of its worst frame.
    """

    name: str
    times: np.ndarray
    values: np.ndarray
    dimension: Dimension
    theory: dict[str, np.ndarray] = dataclasses.field(default_factory=dict)
    error: float = 0.0

    @property
    def largest_difference(self) -> float:
        """The largest distance from the first theory at any frame; nan without theory."""
        if not self.theory:
            return math.nan
        return float(np.max(np.abs(self.values - next(iter(self.theory.values())))))


@dataclasses.dataclass(frozen=True)
class Report:
    """A run and all that is known about it.

    Attributes:
        result: the record of the finer run.
        tolerance: what was asked for.
        quantities: by standard name; the first is the headline.
        curves: by name, over the frames.
        warnings: sentences for the reader.
        runs: how many propagations were needed, the coarser repetitions included.
        fft_pairs: FFT pairs of all of them.
        wall_s: seconds of all of them.
    """

    result: Result
    tolerance: float
    quantities: dict[str, Quantity]
    curves: dict[str, Curve]
    warnings: tuple[str, ...]
    runs: int
    fft_pairs: int
    wall_s: float

    @property
    def headline(self) -> Quantity:
        """The quantity that the run is about."""
        return next(iter(self.quantities.values()))

    @property
    def balance(self) -> float | None:
        """transmitted + reflected + remaining, which must be 1; None where nothing is scattered."""
        names = ("transmitted_probability", "reflected_probability", "remaining_probability")
        if not all(name in self.quantities for name in names):
            return None
        return math.fsum(self.quantities[name].value for name in names)

    def __str__(self) -> str:
        lines = [f"{'quantity':<26}{'measured':>22}{'+-':>10}   {'theory':>22}{'difference':>13}"]
        for q in self.quantities.values():
            theory = f"{next(iter(q.theory.values())):.12g}" if q.theory else "-"
            difference = f"{q.difference:.2e}" if q.difference is not None else "-"
            lines.append(f"{q.name:<26}{q.value:>22.12g}{q.error:>10.1e}   {theory:>22}{difference:>13}")
        return "\n".join([str(self.result), *lines, *(f"warning: {text}" for text in self.warnings)])

    def _repr_html_(self) -> str:
        return f"<pre>{self}</pre>"
