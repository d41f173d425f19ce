"""``wavesim run`` of a scenario with several cases: each in turn, then all of them side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .._door import complain, say, start_matplotlib
from .._expected_time import expected_time_reporter, say_expected_time
from .._film import put_film
from .._film_options import FilmOptions
from .._outbox import Outbox, refuse_sweep
from .._stop import shielded, stopped
from .._streams import printed
from ._run import (
    certified,
    changed_words,
    code_of,
    encoded,
    moved_by,
    remark_older,
    saved,
    uninterrupted,
    verified,
    write_tables,
)

if TYPE_CHECKING:
    from ...analysis import Report, Study, Verification
    from ...scenario import Scenario


def run_cases(
    scenario: Scenario,
    out: Path,
    *,
    film: FilmOptions | None,
    print_json: bool,
    quiet: bool,
    verify: bool = False,
    sensitivity: bool = False,
    csv: bool = False,
) -> int:
    """Run every case, and write what they say together; the exit code. An interruption keeps the cases that are done."""
    from ... import reports
    from ...analysis import Study

    done: list[Report] = []
    second: list[Verification | None] = []
    if not quiet:
        say_expected_time(scenario.cases, movie=film is not None)
    refuse_sweep(out)
    with Outbox(out) as box:
        for number, case in enumerate(scenario.cases, start=1):
            if not quiet:
                say(f"{number} of {len(scenario.cases)}: {case.label}")
            try:
                first = not done and not quiet
                on_plan = expected_time_reporter(scenario.cases, movie=film is not None) if first else None
                report = certified(case, quiet, begun=bool(done), on_plan=on_plan)
            except KeyboardInterrupt:
                if not done:
                    raise
                break
            done.append(report)
            second.append(verified(case, report, quiet) if verify else None)
            if not report.complete or stopped():
                break
        study = Study(tuple(case.label for case in scenario.cases), tuple(done), scenario.axis, scenario.varied)
        outcomes = reports.judge_study(study, scenario)
        content = reports.study_json(study, scenario, outcomes)
        words = [*changed_words(scenario), reports.study_text(study, scenario, outcomes)]
        for part, case, one in zip(content["cases"], scenario.cases, second, strict=False):
            if one is not None:
                part["verification"] = reports.verification_json(one, case.units)
                content["warnings"] += [f"{case.label}: {said}" for said in reports.verification_warnings(one)]
                words.append(f"{case.label}\n{reports.verification_text(one, case.units)}")
        for part, case, report in zip(content["cases"], scenario.cases, done, strict=False):
            moved = moved_by(case, report) if sensitivity else None
            if moved is not None:
                part["sensitivities"] = reports.sensitivities_json(moved, case.units)
                words.append(f"{case.label}\n{reports.sensitivities_text(moved, case.units)}")
        text = reports.dumps(content)
        with uninterrupted(box, ("summary.png", film.name) if film else ("summary.png",)) as painting:
            with shielded():
                box.put("report.json", encoded(text))
                for number, (report, case) in enumerate(zip(done, scenario.cases, strict=False), start=1):
                    part = reports.dumps(content["cases"][number - 1])
                    saved(report, case, part, f"result_{number}.nc", box, scenario.hash)
                if csv:
                    labels = [case.label for case in scenario.cases]
                    write_tables(list(zip(labels, done, strict=False)), scenario.units, box)
                painting.printed = printed(text if print_json else "\n".join(words))
                for warning in content["warnings"]:
                    complain(f"warning: {warning}")
            if study.complete and stopped():
                raise KeyboardInterrupt
            if study.complete:
                _pictures(study, scenario, box, film=film, quiet=quiet)
        if not quiet:
            say(f"written to {out}: {', '.join(box.made)}")
            remark_older(box, ("summary.png", "movie.mp4", "movie.gif"))
        if not study.complete:
            complain(f"interrupted: {len(done)} of {len(scenario.cases)} cases were begun, and what they say is kept.")
    return code_of(
        stopped=not (study.complete and painting.done),
        missing=bool(box.missing) or not painting.printed,
        met=outcomes.met and all(one is None or one.agree for one in second),
    )


def _pictures(study: Study, scenario: Scenario, box: Outbox, *, film: FilmOptions | None, quiet: bool) -> None:
    def picture() -> Path:
        start_matplotlib()
        from ...viz import study_summary

        return study_summary(study, box.path / "summary.png", units=scenario.units, title=scenario.title)

    box.attempt("summary.png", picture)
    if film:
        labels = [case.label for case in scenario.cases]
        shown = {label: one for label, one in zip(labels, study.reports, strict=True) if one.record is not None}
        if shown:
            put_film(scenario.title, shown, scenario.units, box, film, quiet)
