"""Run the cases, one row as it comes, and write the record."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

from wavesim.scenario import kinds

from .._record import RECORDS, Conditions, write
from ._cases import CASES, Case
from ._verdict import AIM, Row, judged

_PACKAGES = ("wavesim", "jax", "jaxlib", "numpy", "scipy", "mpmath")


@dataclasses.dataclass(frozen=True)
class Record:
    """Of all rows.

    Attributes:
        conditions: the machine and its load.
        aim: relative difference that is small enough.
        floats, derivatives: how many numbers moved, and how many derivatives were compared.
        largest: relative difference of all.
        below: rows below the aim.
        covered: rows of which all derivatives lie within both errors.
        rows: one for each case.
    """

    conditions: Conditions
    aim: float
    floats: int
    derivatives: int
    largest: float
    below: int
    covered: int
    rows: tuple[Row, ...]


def main(quick: bool, note: str, chosen: tuple[str, ...] = ()) -> None:
    """Run what has no row yet, and write records/sensitivities.json.

    Args:
        quick: the first case of each kind; writes no record.
        note: what else mattered.
        chosen: kinds of potentials; by default all. Some alone write no record.

    Raises:
        RuntimeError: if a potential of the scenario language has no case.
    """
    import jax

    jax.config.update("jax_enable_x64", True)
    refuse_missing()
    conditions = Conditions.now(_PACKAGES, note)
    cases = [case for case in CASES if not chosen or case.kind in chosen]
    if quick:
        cases = [case for n, case in enumerate(cases) if case.kind not in {before.kind for before in cases[:n]}]
    path = RECORDS / "sensitivities.jsonl"
    known = {} if quick or chosen else _known(path)
    rows = []
    for case in cases:
        row = known.get(_mark(case))
        if row is None:
            row = judged(case)
            if not (quick or chosen):
                _keep(path, _mark(case), row)
        rows.append(row)
        print(_line(row), flush=True)
    if not (quick or chosen):
        write(
            "sensitivities",
            Record(
                conditions.ended(),
                AIM,
                sum(row.floats for row in rows),
                sum(row.derivatives for row in rows),
                max(row.largest for row in rows),
                sum(row.largest < AIM for row in rows),
                sum(row.covered for row in rows),
                tuple(rows),
            ),
        )


def refuse_missing() -> None:
    """Raise where a potential of the scenario language has no case, or a case is of none.

    Raises:
        RuntimeError: with their kinds.
    """
    unlike = {name for name in (table.name for table in kinds("potential"))} ^ {case.kind for case in CASES}
    if unlike:
        raise RuntimeError(
            f"each potential must have a case in benchmarks/sensitivities/_cases.py, but not {', '.join(sorted(unlike))}."
        )


def _mark(case: Case) -> str:
    return hashlib.sha256(json.dumps(dataclasses.asdict(case), sort_keys=True).encode()).hexdigest()[:12]


def _known(path: Path) -> dict[str, Row]:
    """Rows of an interrupted run."""
    if not path.exists():
        return {}
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return {line["mark"]: _row(line["row"]) for line in lines}


def _row(content: dict[str, Any]) -> Row:
    return Row(**{**content, "outside": tuple(content["outside"]), "cpu_s": tuple(content["cpu_s"])})


def _keep(path: Path, mark: str, row: Row) -> None:
    with path.open("a") as file:
        file.write(json.dumps({"mark": mark, "row": dataclasses.asdict(row)}) + "\n")


def _line(row: Row) -> str:
    verdict = "covered" if row.covered else f"not covered: {', '.join(row.outside)}"
    return (
        f"{row.kind:<20} {row.question:<22} {row.floats:>3} {row.derivatives:>4}   {row.largest:.1e}   {row.uncertain:.1e}   {verdict}"
        f"   {row.worst}; by {row.route}, {sum(row.cpu_s):.0f} s"
    )
