"""Values with uncertainties: ``height = "0.30 +- 0.01 eV"``."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from ..._text import brief
from ...analysis import AbstractQuestion
from ...errors import ScenarioError, WavesimError
from ...problem import Problem
from ...units import number_and_unit, split_uncertain
from ._dimensions import dimension_of_path
from ._fields import quantity_value

# keys with physical numbers; others are chosen, not measured, and have no uncertainty
_PHYSICS = ("particle", "potential", "state", "duration")
# +- without a number, or with a negative one
_NO_SIZE = re.compile(r"(\+-|\+/-|\u00b1)\s*(-.*)?$")
_SHARE = re.compile(r"((?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*%")


def certain(data: dict[str, Any], natural: bool) -> tuple[dict[str, Any], dict[str, str]]:
    """A file's content without uncertainties, and the uncertainties by path, as text with a unit.

    Args:
        data: the content.
        natural: whether the file is in natural units; values become plain numbers there.

    Raises:
        ScenarioError: if an uncertainty is invalid, or belongs to no physical number.
    """
    texts: dict[str, str] = {}
    whole = {key: _without(value, key, natural, texts) for key, value in data.items()}
    for path in texts:
        if path.split(".")[0] not in _PHYSICS and path.split(".")[0] not in ("title", "question", "expectation"):
            raise ScenarioError(
                f"{path} must have no uncertainty, for it is chosen and not measured; leave out what follows the +-."
            )
    physical = {path: text for path, text in texts.items() if path.split(".")[0] in _PHYSICS}
    return {key: whole[key] if key in _PHYSICS else data[key] for key in data}, physical


def _without(node: Any, path: str, natural: bool, texts: dict[str, str]) -> Any:
    if isinstance(node, dict):
        changed = {key: _without(value, f"{path}.{key}", natural, texts) for key, value in node.items()}
        return changed if any(changed[key] is not node[key] for key in node) else node
    if isinstance(node, list):
        entries = [_without(value, f"{path}.{place}", natural, texts) for place, value in enumerate(node)]
        return entries if any(new is not old for new, old in zip(entries, node, strict=True)) else node
    if not isinstance(node, str):
        return node
    parts = split_uncertain(node)
    if parts is None:
        if path.split(".")[0] in _PHYSICS and _NO_SIZE.search(node):
            example = "0.30 +- 0.01" if natural else "0.30 +- 0.01 eV"
            raise ScenarioError(
                f'{path} must have a positive number after the +-, but is {brief(node)}; write it as in "{example}", or leave out the +-.'
            )
        return node
    value, texts[path] = parts
    try:
        return float(value) if natural else value
    except ValueError:
        return value


def are_uncertain(values: Mapping[str, Any]) -> bool:
    """Whether any of these values, by path, is or contains a physical number with an uncertainty."""
    texts: dict[str, str] = {}
    for path, value in values.items():
        if path.split(".")[0] in _PHYSICS:
            _without(value, path, False, texts)
    return bool(texts)


def as_uncertain(value: Any, before: Any) -> Any:
    """A value with the uncertainty of the one it replaces, ``"0.5 eV +- 0.01 eV"`` after ``"0.30 +- 0.01 eV"``; a percentage is kept as such.

    A value with its own uncertainty (``"0.5 +- 0 eV"``: none) and a value that is no number are returned unchanged.
    """
    parts = split_uncertain(before) if isinstance(before, str) else None
    if parts is None or isinstance(value, bool) or not isinstance(value, str | int | float):
        return value
    text = value if isinstance(value, str) else repr(value)
    number = number_and_unit(text)
    if number is None or split_uncertain(text) is not None:
        return value
    digits = text.strip().removesuffix(number[1]).strip()
    if share := _SHARE.search(before):
        return f"{digits} +- {share[1]} % {number[1]}".strip()
    size = number_and_unit(parts[1])
    # a number without its unit must not get that of the uncertainty
    if size is None or (size[1] and not number[1]):
        return value
    same = size[1] == number[1]
    return f"{digits} +- {parts[1]}" if same else f"{text} +- {parts[1]}"


def uncertainties_of(
    texts: Mapping[str, str], problem: Problem, question: AbstractQuestion | None, natural: bool
) -> dict[str, float]:
    """The uncertainties in internal units by path; zero ones are left out.

    Raises:
        ScenarioError: if one has another dimension than its value, or is not finite.
    """
    uncertainties: dict[str, float] = {}
    for path, text in texts.items():
        try:
            given = float(text) if natural else text
            size = quantity_value(given, dimension_of_path(problem, question, path), natural)
        except (WavesimError, ValueError) as error:
            raise ScenarioError(f"{path}: the uncertainty {brief(text)} {_reason(error)}") from None
        if not math.isfinite(size):
            raise ScenarioError(f"{path}: the uncertainty {brief(text)} must be finite; give an ordinary number.")
        if size > 0:
            uncertainties[path] = size
    return uncertainties


def _reason(error: Exception) -> str:
    text = str(error)
    return (
        text if isinstance(error, WavesimError) and text.startswith("must ") else f"must be of its value's kind: {text}"
    )
