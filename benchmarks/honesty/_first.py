"""The first 300 problems, of nine kinds, held against theory: they stay, so that certificates can be compared on the same problems.

Each row goes to records/honesty_first.jsonl as soon as it is done, so that a run can be interrupted and taken up again.
"""

from __future__ import annotations

import dataclasses
import json
import math
import statistics
import time
from pathlib import Path

import jax

from .._record import RECORDS, Conditions, write
from ..draws._first import KINDS, SEED, WELLS, Draw, draw

PACKAGES = ("wavesim", "jax", "jaxlib", "numpy")
COUNT, QUICK = 300, 9
FRAMES = {"barrier": 24, "well": 48}
ROWS = RECORDS / "honesty_first.jsonl"


@dataclasses.dataclass(frozen=True)
class Row:
    """One problem. Errors are relative for periods, absolute for probabilities.

    Args:
        index, kind, tolerance: see `benchmarks.draws._first.Draw`.
        quantity: the headline's name.
        value, theory: measured, and known without propagation.
        error: abs(value - theory).
        bar: the error bar.
        budget: its parts.
        covers: whether the bar holds the error of the headline.
        all_cover: whether every quantity with a theory is covered by its bar.
        met: whether the bar is within the tolerance.
        runs, fft_pairs, points, cpu_s: what it cost, 0 points where nothing was propagated; processor seconds with compilation and theory.
        failed: the message of a refusal, else empty.
    """

    index: int
    kind: str
    tolerance: float
    quantity: str = ""
    value: float = math.nan
    theory: float = math.nan
    error: float = math.nan
    bar: float = math.nan
    budget: dict[str, float] = dataclasses.field(default_factory=dict)
    covers: bool = False
    all_cover: bool = False
    met: bool = False
    runs: int = 0
    fft_pairs: int = 0
    points: int = 0
    cpu_s: float = 0.0
    failed: str = ""

    @property
    def ratio(self) -> float:
        """bar / true error."""
        return self.bar / max(self.error, 1e-300)


@dataclasses.dataclass(frozen=True)
class HonestyRecord:
    """All rows and what they say together.

    Args:
        seed: of `benchmarks.draws._first`.
        covered: share of the headlines whose bar holds the true error.
        all_covered: share of the problems in which that holds for every quantity.
        met: share whose bar is within the tolerance asked for.
        median_ratio: median of bar / true error.
        failed: how many were refused; they count as neither covered nor met.
        by_kind: covered, met, median_ratio and median processor seconds for each kind.
    """

    conditions: Conditions
    seed: int
    problems: int
    covered: float
    all_covered: float
    met: float
    median_ratio: float
    failed: int
    cpu_s: float
    by_kind: dict[str, dict[str, float]]
    rows: tuple[Row, ...]


def certified(drawn: Draw) -> Row:
    """Certify one problem and compare; a refusal is a row, too."""
    from wavesim import WavesimError
    from wavesim.analysis import certify

    well, begun = drawn.kind in WELLS, time.process_time()
    start = Row(drawn.index, drawn.kind, drawn.tolerance)
    try:
        report = certify(drawn.problem, drawn.tolerance, frames=FRAMES["well" if well else "barrier"])
    except WavesimError as refusal:
        return dataclasses.replace(start, failed=str(refusal), cpu_s=time.process_time() - begun)
    headline, result = report.headline, report.record
    assert headline.difference is not None
    scale = abs(headline.value) if well else 1.0
    return dataclasses.replace(
        start,
        quantity=headline.name,
        value=headline.value,
        theory=headline.value - headline.difference,
        error=abs(headline.difference) / scale,
        bar=headline.error / scale,
        budget={name: part / scale for name, part in headline.budget.items()},
        covers=bool(headline.agrees),
        all_cover=all(quantity.agrees is not False for quantity in report.quantities.values()),
        met=headline.error <= drawn.tolerance * scale,
        runs=report.runs,
        fft_pairs=report.fft_pairs,
        points=0 if result is None else result.numerics.grid.points[0],
        cpu_s=time.process_time() - begun,
    )


