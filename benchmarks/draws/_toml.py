"""A scenario's content as the text of its file."""

from __future__ import annotations

import json
from typing import Any


def toml(scenario: dict[str, Any]) -> str:
    """Plain keys first, then one table for each section; tables within a section inline."""
    plain = [f"{key} = {_value(value)}" for key, value in scenario.items() if not isinstance(value, dict)]
    sections = [
        "\n".join([f"\n[{key}]", *(f"{name} = {_value(inner)}" for name, inner in value.items())])
        for key, value in scenario.items()
        if isinstance(value, dict)
    ]
    return "\n".join([*plain, *sections]) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(inner) for inner in value) + "]"
    # numbers, booleans and text are written in TOML as in JSON
    return json.dumps(value)
