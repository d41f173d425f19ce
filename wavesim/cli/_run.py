"""``wavesim run``: from a scenario to numbers, a picture and a movie."""

from __future__ import annotations

import contextlib
import dataclasses
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ..errors import MissingPackage, WavesimError
from ._door import BAD_INPUT, DONE, FAILED, NOT_MET, complain, say
from ._outbox import Outbox

if TYPE_CHECKING:
    from ..analysis import Report, Verification
    from ..scenario import Scenario


def run(scenario: Scenario, out: Path, *, movie: bool, print_json: bool, quiet: bool, verify: bool = False) -> int:
    """Run a scenario and write what it says, by independent routes too if asked to `verify`; the exit code."""
    from .. import reports

    with Outbox(out) as box:
        report = certified(scenario, quiet)
        verification = verified(scenario, report, quiet) if verify else None
        outcomes = reports.judge(report, scenario.expect)
        content = reports.as_json(report, scenario, outcomes)
        if verification is not None:
            content["verification"] = reports.verification_json(verification, scenario.units)
            content["warnings"] += reports.verification_warnings(verification)
        text = reports.dumps(content)
        (box.part / "report.json").write_text(text + "\n", encoding="utf-8")
        interrupted = content["status"] == "interrupted"
        with contextlib.suppress(KeyboardInterrupt):
            _pictures(report, scenario, text, box.part, movie=movie and not interrupted, quiet=quiet)
        delivered = box.deliver()
    words = [reports.report_text(report, scenario.units, outcomes)]
    words += [] if verification is None else [reports.verification_text(verification, scenario.units)]
    print(text if print_json else "\n".join(words))
    for warning in content["warnings"]:
        complain(f"warning: {warning}")
    if not quiet:
        say(f"written to {out}: {', '.join(delivered)}")
    if interrupted:
        return FAILED
    agreed = verification is None or verification.agree
    return DONE if agreed and all(outcome.met for outcome in outcomes) else NOT_MET


def certified(scenario: Scenario, quiet: bool, begun: bool = False) -> Report:
    """Certify; what is refused before the first step is bad input, what breaks later (or after earlier cases) is a failed run."""
    from ..analysis import certify
    from ..propagation import reporter

    with reporter(watched(quiet), "propagating") as show:

        def progress(done: int, total: int) -> None:
            nonlocal begun
            begun = True
            show(done, total)

        try:
            return certify(
                scenario.problem, scenario.tolerance, find=scenario.find, progress=progress, **scenario.fixed
            )
        except WavesimError as error:
            complain(str(error))
            raise typer.Exit(FAILED if begun else BAD_INPUT) from None


def verified(scenario: Scenario, report: Report, quiet: bool) -> Verification | None:
    """The headline by independent routes; None where the run, or this, was interrupted: what there is stands as it is."""
    from ..analysis import verify
    from ..propagation import reporter

    if not report.complete:
        return None
    try:
        with reporter(watched(quiet), "verifying") as show:
            return verify(scenario.problem, report, find=scenario.find, progress=show)
    except KeyboardInterrupt:
        complain("the second route was interrupted; the numbers stand, but are not verified.")
        return None


def _pictures(report: Report, scenario: Scenario, text: str, folder: Path, *, movie: bool, quiet: bool) -> None:
    """result.nc, summary.png and movie.mp4; what cannot be made is said in one sentence, and the rest is made."""
    saved(report, scenario, text, folder / "result.nc")
    if not report.complete:
        return

    def summary() -> None:
        from ..viz import summary

        summary(report, folder / "summary.png", units=scenario.units, title=scenario.title)

    attempt("summary.png", summary)
    if movie and report.result is not None:
        film(report, scenario, scenario.title, folder, quiet)


def saved(report: Report, scenario: Scenario, text: str, path: Path) -> None:
    """The record with its report and where it comes from, as netCDF."""
    from .. import io

    provenance = {
        "scenario": scenario.content,
        "scenario_name": scenario.name,
        "scenario_hash": scenario.hash,
        "report": text,
    }
    attempt(path.name, lambda: io.save(report, path, units=scenario.units, provenance=provenance))


def film(report: Report, scenario: Scenario, title: str, folder: Path, quiet: bool) -> None:
    """movie.mp4 of a run."""

    def paint() -> None:
        from ..propagation import reporter
        from ..viz import animate

        with reporter(watched(quiet), "painting") as show:
            animate(report, folder / "movie.mp4", units=scenario.units, title=title, progress=show)

    attempt("movie.mp4", paint)


def attempt(name: str, make: Callable[[], Any]) -> None:
    """Make a file; what stands against it is said in one sentence."""
    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            make()
        for warning in said:
            complain(f"{name}: {warning.message}")
    except MissingPackage as error:
        complain(f"{name} is left out: {error}")
    except ModuleNotFoundError as error:
        complain(
            f"{name} is left out: it needs the package {error.name}, which is not installed; pip install {error.name}."
        )
    except (WavesimError, OSError) as error:
        complain(f"{name} is left out: {error}")


def watched(quiet: bool) -> bool:
    """Whether a person sees standard error, where progress bars go."""
    return not quiet and sys.stderr.isatty()


def overridden(scenario: Scenario, tolerance: float | None, precision: str | None) -> Scenario:
    """The scenario, and each of its cases, with what the command line says instead."""
    cases = tuple(overridden(case, tolerance, precision) for case in scenario.cases)
    fixed = scenario.fixed if precision is None else {**scenario.fixed, "precision": precision}
    aim = scenario.tolerance if tolerance is None else tolerance
    return dataclasses.replace(scenario, fixed=fixed, tolerance=aim, cases=cases)
