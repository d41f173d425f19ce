"""What all rows say together, by kind."""

from __future__ import annotations

import dataclasses
import math
import statistics
from collections.abc import Callable

from .._record import Conditions
from ._row import ANSWERED, CRASHED, LATE, REFUSED, Row


@dataclasses.dataclass(frozen=True)
class Share:
    """Of one kind, or of all.

    Attributes:
        problems, answered, refused, crashed, late: how many.
        covered: share of the judged whose headline is covered.
        all_covered: the same for every number and curve.
        met: share of the judged whose headline's bar is within the tolerance.
        met_or_said: or whose report says that it is not.
        median_ratio: bar / true error of the headlines.
        median_cpu_s, median_runs, median_programs: cost of the answered.
        most_cpu_s, most_runs, most_programs: of the dearest.
    """

    problems: int
    answered: int
    refused: int
    crashed: int
    late: int
    covered: float
    all_covered: float
    met: float
    met_or_said: float
    median_ratio: float
    median_cpu_s: float
    median_runs: float
    median_programs: float
    most_cpu_s: float
    most_runs: int
    most_programs: int

    @classmethod
    def of(cls, rows: list[Row]) -> Share:
        """Of these rows."""
        judged, answered = [row for row in rows if row.judged], [row for row in rows if row.status == ANSWERED]
        ratios = [row.headline.ratio for row in judged if row.headline is not None]

        def count(status: str) -> int:
            return sum(row.status == status for row in rows)

        def share(chosen: Callable[[Row], bool]) -> float:
            return sum(map(chosen, judged)) / len(judged) if judged else math.nan

        return cls(
            problems=len(rows),
            answered=count(ANSWERED),
            refused=count(REFUSED),
            crashed=count(CRASHED),
            late=count(LATE),
            covered=share(lambda row: row.covered),
            all_covered=share(lambda row: row.all_covered),
            met=share(lambda row: row.met),
            met_or_said=share(lambda row: row.met_or_said),
            median_ratio=_median([ratio for ratio in ratios if math.isfinite(ratio)]),
            median_cpu_s=_median([row.cpu_s for row in answered]),
            median_runs=_median([row.runs for row in answered]),
            median_programs=_median([row.programs for row in answered]),
            most_cpu_s=max((row.cpu_s for row in answered), default=math.nan),
            most_runs=max((row.runs for row in answered), default=0),
            most_programs=max((row.programs for row in answered), default=0),
        )


@dataclasses.dataclass(frozen=True)
class HonestyRecord:
    """All shares; the rows are in records/honesty.csv.gz."""

    conditions: Conditions
    seed: int
    seconds: float
    total: Share
    by_kind: dict[str, Share]


def _median(values: list[float]) -> float:
    return float(statistics.median(values)) if values else math.nan


def summary(rows: list[Row], kinds: tuple[str, ...], conditions: Conditions, seconds: float) -> HonestyRecord:
    """What the rows say together."""
    by_kind = {kind: Share.of([row for row in rows if row.kind == kind]) for kind in kinds}
    return HonestyRecord(conditions, rows[0].seed, seconds, Share.of(rows), by_kind)


def line(row: Row) -> str:
    """One line for one scenario."""
    head = f"{row.index:5} {row.kind:14}{row.tolerance:9.1e}"
    if row.status != ANSWERED:
        return f"{head}  {row.status}: {row.message[:150]}"
    if row.headline is None:
        return f"{head}  answered, not judged"
    one = row.headline
    wrong = [
        f"{v.name} {v.value:.12g} +- {v.bar:.1e}, right {v.right:.12g}"
        for v in (*row.numbers, *row.curves)
        if not v.covered
    ]
    words = ["covers" if not wrong else "NOT COVERED: " + "; ".join(wrong)]
    words += [] if row.met_or_said else ["TOLERANCE MISSED SILENTLY"]
    words += ["says what is missing"] if row.warned else []
    error = abs(one.value - one.right)
    return f"{head}{error:10.1e}{one.bar:10.1e}{one.ratio:9.1f}{row.runs:5}{row.fft_pairs:10}{row.cpu_s:7.1f}  {', '.join(words)}"


def table(record: HonestyRecord) -> str:
    """The summary as a table."""
    lines = [
        f"{'kind':14}{'drawn':>6}{'answered':>9}{'refused':>8}{'crashed':>8}{'late':>5}{'headline':>9}{'all':>8}{'met':>8}{'or said':>8}{'bar/error':>10}{'cpu s':>7}{'most':>6}{'runs':>6}{'programs':>9}"
    ]
    for kind, s in (*record.by_kind.items(), ("all", record.total)):
        if s.problems:
            lines.append(
                f"{kind:14}{s.problems:6}{s.answered:9}{s.refused:8}{s.crashed:8}{s.late:5}{s.covered:9.1%}{s.all_covered:8.1%}{s.met:8.1%}"
                f"{s.met_or_said:8.1%}{s.median_ratio:10.1f}{s.median_cpu_s:7.1f}{s.most_cpu_s:6.0f}{s.median_runs:6.0f}{s.median_programs:9.0f}"
            )
    return "\n".join(lines)
