"""The content of a scenario file as text, which reads back as the same content."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from ..._text import brief
from ...errors import ScenarioError

_BARE = re.compile(r"[A-Za-z0-9_-]+")
# largest number of characters of an inline table or a list on one line
_WIDE = 110
# sections whose tables are written on one line each
_ROWS = ("expect", "vary")


def written(content: dict[str, Any]) -> str:
    """A scenario file with this content, ``read_scenario(name, toml(written(content), name))``: without comments, with the keys in order.

    Args:
        content: tables, lists, text, numbers, true and false, as in a file.

    Returns:
        TOML, whose content has the same `fingerprint`.

    Raises:
        ScenarioError: if the content has a value that a file cannot represent.
    """
    lines: list[str] = []
    _section(content, (), lines)
    return "\n".join(lines).strip("\n") + "\n"


def _section(table: dict[str, Any], path: tuple[str, ...], lines: list[str]) -> None:
    later = {key: value for key, value in table.items() if _is_section(value, path)}
    for key, value in table.items():
        if key not in later:
            lines.append(f"{_key(key)} = {_value(value, (*path, key))}")
    for key, value in later.items():
        inner = (*path, key)
        name = ".".join(map(_key, inner))
        for row in value if isinstance(value, list) else [value]:
            lines += ["", f"[[{name}]]" if isinstance(value, list) else f"[{name}]"]
            _section(row, inner, lines)


def _is_section(value: Any, path: tuple[str, ...]) -> bool:
    if isinstance(value, dict):
        plain = value and not any(isinstance(inner, dict | list) for inner in value.values())
        return not (path and path[0] in _ROWS) and not (len(path) > 0 and plain and "kind" not in value)
    tables = isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)
    return tables and bool(path) and path[0] not in _ROWS


def _value(value: Any, path: tuple[str, ...]) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return _number(value)
        case str():
            return _text(value)
        case list() | tuple():
            parts = [_value(entry, path) for entry in value]
            line = f"[{', '.join(parts)}]"
            return line if len(line) <= _WIDE else "[\n" + "".join(f"    {part},\n" for part in parts) + "]"
        case dict():
            pairs = [f"{_key(key)} = {_value(entry, (*path, key))}" for key, entry in value.items()]
            return f"{{ {', '.join(pairs)} }}" if pairs else "{}"
    raise ScenarioError(
        f"{'.'.join(path)}: must be text, a number, true, false, a list or a table, but is {brief(value)}; a file holds nothing else."
    )


def _number(value: float) -> str:
    if math.isnan(value):
        return "nan"
    return ("inf" if value > 0 else "-inf") if math.isinf(value) else repr(value)


def _text(value: str) -> str:
    if "\n" in value.strip("\n") and '"""' not in value and "\\" not in value and _printable(value):
        return f'"""\n{value}"""' if not value.endswith('"') else json.dumps(value, ensure_ascii=False)
    # TOML reads the escapes of JSON, but requires one for DEL, which JSON does not escape
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _printable(value: str) -> bool:
    return all(character == "\n" or (character >= " " and character != "\x7f") for character in value)


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)
