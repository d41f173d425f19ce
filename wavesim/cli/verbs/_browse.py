"""Verbs that look and do not run: show, check."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from .._expected_time import expected_text
from ._planning import planning

if TYPE_CHECKING:
    from ...propagation import Numerics
    from ...scenario import Scenario


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
    from ...analysis import Transmission, least_pairs, question_of, start_in_words
    from ...propagation import check, refuse_given

    with planning():
        refuse_given(scenario.fixed)
        question = scenario.find or question_of(scenario.problem)
        chosen = question.planned(scenario.problem, scenario.tolerance, **scenario.fixed)
    label = f" ({scenario.label})" if scenario.label else ""
    lines = [f"{scenario.name}{label}: {scenario.title}"]
    lines += [f"  question   {scenario.question}"] if scenario.question else []
    lines += [f"  note       {note}" for note in scenario.notes]
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
    pairs = least_pairs(chosen.problem, n)
    work = (
        f"at least {pairs:,} FFT pairs with those for the error bar; several times as many where the bar shows that the plan is too coarse"
        if pairs
        else "no FFT: H is diagonalized on the grid, and on coarser ones for the error bar"
    )
    lines.append(f"  cost      {n.memory / 1e6:.1f} MB; {work}")
    return "\n".join(lines), n
