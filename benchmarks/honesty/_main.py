"""`python -m benchmarks honesty`: certify what is not yet in the rows, print, and write the record."""

from __future__ import annotations

import csv
import dataclasses
import gzip
import io
import json
import math
from pathlib import Path

from .._record import RECORDS, Conditions, write
from ..draws import KINDS, SEED, draw, toml
from ._pool import certified_rows
from ._row import Row
from ._summary import HonestyRecord, line, summary, table

PACKAGES = ("wavesim", "jax", "jaxlib", "numpy", "scipy")
COUNT, SECONDS = 1000, 60.0
_COLUMNS = ("index", "kind", "tolerance", "status", "quantity", "value", "bar", "right", "covered", "all_covered", "met", "said", "runs", "fft_pairs", "cpu_s", "programs", "message")  # fmt: skip


def main(
    quick: bool = False,
    note: str = "",
    count: int = COUNT,
    seed: int = SEED,
    kinds: tuple[str, ...] = (),
    all_kinds: tuple[str, ...] = KINDS,
    rows_file: Path | None = None,
    name: str = "honesty",
    laws: bool = False,
) -> None:
    """Certify `count` scenarios in two processes; rows go to a file at once, so that it can be interrupted and taken up again.

    Args:
        quick: one of each kind; writes nothing.
        note: what else mattered, kept in the record.
        count: how many scenarios.
        seed: of the draws.
        kinds: some kinds alone, or all.
        all_kinds: that are drawn in turn.
        rows_file: where rows are kept; by default records/NAME_SEED.jsonl.
        name: of the record.
        laws: judge grids by the laws of coarser ones, to compare.
    """
    conditions = Conditions.now(PACKAGES, note)
    chosen = kinds or all_kinds
    path = rows_file or RECORDS / f"{name}_{seed}.jsonl"
    rows: list[Row] = []
    if path.exists() and not quick:
        rows = [Row.read(json.loads(text)) for text in path.read_text().splitlines()]
    done = {row.index for row in rows}
    total = len(all_kinds) if quick else count
    work = [(n, kind) for n in range(total) if (kind := all_kinds[n % len(all_kinds)]) in chosen and n not in done]
    print(
        f"{'no.':>5} {'kind':14}{'tolerance':>9}{'error':>10}{'bar':>10}{'bar/err':>9}{'runs':>5}{'FFT pairs':>10}{'cpu s':>7}"
    )
    try:
        for row in certified_rows(work, seed, SECONDS, laws=laws):
            rows.append(row)
            print(line(row), flush=True)
            if not quick:
                with path.open("a") as lines:
                    lines.write(json.dumps(dataclasses.asdict(row)) + "\n")
    except KeyboardInterrupt:
        print("interrupted: start it again and it goes on from here")
    if not rows:
        return
    rows.sort(key=lambda row: row.index)
    record = summary(rows, all_kinds, conditions.ended(), SECONDS)
    print("\n" + table(record))
    if not quick and (laws or not kinds):
        write(name, record)
    if not quick and not laws and not kinds:
        write_rows(rows, RECORDS / f"{name}.csv.gz")
        draw_picture(rows, record, all_kinds, RECORDS / f"{name}.png")


def show(index: int, seed: int = SEED, kind: str | None = None) -> None:
    """Print a draw as the scenario file that it is, with the right values as comments."""
    from tests.oracle import answers

    drawn = draw(index, seed, kind)
    for name, (value, error) in answers(drawn.scenario).numbers.items():
        print(f"# right: {name} = {value:.14g} +- {error:.1e} (internal units)")
    print(toml(drawn.scenario), end="")


def write_rows(rows: list[Row], path: Path) -> None:
    """One line for each scenario: its outcome, and its headline's number, bar and right value."""
    text = io.StringIO()
    sheet = csv.writer(text, lineterminator="\n")
    sheet.writerow(_COLUMNS)
    for row in rows:
        one = row.headline
        numbers = (
            ["", "", "", ""] if one is None else [one.name, f"{one.value:.15g}", f"{one.bar:.3g}", f"{one.right:.15g}"]
        )
        judged = [int(flag) if row.judged else "" for flag in (row.covered, row.all_covered, row.met, row.met_or_said)]
        sheet.writerow(
            [row.index, row.kind, row.tolerance, row.status, *numbers, *judged, row.runs, row.fft_pairs, f"{row.cpu_s:.1f}", row.programs, row.message[:100]]
        )  # fmt: skip
    with gzip.GzipFile(path, "wb", mtime=0) as packed:
        packed.write(text.getvalue().encode())


def draw_picture(rows: list[Row], record: HonestyRecord, kinds: tuple[str, ...], path: Path) -> None:
    """Bar against true error, both relative to the tolerance's scale and logarithmic: above the diagonal a bar is true."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7.5, 6.5), layout="constrained")
    colors, unknown = plt.get_cmap("tab20")(range(20)), 0
    for n, kind in enumerate(kinds):
        points = []
        for row in rows:
            one = row.headline
            if row.kind != kind or not row.judged or one is None:
                continue
            if math.isnan(one.ratio):
                # the error is below what the oracle knows
                unknown += 1
                continue
            scale = row.aim / row.tolerance
            points.append((abs(one.value - one.right) / scale, one.bar / scale))
        if points:
            x, y = zip(*points, strict=True)
            axes.loglog([max(value, 1e-14) for value in x], y, "o*s^"[n // 6], ms=4, color=colors[n % 20], label=kind)
    diagonal = [1e-14, 1e-2]
    axes.loglog(diagonal, diagonal, "k-", lw=1)
    axes.loglog(diagonal, [10 * x for x in diagonal], "k:", lw=1)
    axes.set_xlabel("true error (absolute for probabilities, relative for periods, gaps and levels)")
    axes.set_ylabel("error bar")
    axes.text(
        0.98,
        0.02,
        f"left out: {unknown} errors below the oracle's own",
        transform=axes.transAxes,
        ha="right",
        fontsize=8,
    )
    whole = record.total
    axes.set_title(
        f"{whole.problems} random scenarios: {whole.all_covered:.1%} covered in all numbers and curves, median bar / error {whole.median_ratio:.1f}",
        fontsize=10,
    )
    axes.legend(fontsize=7, ncols=2)
    figure.savefig(path, dpi=110)
    plt.close(figure)
