"""Several runs of one question side by side: what changes from case to case, and the ratio of the last to the first."""

from __future__ import annotations

import dataclasses
import math

from ..._face import one_line
from ..._typing import DIMENSIONLESS
from ._report import Quantity, Report


@dataclasses.dataclass(frozen=True)
class Axis:
    """The number that changes from case to case, as it is labeled: ``Axis("width (nm)", (0.4, 0.5))``."""

    label: str
    values: tuple[float, ...]


@dataclasses.dataclass(frozen=True)
class Study:
    """The reports of several cases.

    Attributes:
        labels: one for each case.
        reports: one for each case that ran; fewer than labels after an interruption.
        axis: the number that changes; None where the cases differ in kind.
        varied: paths of all that changes; an uncertain number there is another one in each case.
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
        """The headline of the last case over that of the first, theory by theory; None unless both are known and the first is not 0.

        d(b/a)/(b/a) is at most (da/a + db/b)/(1 - da/a), for the signs are unknown, and `a` is the denominator.
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

        d(b/a) = (b/a) (db/b - da/a): an input that both cases share moves both, and may leave their ratio as it is. Inputs under `varied` are
        independent, and add up by their squares.
        """
        ratio = self.ratio
        if ratio is None:
            return {}
        first, last = self.reports[0], self.reports[-1]
        below, above = (report.inputs.get(report.headline.name, {}) for report in (first, last))
        moved = {}
        for path in dict.fromkeys([*below, *above]):
            of_first = ratio.value * below.get(path, 0.0) / first.headline.value
            of_last = above.get(path, 0.0) / first.headline.value
            own = any(path == one or path.startswith(f"{one}.") for one in self.varied)
            moved[path] = math.hypot(of_first, of_last) if own else of_last - of_first
        return moved


def ratios(first: dict[str, float], last: dict[str, float]) -> dict[str, float]:
    """The ratio of the first theories, which are the exact ones and may differ in name; then that of each theory that both cases have."""
    if not first or not last:
        return {}
    (one, below), (other, above) = next(iter(first.items())), next(iter(last.items()))
    name = one if one == other else f"{other}_over_{one}"
    exact = {name: above / below} if below else {}
    return exact | {name: last[name] / first[name] for name in last if first.get(name)}
