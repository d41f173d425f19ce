"""``wavesim run``: from a scenario to numbers, a picture and a movie."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ...errors import BrokenOffError, UnboundError, WavesimError
from .._exit import BAD_INPUT, DONE, FAILED, MISSING, NOT_MET, complain, say
from .._expected_time import expected_time_reporter, say_expected_time
from .._film import put_film
from .._film_options import FilmOptions
from .._libraries import start_matplotlib
from .._output import OutputFolder, refuse_sweep
from .._stop import exit_code, shielded, stopped
from .._streams import printed, shows_progress
from ._planning import planning

if TYPE_CHECKING:
    from ...analysis import Report, Sensitivities, Verification
    from ...propagation import Numerics
    from ...scenario import Scenario
    from ...units import UnitSystem

_PICTURES = ("summary.png", "movie.mp4", "movie.gif")


def run(
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
    """Run a scenario and write its results; with `verify` also by independent routes. Returns the exit code.

    Numbers come first: report.json and result.nc are written, and the table is printed, before anything is painted.
    """
    from ... import reports

    if not quiet:
        say_expected_time((scenario,), movie=film is not None)
    refuse_sweep(out)
    with OutputFolder(out) as output:
        report = certified(
            scenario, quiet, on_plan=None if quiet else expected_time_reporter((scenario,), movie=film is not None)
        )
        verification = verified(scenario, report, quiet) if verify else None
        outcomes = reports.judge(report, scenario.expect)
        content = reports.as_json(report, scenario, outcomes)
        if verification is not None:
            content["verification"] = reports.verification_json(verification, scenario.units)
            content["warnings"] += reports.verification_warnings(verification)
        derivatives = sensitivities_of(scenario, report) if sensitivity else None
        if derivatives is not None:
            content["sensitivities"] = reports.sensitivities_json(derivatives, scenario.units)
        text = reports.dumps(content)
        words = [*changed_words(scenario), reports.report_text(report, scenario.units, outcomes)]
        words += [] if verification is None else [reports.verification_text(verification, scenario.units)]
        words += [] if derivatives is None else [reports.sensitivities_text(derivatives, scenario.units)]
        with interruption_reported(output, ("summary.png", film.name) if film else ("summary.png",)) as painting:
            with shielded():
                output.put("report.json", encoded(text))
                save_record(report, scenario, text, "result.nc", output)
                if csv:
                    write_tables([("", report)], scenario.units, output)
                painting.printed = printed(text if print_json else "\n".join(words))
                for warning in content["warnings"]:
                    complain(f"warning: {warning}")
            if report.complete and stopped():
                raise KeyboardInterrupt
            if report.complete:
                _pictures(report, scenario, output, film=film, quiet=quiet)
        if not quiet:
            say(f"written to {out}: {', '.join(output.made)}")
            remark_older(output, ("result.nc", *_PICTURES))
    agreed = verification is None or verification.agree
    return code_of(
        stopped=not (report.complete and painting.done),
        missing=bool(output.missing) or not painting.printed,
        met=agreed and report.certified and not any(outcome.missed for outcome in outcomes),
    )


def introduce(title: str, question: str, folder: Path, tolerance: float | None, quiet: bool) -> None:
    """Print the title and the question, after the checks of the command line that need no run.

    Raises:
        WavesimError: if the folder cannot be written, or the tolerance is not positive.
    """
    from ..._checks import positive

    if tolerance is not None:
        positive("tolerance", tolerance)
    refuse_sweep(folder)
    with OutputFolder(folder):
        # created and removed again, so that a later refusal leaves no folder
        pass
    if not quiet:
        for line in filter(None, (title, question)):
            say(line)


def changed_words(scenario: Scenario) -> list[str]:
    """Lines on values changed from the file, and on expectations that therefore do not apply."""
    lines = [f"changed    {change}" for change in scenario.changes]
    unpinned = dict.fromkeys(name for case in (scenario, *scenario.cases) for name in case.unpinned)
    if unpinned:
        names = ", ".join(name.replace("_", " ") for name in unpinned)
        lines.append(f"expected   not compared: {names} (the number in the file was for the values there)")
    return [*lines, ""] if lines else []


def write_tables(runs: list[tuple[str, Report]], units: UnitSystem, output: OutputFolder) -> None:
    """numbers.csv, and curves.csv for each set of curves that share their points."""
    from ...reports import curve_tables, number_table

    output.put("numbers.csv", number_table(runs, units).encode())
    for name, text in curve_tables(runs, units).items():
        output.put(name, text.encode())


def code_of(*, stopped: bool, missing: bool, met: bool) -> int:
    """The exit code of a run: an interruption has priority over a missing file, and that over an expectation not met."""
    if stopped:
        return exit_code()
    if missing:
        return MISSING
    return DONE if met else NOT_MET


@dataclasses.dataclass
class Painting:
    """Whether the pictures were painted without interruption, and whether the numbers could be printed."""

    done: bool = True
    printed: bool = True


@contextlib.contextmanager
def interruption_reported(output: OutputFolder, names: tuple[str, ...]) -> Iterator[Painting]:
    """Context that reports, after an interruption, which files are missing."""
    painting = Painting()
    try:
        yield painting
    except KeyboardInterrupt:
        painting.done = False
        unmade = [name for name in names if name not in (*output.made, *output.missing)]
        complain(f"interrupted; the numbers are written, but not {', '.join(unmade) or 'all that was asked for'}.")


def remark_older(output: OutputFolder, names: tuple[str, ...]) -> None:
    """Print which files in the folder are not from this run; they stay as they are."""
    if older := output.older(names):
        say(f"not written this time, and left as they were: {', '.join(older)}")


def encoded(text: str) -> bytes:
    """Text as UTF-8 with a final newline; characters that cannot be encoded are escaped."""
    return f"{text}\n".encode("utf-8", "backslashreplace")


def certified(
    scenario: Scenario, quiet: bool, started: bool = False, on_plan: Callable[[Numerics], None] | None = None
) -> Report:
    """Certify; an error before the first step is bad input, a later one (or after earlier cases) a failed run.

    Args:
        scenario: a scenario without cases, or one case.
        quiet: whether to show no progress.
        started: whether an earlier case has been run.
        on_plan: called with the numerics of the first run.

    Raises:
        KeyboardInterrupt: if an interruption leaves no number; the message says so.
        typer.Exit: with the exit code of an error, after its message.
    """
    from ...analysis import certify
    from ...propagation import refuse_given, reporter

    with reporter(shows_progress(quiet), "propagating") as show:

        def progress(done: int, total: int) -> None:
            nonlocal started
            started = True
            show(done, total)

        try:
            with planning(lambda: started):
                refuse_given(scenario.fixed)
                report = certify(
                    scenario.problem,
                    scenario.tolerance,
                    find=scenario.find,
                    progress=progress,
                    on_plan=on_plan,
                    **scenario.fixed,
                )
            report = dataclasses.replace(report, notes=(*scenario.notes, *report.notes))
            return _with_inputs(report, scenario)
        except KeyboardInterrupt:
            when = "any number was known" if started else "the run had begun"
            raise KeyboardInterrupt(f"interrupted before {when}; nothing was kept.") from None
        except WavesimError as error:
            complain(str(error))
            if stopped():
                raise typer.Exit(exit_code()) from None
            late = started and not isinstance(error, UnboundError)
            raise typer.Exit(FAILED if late or isinstance(error, BrokenOffError) else BAD_INPUT) from None


def _with_inputs(report: Report, scenario: Scenario) -> Report:
    """The report with the errors from uncertain inputs; after an interruption without them, and with a warning."""
    from ...analysis import with_inputs

    grid = scenario.fixed.get("grid")
    try:
        return with_inputs(report, scenario.problem, scenario.uncertainties, find=scenario.find, grid=grid)
    except KeyboardInterrupt:
        warning = "interrupted: the uncertainties of the inputs are not part of any bar."
        return dataclasses.replace(report, warnings=(*report.warnings, warning))


def verified(scenario: Scenario, report: Report, quiet: bool) -> Verification | None:
    """The headline by independent methods; None if the run or the verification was interrupted."""
    from ...analysis import verify
    from ...propagation import reporter

    if not report.complete or stopped():
        return None
    try:
        with reporter(shows_progress(quiet), "verifying") as show:
            return verify(scenario.problem, report, find=scenario.find, progress=show)
    except KeyboardInterrupt:
        complain("the second route was interrupted; the numbers stand, but are not verified.")
        return None


def sensitivities_of(scenario: Scenario, report: Report) -> Sensitivities | None:
    """The sensitivities of the headline; None, with a message, if no method gives them."""
    from ...analysis import duration_of, sensitivities

    if not report.complete or stopped():
        return None
    try:
        derivatives = sensitivities(
            scenario.problem,
            report.headline.name,
            find=scenario.find,
            duration=duration_of(report),
            grid=scenario.fixed.get("grid"),
        )
        return dataclasses.replace(derivatives, dimension=report.headline.dimension)
    except WavesimError as error:
        complain(f"no sensitivities: {error}")
        return None
    except KeyboardInterrupt:
        complain("the sensitivities were interrupted; the numbers stand.")
        return None


def _pictures(
    report: Report, scenario: Scenario, output: OutputFolder, *, film: FilmOptions | None, quiet: bool
) -> None:
    """Make summary.png and the movie; a message says which cannot be made."""

    def summary() -> Path:
        start_matplotlib()
        from ...viz import summary

        return summary(report, output.path / "summary.png", units=scenario.units, title=scenario.title)

    output.attempt("summary.png", summary)
    if film and report.record is not None:
        put_film(scenario.title, {"": report}, scenario.units, output, film, quiet)


def save_record(
    report: Report, scenario: Scenario, text: str, name: str, output: OutputFolder, study: str = ""
) -> None:
    """Save the record with its report and origin as netCDF; `study`: the hash of the scenario whose case this is."""

    def save() -> Path:
        from ... import io

        provenance = {
            "scenario": scenario.content,
            "scenario_name": scenario.name,
            "scenario_hash": scenario.hash,
            "report": text,
            "case": scenario.label,
            "study": study,
        }
        return io.save(report, output.path / name, units=scenario.units, provenance=provenance)

    output.attempt(name, save)


def overridden(scenario: Scenario, tolerance: float | None, precision: str | None) -> Scenario:
    """The scenario and its cases with the tolerance and precision of the command line."""
    cases = tuple(overridden(case, tolerance, precision) for case in scenario.cases)
    fixed = scenario.fixed if precision is None else {**scenario.fixed, "precision": precision}
    aim = scenario.tolerance if tolerance is None else tolerance
    return dataclasses.replace(scenario, fixed=fixed, tolerance=aim, cases=cases)
