"""``wavesim design``: from what is wanted to parameters, a certificate of what they do, and a picture."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from .._door import complain, say
from .._outbox import Outbox, refuse_sweep
from .._stop import shielded
from .._streams import printed
from ._planning import planning
from ._run import code_of, encoded, remark_older, uninterrupted

if TYPE_CHECKING:
    from ...scenario import DesignFile


def run_design(asked: DesignFile, out: Path, *, tolerance: float | None, print_json: bool, quiet: bool) -> int:
    """Search, certify, and write design.json and summary.png; the exit code: 1 where a target is not reached."""
    from ... import reports
    from ...designs import design_text

    if tolerance is not None:
        asked = dataclasses.replace(asked, scenario=dataclasses.replace(asked.scenario, tolerance=tolerance))
    refuse_sweep(out)
    with Outbox(out) as box:
        with planning():
            found = asked.run()
        text = reports.dumps(reports.design_json(found, asked.scenario))
        with uninterrupted(box, ("summary.png",)) as painting:
            with shielded():
                box.put("design.json", encoded(text))
                painting.printed = printed(text if print_json else design_text(found, asked.scenario.units))
                if found.missed:
                    complain(f"not reached: {found.missed}")

            def picture() -> Path:
                from ...viz import design_summary

                scenario = asked.scenario
                return design_summary(
                    found, scenario.problem, box.path / "summary.png", units=scenario.units, title=scenario.title
                )

            box.attempt("summary.png", picture)
        if not quiet:
            say(f"written to {out}: {', '.join(box.made)}")
            remark_older(box, ("design.json", "summary.png"))
    return code_of(
        stopped=not painting.done,
        missing=bool(box.missing) or not painting.printed,
        met=found.reached and found.certified,
    )
