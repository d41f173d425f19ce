"""``wavesim design``: parameters that reach targets, certified numbers for them, and a picture."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from .._exit import complain, say
from .._output import OutputFolder, refuse_sweep
from .._stop import shielded
from .._streams import printed
from ._planning import planning
from ._run import code_of, encoded, interruption_reported, remark_older

if TYPE_CHECKING:
    from ...scenario import DesignFile


def run_design(spec: DesignFile, out: Path, *, tolerance: float | None, print_json: bool, quiet: bool) -> int:
    """Search, certify, and write design.json and summary.png. Returns the exit code, 1 if a target is not reached."""
    from ... import reports
    from ...designs import design_text

    if tolerance is not None:
        spec = dataclasses.replace(spec, scenario=dataclasses.replace(spec.scenario, tolerance=tolerance))
    refuse_sweep(out)
    with OutputFolder(out) as output:
        with planning():
            design = spec.run()
        text = reports.dumps(reports.design_json(design, spec.scenario))
        with interruption_reported(output, ("summary.png",)) as painting:
            with shielded():
                output.put("design.json", encoded(text))
                painting.printed = printed(text if print_json else design_text(design, spec.scenario.units))
                if design.missed:
                    complain(f"not reached: {design.missed}")

            def picture() -> Path:
                from ...viz import design_summary

                scenario = spec.scenario
                return design_summary(
                    design, scenario.problem, output.path / "summary.png", units=scenario.units, title=scenario.title
                )

            output.attempt("summary.png", picture)
        if not quiet:
            say(f"written to {out}: {', '.join(output.made)}")
            remark_older(output, ("design.json", "summary.png"))
    return code_of(
        stopped=not painting.done,
        missing=bool(output.missing) or not painting.printed,
        met=design.reached and design.certified,
    )
