"""``wavesim run`` of a scenario with several cases: each in turn, then all of them side by side."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from ._door import DONE, FAILED, NOT_MET, complain, say
from ._outbox import Outbox
from ._run import attempt, certified, film, saved, verified

if TYPE_CHECKING:
    from ..analysis import Report, Study, Verification
    from ..scenario import Scenario


def run_cases(
    scenario: Scenario, out: Path, *, movie: bool, print_json: bool, quiet: bool, verify: bool = False
) -> int:
    """Run every case, and write what they say together; the exit code. An interruption keeps the cases that are done."""
    from .. import reports
    from ..analysis import Study

    done: list[Report] = []
    second: list[Verification | None] = []
    with Outbox(out) as box:
        for number, case in enumerate(scenario.cases, start=1):
            if not quiet:
                say(f"{number} of {len(scenario.cases)}: {case.label}")
            try:
                report = certified(case, quiet, begun=bool(done))
            except KeyboardInterrupt:
                break
            done.append(report)
            second.append(verified(case, report, quiet) if verify else None)
            if not report.complete:
                break
        study = Study(tuple(case.label for case in scenario.cases), tuple(done), scenario.axis)
        outcomes = reports.judge_study(study, scenario)
        content = reports.study_json(study, scenario, outcomes)
        words = [reports.study_text(study, scenario, outcomes)]
        for told, case, one in zip(content["cases"], scenario.cases, second, strict=False):
            if one is not None:
                told["verification"] = reports.verification_json(one, case.units)
                content["warnings"] += [f"{case.label}: {said}" for said in reports.verification_warnings(one)]
                words.append(f"{case.label}\n{reports.verification_text(one, case.units)}")
        text = reports.dumps(content)
        (box.part / "report.json").write_text(text + "\n", encoding="utf-8")
        with contextlib.suppress(KeyboardInterrupt):
            for number, (report, case) in enumerate(zip(done, scenario.cases, strict=False), start=1):
                told = reports.dumps(content["cases"][number - 1])
                saved(report, case, told, box.part / f"result_{number}.nc")
            if study.complete:
                _pictures(study, scenario, box.part, movie=movie, quiet=quiet)
        delivered = box.deliver()
    print(text if print_json else "\n".join(words))
    for warning in content["warnings"]:
        complain(f"warning: {warning}")
    if not quiet:
        say(f"written to {out}: {', '.join(delivered)}")
    if not study.complete:
        complain(f"interrupted: {len(done)} of {len(scenario.cases)} cases were begun, and what they say is kept.")
        return FAILED
    agreed = all(one is None or one.agree for one in second)
    return DONE if agreed and outcomes.met else NOT_MET


def _pictures(study: Study, scenario: Scenario, folder: Path, *, movie: bool, quiet: bool) -> None:
    def picture() -> None:
        from ..viz import study_summary

        study_summary(study, folder / "summary.png", units=scenario.units, title=scenario.title)

    attempt("summary.png", picture)
    moving = next((place for place, report in enumerate(study.reports) if report.result is not None), None)
    if movie and moving is not None:
        case = scenario.cases[moving]
        film(study.reports[moving], case, f"{case.title}: {case.label}", folder, quiet)
