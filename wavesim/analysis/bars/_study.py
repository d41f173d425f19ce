"""Several cases of one question: the number that changes, and the ratio of the last case to the first."""

from __future__ import annotations

import dataclasses
import math

from ..._face import one_line
from ..._typing import DIMENSIONLESS
from ._report import Quantity, Report


@dataclasses.dataclass(frozen=True)
class Axis:
    """The number that changes from case to case, with its label: ``Axis("width (nm)", (0.4, 0.5))``."""

    label: str
    values: tuple[float, ...]


@dataclasses.dataclass(frozen=True)
class Study:
    """The reports of several cases.

    Attributes:
        labels: one for each case.
        reports: one for each case that ran; fewer than labels after an interruption.
        axis: the number that changes; None if the cases differ in kind.
        varied: paths of all values that change; uncertain values there are independent from case to case.
    """

    __repr__ = one_line

    labels: tuple[str, ...]
    reports: tuple[Report, ...]
    axis: Axis | None = None
    varied: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether every case ran to its end."""
        return len(self.reports) == len(self.labels) and all(report.complete for report in self.reports)

    @property
    def ratio(self) -> Quantity | None:
        """The headline of the last case over that of the first, also for each theory; None unless both exist and the first is not 0.

        d(b/a)/(b/a) is at most (da/a + db/b)/(1 - da/a), since the signs are unknown.
        """
        if not self.complete or len(self.reports) < 2:
            return None
        first, last = self.reports[0].headline, self.reports[-1].headline
        if abs(first.value) <= first.error:
            return None
        value = last.value / first.value
        share = first.error / abs(first.value)
        parts = {
            "first_case": abs(value) * share / (1 - share),
            "last_case": last.error / abs(first.value) / (1 - share),
        }
        return Quantity(
            "ratio", value, math.fsum(parts.values()), DIMENSIONLESS, parts, ratios(first.theory, last.theory)
        )

    @property
    def inputs(self) -> dict[str, float]:
        """The change of the ratio by one standard deviation of each uncertain input, by path.

        d(b/a) = (b/a) (db/b - da/a): an input that both cases share changes both, and may leave their ratio unchanged. Inputs under `varied` are
        independent, and add up by their squares.
        """
        ratio = self.ratio
        if ratio is None:
            return {}
        first, last = self.reports[0], self.reports[-1]
        below, above = (report.inputs.get(report.headline.name, {}) for report in (first, last))
        changes = {}
        for path in dict.fromkeys([*below, *above]):
            of_first = ratio.value * below.get(path, 0.0) / first.headline.value
            of_last = above.get(path, 0.0) / first.headline.value
            independent = any(path == prefix or path.startswith(f"{prefix}.") for prefix in self.varied)
            changes[path] = math.hypot(of_first, of_last) if independent else of_last - of_first
        return changes


def ratios(first: dict[str, float], last: dict[str, float]) -> dict[str, float]:
    """Ratios of the first theories, which are exact and may differ in name, and of each theory that both cases have."""
    if not first or not last:
        return {}
    (first_name, below), (last_name, above) = next(iter(first.items())), next(iter(last.items()))
    name = first_name if first_name == last_name else f"{last_name}_over_{first_name}"
    exact = {name: above / below} if below else {}
    return exact | {name: last[name] / first[name] for name in last if first.get(name)}
