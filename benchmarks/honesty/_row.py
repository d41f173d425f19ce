"""One scenario's outcome, and the judgment of a report by the oracle."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

from tests.oracle import Answers

ANSWERED, REFUSED, CRASHED, LATE = "answered", "refused", "crashed", "no answer"
# what reading a number's last bit may change
_ROUNDING = 4e-15


@dataclasses.dataclass(frozen=True)
class Verdict:
    """One number or curve: of a curve the point that is farthest outside its bar.

    Attributes:
        name: standard name.
        value, bar: as reported, in internal units.
        right, right_error: the oracle's.
        covered: whether abs(value - right) <= bar + right_error.
    """

    name: str
    value: float
    bar: float
    right: float
    right_error: float
    covered: bool

    @property
    def ratio(self) -> float:
        """bar / true error; nan where the error is below the oracle's own."""
        error = abs(self.value - self.right)
        return self.bar / error if error > 2 * self.right_error else math.nan


@dataclasses.dataclass(frozen=True)
class Row:
    """One scenario's outcome.

    Attributes:
        seed, index, kind: of the draw.
        tolerance: asked for.
        status: answered, refused (with its sentence), crashed (with its exception), or no answer in the time allowed.
        message: the sentence or the exception.
        numbers, curves: verdicts; empty where the oracle says nothing.
        aim: what the headline's bar should be at most; nan where nothing is known.
        warned: whether the report says that something is missing.
        noise: numpy's and jax's warnings on the way.
        runs, fft_pairs, cpu_s: cost; processor seconds with what is compiled on the way.
        programs: compiled on the way, or loaded from the folder of programs.
    """

    seed: int
    index: int
    kind: str
    tolerance: float
    status: str
    message: str = ""
    numbers: tuple[Verdict, ...] = ()
    curves: tuple[Verdict, ...] = ()
    aim: float = math.nan
    warned: bool = False
    noise: int = 0
    runs: int = 0
    fft_pairs: int = 0
    cpu_s: float = 0.0
    programs: int = 0

    @classmethod
    def read(cls, content: dict[str, Any]) -> Row:
        """From what `dataclasses.asdict` wrote."""
        verdicts = {name: tuple(Verdict(**one) for one in content[name]) for name in ("numbers", "curves")}
        return cls(**{**content, **verdicts})

    @property
    def judged(self) -> bool:
        """Whether there is an answer and a right value."""
        return self.status == ANSWERED and bool(self.numbers or self.curves)

    @property
    def headline(self) -> Verdict | None:
        """The first number that is judged."""
        return self.numbers[0] if self.numbers else None

    @property
    def covered(self) -> bool:
        """Whether the headline is."""
        return self.headline is None or self.headline.covered

    @property
    def all_covered(self) -> bool:
        """Whether every number and every curve is."""
        return all(one.covered for one in (*self.numbers, *self.curves))

    @property
    def met(self) -> bool:
        """Whether the headline's bar is within the tolerance."""
        return self.headline is not None and self.headline.bar <= self.aim * (1 + 1e-9)

    @property
    def met_or_said(self) -> bool:
        """Whether it is, or the report says that it is not."""
        return self.met or self.warned or self.headline is None


def verdicts(report: Any, right: Answers) -> tuple[tuple[Verdict, ...], tuple[Verdict, ...]]:
    """Every number and curve of a report that the oracle knows."""
    numbers = [
        _verdict(name, quantity.value, quantity.error, *right.numbers[name])
        for name, quantity in report.quantities.items()
        if name in right.numbers
    ]
    curves = []
    for name, curve in report.curves.items():
        if name not in right.curves:
            continue
        points = np.asarray(curve.points, float)
        known, error = right.curves[name](points)
        values = np.asarray(curve.values, float)
        bars = np.broadcast_to(np.asarray(curve.error, float), values.shape)
        worst = int(np.argmax(abs(values - known) - bars))
        curves.append(_verdict(name, float(values[worst]), float(bars[worst]), float(known[worst]), error))
    return tuple(numbers), tuple(curves)


def _verdict(name: str, value: float, bar: float, right: float, error: float) -> Verdict:
    # a bar that is not known promises nothing
    covered = not math.isfinite(bar) or abs(value - right) <= bar + error + _ROUNDING * abs(right)
    return Verdict(name, float(value), float(bar), float(right), float(error), bool(covered))
