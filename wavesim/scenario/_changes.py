"""Changes of a scenario by ``--set``, and the expectations that they invalidate."""

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

# keys of the physics: expected numbers hold for one set of their values only
_PHYSICS = ("units", "duration", "particle", "potential", "walls", "axis", "state", "find", "measure", "vary")
_LONGEST_NAME = 80
_NO_FILE_NAME = re.compile(r"[^\w.=+-]+")


@dataclasses.dataclass(frozen=True)
class Change:
    """A changed value of a file.

    Attributes:
        path: ``potential.width``.
        before: the value in the file, None without one.
        after: the new value.
    """

    path: str
    before: Any
    after: Any

    def __str__(self) -> str:
        return clean(brief_text(f"{self.path} {'' if self.before is None else f'{self.before} '}-> {self.after}", 200))


def changes_of(data: dict[str, Any], assignments: Iterable[str]) -> tuple[Change, ...]:
    """The values of a file's content that assignments ``path=value`` change, the last one of each path."""
    changes: dict[str, Change] = {}
    for path, value in map(assignment_of, assignments):
        before = found_at(data, path)
        changes[path] = Change(path, before, value)
    return tuple(change for change in changes.values() if change.before != change.after)


def changed(scenario: Scenario, changes: tuple[Change, ...]) -> Scenario:
    """The scenario with its changes in its title, and without the expected numbers of the unchanged file.

    Theory is computed for the changed problem, so that expected equality with it stays. So do expectations set by the changes.
    """
    if not changes:
        return scenario
    title = f"{scenario.title} [{', '.join(f'{change.path} = {change.after}' for change in changes)}]"
    physics = any(change.path.split(".")[0] in _PHYSICS for change in changes)
    set_expectations = {change.path.split(".")[1] for change in changes if change.path.startswith("expect.")}

    def apply(case: Scenario) -> Scenario:
        invalid = [
            row for row in case.expect if physics and row.theory is None and row.quantity not in set_expectations
        ]
        return dataclasses.replace(
            case,
            title=clean(brief_text(title, 300)),
            expect=tuple(row for row in case.expect if row not in invalid),
            changes=changes,
            unpinned=tuple(row.quantity for row in invalid),
            cases=tuple(apply(part) for part in case.cases),
        )

    return apply(scenario)


def folder_name(scenario: Scenario) -> str:
    """The name of the folder of a scenario's results: ``rectangular_barrier--potential.width=2.0`` after a change."""
    if not scenario.changes:
        return scenario.name
    text = ",".join(f"{change.path}={change.after}" for change in scenario.changes)
    name = f"{scenario.name}--{_NO_FILE_NAME.sub('_', text)}"
    if len(name) <= _LONGEST_NAME:
        return name
    return f"{name[: _LONGEST_NAME - 9]}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
