"""Numerics given by hand to a question that propagates nothing."""

from __future__ import annotations

from typing import Any

from ..._checks import named
from ...errors import WavesimError
from ...problem import Problem

_OF_RECORDS = ("grid", "dt", "scheme", "absorber")


def given_by_hand(fixed: dict[str, Any]) -> list[str]:
    """Names of what only a record has, and is given."""
    return [name for name in _OF_RECORDS if fixed.get(name) not in (None, "planned")]


def refuse_by_hand(problem: Problem, what: str, fixed: dict[str, Any]) -> None:
    """Raise where numerics are given for what is solved on elements.

    Raises:
        WavesimError: if there are any.
    """
    if names := given_by_hand(fixed):
        raise WavesimError(
            f"the {what} of {named(problem.potential)} is solved on elements of its own, and nothing is propagated, but {', '.join(names)} is given; leave it out."
        )


def refuse_ends(problem: Problem, what: str) -> None:
    """Raise where there are walls or a ring.

    Args:
        problem: the physics.
        what: that is asked, with its verb: "populations are".

    Raises:
        WavesimError: with what can be asked instead.
    """
    if problem.ends is not None:
        raise WavesimError(
            f"{what} those of an endless line, but here are walls or a ring; ask for levels, splitting or motion, with a region as [measure]."
        )
