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
    from ..analysis import Report
    from ..scenario import Scenario


def run(scenario: Scenario, out: Path, *, movie: bool, print_json: bool, quiet: bool) -> int:
    """Run a scenario and write what it says; the exit code."""
    from .. import reports

    if not quiet:
        say(f"{scenario.title}\n{scenario.question}".rstrip())
    with Outbox(out) as box:
        report = _certified(scenario, quiet)
        outcomes = reports.judge(report, scenario.expect)
        content = reports.as_json(report, scenario, outcomes)
        text = reports.dumps(content)
        (box.part / "report.json").write_text(text + "\n", encoding="utf-8")
        interrupted = content["status"] == "interrupted"
        with contextlib.suppress(KeyboardInterrupt):
            _pictures(report, scenario, text, box.part, movie=movie and not interrupted, quiet=quiet)
        delivered = box.deliver()
    print(text if print_json else reports.report_text(report, scenario.units, outcomes))
    for warning in report.warnings:
        complain(f"warning: {warning}")
    if not quiet:
        say(f"written to {out}: {', '.join(delivered)}")
    if interrupted:
        return FAILED
    return DONE if all(outcome.met for outcome in outcomes) else NOT_MET


def _certified(scenario: Scenario, quiet: bool) -> Report:
    """Certify; what is refused before the first step is bad input, what breaks later is a failed run."""
    from ..analysis import certify
    from ..propagation import reporter

    begun = False
    with reporter(watched(quiet), "propagating") as show:

        def progress(done: int, total: int) -> None:
            nonlocal begun
            begun = True
            show(done, total)

        try:
            return certify(scenario.problem, scenario.tolerance, progress=progress, **scenario.fixed)
        except WavesimError as error:
            complain(str(error))
            raise typer.Exit(FAILED if begun else BAD_INPUT) from None


def _pictures(report: Report, scenario: Scenario, text: str, folder: Path, *, movie: bool, quiet: bool) -> None:
    """result.nc, summary.png and movie.mp4; what cannot be made is said in one sentence, and the rest is made."""
    from .. import io

    provenance = {
        "scenario": scenario.content,
        "scenario_name": scenario.name,
        "scenario_hash": scenario.hash,
        "report": text,
    }
    _attempt("result.nc", lambda: io.save(report, folder / "result.nc", units=scenario.units, provenance=provenance))
    if not report.result.complete:
        return

    def summary() -> None:
        from ..viz import summary

        summary(report, folder / "summary.png", units=scenario.units, title=scenario.title)

    def film() -> None:
        from ..propagation import reporter
        from ..viz import animate

        with reporter(watched(quiet), "painting") as show:
            animate(report, folder / "movie.mp4", units=scenario.units, title=scenario.title, progress=show)

    _attempt("summary.png", summary)
    if movie:
        _attempt("movie.mp4", film)


def _attempt(name: str, make: Callable[[], Any]) -> None:
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
    """The scenario with what the command line says instead."""
    fixed = scenario.fixed if precision is None else {**scenario.fixed, "precision": precision}
    return dataclasses.replace(scenario, fixed=fixed, tolerance=scenario.tolerance if tolerance is None else tolerance)
