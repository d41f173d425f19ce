"""``wavesim list``: the shipped scenarios, what each asks, and how its last run here ended."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from ..scenario import fingerprint, shipped, shipped_designs, shipped_sweeps


def catalogue(results: Path) -> str:
    """A line for each scenario: name, status of ``results/NAME/report.json``, question; then one for each sweep and each design."""
    found, sweeps, designs = (
        {name: tomllib.loads(item.read_text(encoding="utf-8")) for name, item in kind.items()}
        for kind in (shipped(), shipped_sweeps(), shipped_designs())
    )
    rows = [(name, status_of(results / name / "report.json", data), data["question"]) for name, data in found.items()]
    rows += [(name, "a sweep", data["question"]) for name, data in sweeps.items()]
    rows += [(name, "a design", data["question"]) for name, data in designs.items()]
    widths = [max((len(row[column]) for row in rows), default=0) for column in (0, 1)]
    return "\n".join(f"{name:<{widths[0]}}  {status:<{widths[1]}}  {question}" for name, status, question in rows)


def status_of(report: Path, data: dict[str, Any]) -> str:
    """``not run``, ``as expected``, ``NOT as expected``, ``interrupted``, or ``changed`` where the file is not the one that was run."""
    try:
        content = json.loads(report.read_text(encoding="utf-8"))
        cases = content.get("cases", [])
        expected = [row["met"] for part in (content, *cases) for row in part["expect"]]
        if content["hash"] != fingerprint(data):
            return "changed"
        if content["status"] != "complete":
            return "interrupted"
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        # no report, or none that this version wrote
        return "not run"
    return "as expected" if all(expected) else "NOT as expected"
