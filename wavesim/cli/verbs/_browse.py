"""Verbs that look and do not run: show, check, animate."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..._files import sweep_leftovers
from ..._text import clean
from ...errors import ScenarioError
from .._expected_time import expected_text
from .._outbox import refuse_unwritable
from .._warned import warned
from ._planning import planning

if TYPE_CHECKING:
    from ...analysis import Report
    from ...propagation import Numerics, Result
    from ...scenario import Scenario
    from ...units import UnitSystem


def text_of(name: str) -> str:
    """The text of a scenario file, or of a sweep's."""
    from ...scenario import find_design, find_scenario, find_sweep, shipped_designs

    if name in shipped_designs():
        return find_design(name)[1]
    return (find_sweep if is_sweep(name) else find_scenario)(name)[1]


def is_sweep(name: str) -> bool:
    """Whether a name or a file means a sweep: it has axes, or samples."""
    from ...scenario import shipped, shipped_sweeps, text_of as read_text, toml

    if name in shipped():
        return False
    try:
        content = toml(read_text(Path(name)), name)
    except (OSError, ValueError):
        # no file, or none that can be read: whoever reads it as a scenario says so
        return name in shipped_sweeps()
    return "axes" in content or "sample" in content


def is_design(name: str) -> bool:
    """Whether a name or a file means a design: it has a [design]."""
    from ...scenario import shipped, shipped_designs, text_of as read_text, toml

    if name in shipped():
        return False
    try:
        return "design" in toml(read_text(Path(name)), name)
    except (OSError, ValueError):
        return name in shipped_designs()


def design_plan_text(name: str, assignments: list[str]) -> str:
    """What a design would vary, and what is wanted."""
    from ...scenario import load_design

    asked = load_design(name, assignments)
    wanted = [one for target in asked.targets for one in target.each]
    lines = [f"{asked.scenario.name}: {asked.scenario.title}", f"  question   {asked.scenario.question}"]
    lines.append(f"  varies     {'; '.join(map(str, asked.vary))}")
    kinds = dict.fromkeys(one.quantity for one in wanted)
    lines.append(
        "  wanted     " + ", ".join(f"{kind} ({sum(one.quantity == kind for one in wanted)})" for kind in kinds)
    )
    lines.append(
        f"  search     by {asked.options['method'].replace('_', ' ')}, from {asked.options['starts']} starts at most"
    )
    return "\n".join(lines)


def check_text(scenario: Scenario) -> str:
    """How a scenario, or each of its cases, would be solved, why, and how long a run would take."""
    cases = scenario.cases or (scenario,)
    begun = time.perf_counter()
    parts, plans = zip(*map(_planned, cases), strict=True)
    takes = expected_text(cases, list(plans), planning_s=time.perf_counter() - begun)
    return "\n".join([*parts, f"  takes     {takes}"])


def _planned(scenario: Scenario) -> tuple[str, Numerics | None]:
    """The plan of a scenario in words, and the numerics of its first run; None where nothing is propagated."""
    from ...analysis import Transmission, question_of, repetitions, start_in_words
    from ...propagation import check, refuse_given

    with planning():
        refuse_given(scenario.fixed)
        question = scenario.find or question_of(scenario.problem)
        chosen = question.planned(scenario.problem, scenario.tolerance, **scenario.fixed)
    label = f" ({scenario.label})" if scenario.label else ""
    lines = [f"{scenario.name}{label}: {scenario.title}"]
    lines += [f"  question   {scenario.question}"] if scenario.question else []
    if chosen is None:
        return "\n".join([*lines, "Nothing is propagated: the numbers follow from the stationary equation."]), None
    with planning():
        report = question.without_run(scenario.problem, scenario.tolerance, chosen, **scenario.fixed)
    if report is not None:
        return "\n".join([*lines, *(f"  {note}" for note in report.notes)]), None
    n = chosen.numerics
    start = start_in_words(scenario.problem) if isinstance(question, Transmission) else None
    lines += [] if start is None else [f"  start      {start}"]
    check(chosen.problem, n)
    lines.append(str(chosen))
    pairs = n.fft_pairs + sum(repetition.fft_pairs for repetition in repetitions(chosen.problem, n))
    work = (
        f"about {pairs:,} FFT pairs with the repetitions for the error bar"
        if pairs
        else "no FFT: H is diagonalized on the grid, and on coarser ones for the error bar"
    )
    lines.append(f"  cost      {n.memory / 1e6:.1f} MB; {work}")
    return "\n".join(lines), n


def record_of(result: Path) -> Path:
    """The result.nc that is meant: the file, the one in a folder, or the one of ``results/NAME``."""
    places = (result, result / "result.nc", Path("results") / result / "result.nc")
    return next((place for place in places if place.is_file()), result)


def movie_of(source: Path, target: Path, *, quiet: bool, **options: Any) -> str:
    """Make a movie of a result.nc, with the title and the units of its scenario."""
    from ... import io
    from ...propagation import reporter
    from ...units import UnitSystem
    from ...viz import animate
    from ._run import watched

    result = io.load(source)
    facts = io.attributes(source)
    units, title = UnitSystem(**json.loads(facts["units"])), _title(facts)
    if not target.parent.is_dir():
        raise ScenarioError(
            f"the folder {target.parent} must exist, but does not; make it, or choose another with --out."
        )
    sweep_leftovers(target.parent)
    refuse_unwritable(target.parent)
    with warned(), reporter(watched(quiet), "painting") as show:
        shown = reported(result, facts, units)
        written = animate(shown, units=units, title=title, progress=show, **options).save(target)
    return str(written)


def reported(result: Result, facts: dict[str, str], units: UnitSystem) -> Result | Report:
    """The record with the numbers and the theory of the report that was saved with it, so that its film is that of the run.

    Args:
        result: as loaded.
        facts: what was saved beside it.
        units: of the report's numbers.

    Returns:
        the report; the result alone where none was saved, or it is of another version.
    """
    from ...analysis import AbstractRecordQuestion, Curve, Quantity, Report, question_of
    from ...scenario import QUANTITIES, read_scenario

    try:
        numbers = json.loads(facts["report"])["quantities"]
        scenario = read_scenario(facts["scenario_name"], json.loads(facts["scenario"]))
        question = scenario.find or question_of(result.problem)
        if not isinstance(question, AbstractRecordQuestion):
            return result
        quantities = {}
        dimensions = QUANTITIES | {name: one.dimension for name, one in scenario.problem.measure.items()}
        for name, row in numbers.items():
            scale = units.scale(dimensions[name])
            theory = {kind: value * scale for kind, value in row["theory"].items()}
            error = math.inf if row["error"] is None else row["error"] * scale
            quantities[name] = Quantity(name, row["value"] * scale, error, dimensions[name], {}, theory)
        theories = question.curve_predictions(result.problem, result.times)
        curves = {
            name: Curve(name, result.times, values, dimension, theories.get(name, {}))
            for name, (values, dimension) in question.curves(result).items()
        }
    except (KeyError, TypeError, ValueError, AttributeError):
        return result
    return Report(result, scenario.tolerance, quantities, curves, (), 0, 0, 0.0)


def _title(facts: dict[str, str]) -> str:
    """The title of the scenario that a result was made of, "" where it has none."""
    try:
        return clean(str(json.loads(facts.get("scenario", "{}"))["title"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
