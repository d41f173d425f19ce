"""``wavesim show`` and ``wavesim check``, which run nothing."""

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
    """The text of the file of a scenario, a sweep or a design."""
    from ...scenario import find_design, find_scenario, find_sweep, shipped_designs

    if name in shipped_designs():
        return find_design(name)[1]
    return (find_sweep if is_sweep(name) else find_scenario)(name)[1]


def is_sweep(name: str) -> bool:
    """Whether a name or a file is that of a sweep, which has axes or samples."""
    from ...scenario import shipped, shipped_sweeps, text_of as read_text, toml

    if name in shipped():
        return False
    try:
        content = toml(read_text(Path(name)), name)
    except (OSError, ValueError):
        # no readable file: reading it as a scenario reports that
        return name in shipped_sweeps()
    return "axes" in content or "sample" in content


def is_design(name: str) -> bool:
    """Whether a name or a file is that of a design, which has a table [design]."""
    from ...scenario import shipped, shipped_designs, text_of as read_text, toml

    if name in shipped():
        return False
    try:
        return "design" in toml(read_text(Path(name)), name)
    except (OSError, ValueError):
        return name in shipped_designs()


def design_plan_text(name: str, assignments: list[str]) -> str:
    """The varied parameters, targets and method of a design."""
    from ...scenario import load_design

    spec = load_design(name, assignments)
    wanted = [goal for target in spec.targets for goal in target.each]
    lines = [f"{spec.scenario.name}: {spec.scenario.title}", f"  question   {spec.scenario.question}"]
    lines.append(f"  varies     {'; '.join(map(str, spec.vary))}")
    kinds = dict.fromkeys(goal.quantity for goal in wanted)
    lines.append(
        "  wanted     " + ", ".join(f"{kind} ({sum(goal.quantity == kind for goal in wanted)})" for kind in kinds)
    )
    lines.append(
        f"  search     by {spec.options['method'].replace('_', ' ')}, from {spec.options['starts']} starts at most"
    )
    return "\n".join(lines)


def check_text(scenario: Scenario) -> str:
    """The plan of a scenario or of each of its cases, with reasons and the expected time of a run."""
    cases = scenario.cases or (scenario,)
    started = time.perf_counter()
    parts, plans = zip(*map(_planned, cases), strict=True)
    takes = expected_text(cases, list(plans), planning_s=time.perf_counter() - started)
    return "\n".join([*parts, f"  takes     {takes}"])


def _planned(scenario: Scenario) -> tuple[str, Numerics | None]:
    """The plan of a scenario in words, and the numerics of its first run; None if nothing is propagated."""
    from ...analysis import Transmission, least_pairs, question_of, start_in_words
    from ...propagation import check, refuse_given

    with planning():
        refuse_given(scenario.fixed)
        question = scenario.find or question_of(scenario.problem)
        plan = question.planned(scenario.problem, scenario.tolerance, **scenario.fixed)
    label = f" ({scenario.label})" if scenario.label else ""
    lines = [f"{scenario.name}{label}: {scenario.title}"]
    lines += [f"  question   {scenario.question}"] if scenario.question else []
    lines += [f"  note       {note}" for note in scenario.notes]
    if plan is None:
        return "\n".join([*lines, "Nothing is propagated: the numbers follow from the stationary equation."]), None
    with planning():
        report = question.without_run(scenario.problem, scenario.tolerance, plan, **scenario.fixed)
    if report is not None:
        return "\n".join([*lines, *(f"  {note}" for note in report.notes)]), None
    n = plan.numerics
    start = start_in_words(scenario.problem) if isinstance(question, Transmission) else None
    lines += [] if start is None else [f"  start      {start}"]
    check(plan.problem, n)
    lines.append(str(plan))
    pairs = least_pairs(plan.problem, n)
    work = (
        f"at least {pairs:,} FFT pairs with those for the error bar; several times as many where the bar shows that the plan is too coarse"
        if pairs
        else "no FFT: H is diagonalized on the grid, and on coarser ones for the error bar"
    )
    lines.append(f"  cost      {n.memory / 1e6:.1f} MB; {work}")
    return "\n".join(lines), n
