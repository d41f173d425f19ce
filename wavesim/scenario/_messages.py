"""From the errors of a validation to sentences: the full path, what must hold, what was given, the right choices."""

from __future__ import annotations

import difflib
from typing import Any

import pydantic

from ..errors import ArgumentError
from ._fields import Table


def sentences(error: pydantic.ValidationError, raw: Any, root: type[Table], tables: dict[str, type[Table]]) -> list[str]:
    """One sentence for each error of a file, in the order of the file's keys.

    Args:
        error: what the validation found.
        raw: the file's content.
        root: the table of the whole file.
        tables: the other tables, by the name that stands in an error's location: a kind or a section.
    """
    return [_sentence(dict(one), raw, root, tables) for one in error.errors()]


def did_you_mean(given: object, choices: list[str]) -> str:
    """``; did you mean 'height'?`` where one is close, else nothing."""
    near = difflib.get_close_matches(str(given), choices, 1)
    return f"; did you mean {near[0]!r}?" if near else "."


def _sentence(one: dict[str, Any], raw: Any, root: type[Table], tables: dict[str, type[Table]]) -> str:
    path, table = _path(one["loc"], raw, root, tables)
    given, context, name = one["input"], one.get("ctx", {}), ".".join(path)
    match one["type"]:
        case "value_error" if isinstance(context["error"], ArgumentError):
            cause = context["error"]
            full = name if path and path[-1] == cause.argument else ".".join((*path, cause.argument))
            return f"{full}: {cause.reason}"
        case "value_error":
            return f"{name}: {context['error']}"
        case "extra_forbidden":
            keys = list(table.model_fields)
            return f"{name}: {path[-1]!r} is no key here{did_you_mean(path[-1], keys).rstrip('.')}{'' if '?' in did_you_mean(path[-1], keys) else ';'} the keys are {', '.join(keys)}."
        case "missing":
            field = table.model_fields.get(path[-1])
            return f"{name}: must be given, but is missing{_hint(field)}."
        case "union_tag_not_found":
            if not isinstance(given, dict):
                return f'{name}: must be a table with a kind, but is {given!r}; write [{name}] and kind = "..." below it.'
            return f"{name}.kind: must be given, but is missing; choose from {_plain(context.get('discriminator'))}."
        case "union_tag_invalid":
            choices = [choice.strip(" '") for choice in context["expected_tags"].split(",")]
            return f"{name}.kind: must be one of {', '.join(choices)}, but is {context['tag']!r}{did_you_mean(context['tag'], choices)}"
        case "literal_error":
            choices = [choice.strip(" '") for choice in context["expected"].replace(" or ", ", ").split(",")]
            close = did_you_mean(given, choices)
            return f"{name}: must be {'one of ' if len(choices) > 1 else ''}{', '.join(choices)}, but is {given!r}{close}"
        case "model_type" | "dict_type" | "model_attributes_type":
            return f"{name}: must be a table, but is {given!r}; write [{name}] and its keys below it."
        case "tuple_type":
            return f"{name}: must be a list, but is {given!r}."
        case "string_type":
            return f"{name}: must be text, but is {given!r}; put it in quotation marks."
        case "int_type" | "int_from_float":
            return f"{name}: must be a whole number, but is {given!r}."
        case _:
            return f"{name}: {one['msg']}, but is {given!r}."


def _path(loc: tuple[Any, ...], raw: Any, root: type[Table], tables: dict[str, type[Table]]) -> tuple[list[str], type[Table]]:
    """The path as the file has it, without the names of union members and wrapped lists; and the table that it ends in."""
    path: list[str] = []
    table, node = root, raw
    for index, key in enumerate(loc):
        inside = isinstance(node, dict) and key in node
        if not inside and key in tables and (index == 0 or key != loc[-1] or index < len(loc) - 1 or _tagged(node, key)):
            table = tables[key]
        elif key == "[key]" or (isinstance(key, int) and not isinstance(node, list)):
            continue
        else:
            path.append(str(key))
            if key in tables and index == 0:
                table = tables[key]
            node = node[key] if inside else node[key] if isinstance(node, list) and isinstance(key, int) else None
    return path, table


def _tagged(node: Any, key: object) -> bool:
    return isinstance(node, dict) and node.get("kind") == key


def _hint(field: Any) -> str:
    extra = next((m for m in getattr(field, "metadata", ()) if hasattr(m, "json_schema")), None)
    text = (extra.json_schema or {}).get("description", "") if extra is not None else ""
    return f"; it is {text}" if text else ""


def _plain(text: object) -> str:
    return str(text)
