"""What ``--set`` changed of a scenario, and which of its expectations it leaves without a meaning."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .._text import brief_text, clean
from .text import assignment_of, found_at

if TYPE_CHECKING:
    from ._build import Scenario

# what belongs to the physics: a number that was pinned for one value of it says nothing about another
_PHYSICS = ("units", "duration", "particle", "potential", "walls", "axis", "state", "find", "measure", "vary")
_LONGEST_NAME = 80
_NO_FILE_NAME = re.compile(r"[^\w.=+-]+")


@dataclasses.dataclass(frozen=True)
class Change:
    """A value of a file that is another one now.

    Attributes:
        path: ``potential.width``.
        before: what the file has, None where it leaves the key out.
        after: what was set.
    """

    path: str
    before: Any
    after: Any

    def __str__(self) -> str:
        return clean(brief_text(f"{self.path} {'' if self.before is None else f'{self.before} '}-> {self.after}", 200))


def changes_of(data: dict[str, Any], assignments: Iterable[str]) -> tuple[Change, ...]:
    """The values of a file's content that assignments ``path=value`` change, the last one of each path."""
    found: dict[str, Change] = {}
    for path, value in map(assignment_of, assignments):
        before = found_at(data, path)
        found[path] = Change(path, before, value)
    return tuple(change for change in found.values() if change.before != change.after)


def changed(scenario: Scenario, changes: tuple[Change, ...]) -> Scenario:
    """The scenario with its changes in its title, and without the expectations that were pinned for other numbers.

    Theory is computed for the changed problem, and what is expected to equal it stays. So does what was set itself.
    """
    if not changes:
        return scenario
    title = f"{scenario.title} [{', '.join(f'{change.path} = {change.after}' for change in changes)}]"
    physics = any(change.path.split(".")[0] in _PHYSICS for change in changes)
    kept_anyway = {change.path.split(".")[1] for change in changes if change.path.startswith("expect.")}

    def told(one: Scenario) -> Scenario:
        loose = [row for row in one.expect if physics and row.theory is None and row.quantity not in kept_anyway]
        return dataclasses.replace(
            one,
            title=clean(brief_text(title, 300)),
            expect=tuple(row for row in one.expect if row not in loose),
            changes=changes,
            unpinned=tuple(row.quantity for row in loose),
            cases=tuple(told(case) for case in one.cases),
        )

    return told(scenario)


def folder_name(scenario: Scenario) -> str:
    """The name of the folder of a scenario's results: ``rectangular_barrier--potential.width=2.0`` after a change."""
    if not scenario.changes:
        return scenario.name
    text = ",".join(f"{change.path}={change.after}" for change in scenario.changes)
    name = f"{scenario.name}--{_NO_FILE_NAME.sub('_', text)}"
    if len(name) <= _LONGEST_NAME:
        return name
    return f"{name[: _LONGEST_NAME - 9]}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
