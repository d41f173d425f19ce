"""``wavesim run`` of a scenario with several cases: each in turn, then all of them side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .._exit import complain, say
from .._expected_time import expected_time_reporter, say_expected_time
from .._film import put_film
from .._film_options import FilmOptions
from .._libraries import start_matplotlib
from .._output import OutputFolder, refuse_sweep
from .._stop import shielded, stopped
from .._streams import printed
from ._run import (
    certified,
    changed_words,
    code_of,
    encoded,
    interruption_reported,
    remark_older,
    save_record,
    sensitivities_of,
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
    """Run every case and write their common results. Returns the exit code. An interruption keeps the finished cases."""
    from ... import reports
    from ...analysis import Study

    done: list[Report] = []
    verifications: list[Verification | None] = []
    if not quiet:
        say_expected_time(scenario.cases, movie=film is not None)
    refuse_sweep(out)
    with OutputFolder(out) as output:
        for number, case in enumerate(scenario.cases, start=1):
            if not quiet:
                say(f"{number} of {len(scenario.cases)}: {case.label}")
            try:
                first = not done and not quiet
                on_plan = expected_time_reporter(scenario.cases, movie=film is not None) if first else None
                report = certified(case, quiet, started=bool(done), on_plan=on_plan)
            except KeyboardInterrupt:
                if not done:
                    raise
                break
            done.append(report)
            verifications.append(verified(case, report, quiet) if verify else None)
            if not report.complete or stopped():
                break
        study = Study(tuple(case.label for case in scenario.cases), tuple(done), scenario.axis, scenario.varied)
        outcomes = reports.judge_study(study, scenario)
        content = reports.study_json(study, scenario, outcomes)
        words = [*changed_words(scenario), reports.study_text(study, scenario, outcomes)]
        for part, case, verification in zip(content["cases"], scenario.cases, verifications, strict=False):
            if verification is not None:
                part["verification"] = reports.verification_json(verification, case.units)
                content["warnings"] += [
                    f"{case.label}: {warning}" for warning in reports.verification_warnings(verification)
                ]
                words.append(f"{case.label}\n{reports.verification_text(verification, case.units)}")
        for part, case, report in zip(content["cases"], scenario.cases, done, strict=False):
            derivatives = sensitivities_of(case, report) if sensitivity else None
            if derivatives is not None:
                part["sensitivities"] = reports.sensitivities_json(derivatives, case.units)
                words.append(f"{case.label}\n{reports.sensitivities_text(derivatives, case.units)}")
        text = reports.dumps(content)
        with interruption_reported(output, ("summary.png", film.name) if film else ("summary.png",)) as painting:
            with shielded():
                output.put("report.json", encoded(text))
                for number, (report, case) in enumerate(zip(done, scenario.cases, strict=False), start=1):
                    part = reports.dumps(content["cases"][number - 1])
                    save_record(report, case, part, f"result_{number}.nc", output, scenario.hash)
                if csv:
                    labels = [case.label for case in scenario.cases]
                    write_tables(list(zip(labels, done, strict=False)), scenario.units, output)
                painting.printed = printed(text if print_json else "\n".join(words))
                for warning in content["warnings"]:
                    complain(f"warning: {warning}")
            if study.complete and stopped():
                raise KeyboardInterrupt
            if study.complete:
                _pictures(study, scenario, output, film=film, quiet=quiet)
        if not quiet:
            say(f"written to {out}: {', '.join(output.made)}")
            remark_older(output, ("summary.png", "movie.mp4", "movie.gif"))
        if not study.complete:
            complain(f"interrupted: {len(done)} of {len(scenario.cases)} cases were begun, and what they say is kept.")
    return code_of(
        stopped=not (study.complete and painting.done),
        missing=bool(output.missing) or not painting.printed,
        met=outcomes.met and all(verification is None or verification.agree for verification in verifications),
    )


def _pictures(study: Study, scenario: Scenario, output: OutputFolder, *, film: FilmOptions | None, quiet: bool) -> None:
    def picture() -> Path:
        start_matplotlib()
        from ...viz import study_summary

        return study_summary(study, output.path / "summary.png", units=scenario.units, title=scenario.title)

    output.attempt("summary.png", picture)
    if film:
        labels = [case.label for case in scenario.cases]
        shown = {
            label: report for label, report in zip(labels, study.reports, strict=True) if report.record is not None
        }
        if shown:
            put_film(scenario.title, shown, scenario.units, output, film, quiet)