def summary(rows: list[Row], conditions: Conditions) -> HonestyRecord:
    """What the rows say together."""

    def share(chosen: list[Row], name: str) -> float:
        return sum(getattr(row, name) for row in chosen) / max(len(chosen), 1)

    def middle(values: list[float]) -> float:
        return statistics.median(values) if values else math.nan

    kinds = {}
    for kind in KINDS:
        chosen = [row for row in rows if row.kind == kind]
        ratios = [row.ratio for row in chosen if not row.failed]
        kinds[kind] = {
            "problems": float(len(chosen)),
            "covered": share(chosen, "covers"),
            "met": share(chosen, "met"),
            "median_ratio": middle(ratios),
            "median_cpu_s": middle([row.cpu_s for row in chosen]),
        }
    return HonestyRecord(
        conditions=conditions,
        seed=SEED,
        problems=len(rows),
        covered=share(rows, "covers"),
        all_covered=share(rows, "all_cover"),
        met=share(rows, "met"),
        median_ratio=middle([row.ratio for row in rows if not row.failed]),
        failed=sum(bool(row.failed) for row in rows),
        cpu_s=math.fsum(row.cpu_s for row in rows),
        by_kind=kinds,
        rows=tuple(rows),
    )


def show(row: Row) -> None:
    """One line for one problem."""
    head = f"{row.index:4} {row.kind:12}{row.tolerance:9.1e}"
    if row.failed:
        print(f"{head}  refused: {row.failed}", flush=True)
        return
    verdict = ("covers" if row.covers else "TOO SMALL") + ("" if row.met else ", tolerance missed")
    print(
        f"{head}{row.error:10.1e}{row.bar:10.1e}{row.ratio:9.1f}{row.points:7}{row.fft_pairs:10}{row.cpu_s:7.1f}  {verdict}",
        flush=True,
    )


def tell(record: HonestyRecord) -> None:
    """The summary as a table."""
    print(f"\n{'kind':12}{'problems':>9}{'covered':>9}{'met':>7}{'bar/error':>11}{'cpu s':>7}")
    for kind, said in record.by_kind.items():
        print(
            f"{kind:12}{said['problems']:9.0f}{said['covered']:9.1%}{said['met']:7.1%}{said['median_ratio']:11.1f}{said['median_cpu_s']:7.1f}"
        )
    print(
        f"{'all':12}{record.problems:9}{record.covered:9.1%}{record.met:7.1%}{record.median_ratio:11.1f}"
        f"   (all quantities covered: {record.all_covered:.1%}; refused: {record.failed})"
    )


def draw_picture(record: HonestyRecord, path: Path) -> None:
    """Bar against true error, both axes logarithmic: above the diagonal a bar is true, far above it is wide."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(6.5, 6), layout="constrained")
    for kind in KINDS:
        rows = [row for row in record.rows if row.kind == kind and not row.failed]
        axes.loglog([max(row.error, 1e-14) for row in rows], [row.bar for row in rows], "o", ms=4, label=kind)
    line = [1e-14, 1e-2]
    axes.loglog(line, line, "k-", lw=1, label="bar = error")
    axes.loglog(line, [10 * x for x in line], "k:", lw=1, label="bar = 10 x error")
    axes.set_xlabel("true error (absolute for probabilities, relative for periods)")
    axes.set_ylabel("error bar")
    axes.set_title(
        f"{record.problems} random problems: {record.covered:.1%} covered, median bar / error {record.median_ratio:.1f}"
    )
    axes.legend(fontsize=8)
    figure.savefig(path, dpi=130)
    plt.close(figure)


def main(quick: bool = False, note: str = "", count: int = COUNT) -> None:
    """Certify what is not yet in the rows, print, and (unless `quick`) write records/honesty_first.json and .png."""
    jax.config.update("jax_enable_x64", True)
    conditions = Conditions.now(PACKAGES, note)
    RECORDS.mkdir(exist_ok=True)
    rows: list[Row] = []
    if ROWS.exists() and not quick:
        rows = [Row(**json.loads(line)) for line in ROWS.read_text().splitlines()]
    print(
        f"{'no.':>4} {'kind':12}{'tolerance':>9}{'error':>10}{'bar':>10}{'bar/err':>9}{'points':>7}{'FFT pairs':>10}{'cpu s':>7}"
    )
    done = {row.index for row in rows}
    try:
        for index in range(QUICK if quick else count):
            if index in done:
                continue
            row = certified(draw(index))
            show(row)
            rows.append(row)
            if not quick:
                with ROWS.open("a") as lines:
                    lines.write(json.dumps(dataclasses.asdict(row)) + "\n")
            if len(rows) % 20 == 0:
                # compiled programs of other shapes only fill the memory
                jax.clear_caches()
    except KeyboardInterrupt:
        print("interrupted: start it again and it goes on from here")
    record = summary(sorted(rows, key=lambda row: row.index), conditions.ended())
    tell(record)
    if not quick:
        write("honesty_first", record)
        draw_picture(record, RECORDS / "honesty_first.png")
