"""Messages for the errors of a validation: the full path, the rule, the given value, the right choices."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import Any

import pydantic

from ..._text import brief, brief_text, choice, clean
from ...errors import ArgumentError
from ._fields import Table

Tables = dict[str, type[Table]]
MOST_TOLD = 10
_LONGEST = 2000


# largest number of choices that a message lists in full
_MANY = 30
# the most common kind of a table, suggested if it is missing
_USUAL = {"potential": "rectangular_barrier", "state": "gaussian_packet"}
# TOML syntax for the types of the schema
_HOLDS = {"array": "[...]", "string": '"..."', "object": "{ ... }"}


def sentences(
    error: pydantic.ValidationError, raw: Any, root: type[Table], tables: Tables, file: str = "scenario"
) -> list[str]:
    """One sentence for each error of a file.

    Args:
        error: the error of the validation.
        raw: the file's content.
        root: the table of the whole file.
        tables: the other tables by their names in an error's location: a kind, a section, a member of a union.
        file: the type of the file.
    """
    # further errors get empty messages: the right choices for a hundred thousand keys take seconds
    all_ = [dict(entry) for entry in error.errors(include_url=False)]
    misspelt = _misspelt(all_, raw, root, tables)
    all_ = [entry for entry in all_ if entry["type"] != "missing" or entry["loc"] not in misspelt]
    messages = [_sentence(entry, raw, root, tables, file) for entry in all_[: MOST_TOLD + 1]]
    return messages + [""] * (len(all_) - len(messages))


def _misspelt(errors: list[dict[str, Any]], raw: Any, root: type[Table], tables: Tables) -> set[tuple[Any, ...]]:
    """Locations of missing keys that are present under a misspelt name."""
    unknown = [entry["loc"] for entry in errors if entry["type"] == "extra_forbidden"][:MOST_TOLD]
    return {
        (*loc[:-1], near) for loc in unknown for near in _near(loc[-1], _keys(_path(loc[:-1], raw, root, tables)[1]))
    }


def listed(wrong: Sequence[str]) -> str:
    """Error messages, one line for each of the first ten, and a line with the number of the others."""
    lines = [brief_text(clean(sentence, keep="\n"), _LONGEST) for sentence in wrong[:MOST_TOLD]]
    if len(wrong) > MOST_TOLD:
        lines.append(f"and {len(wrong) - MOST_TOLD:,} more; correct these first.")
    return "\n".join(lines)


def _sentence(entry: dict[str, Any], raw: Any, root: type[Table], tables: Tables, file: str) -> str:
    path, table = _path(entry["loc"], raw, root, tables)
    given, context, name = entry["input"], entry.get("ctx", {}), ".".join(path)
    match entry["type"]:
        case "value_error" if isinstance(context["error"], ArgumentError):
            cause = context["error"]
            return f"{name if path[-1:] == [cause.argument] else f'{name}.{cause.argument}'} {cause.reason}"
        case "value_error":
            # messages of rules start with "must", those of units do not
            return f"{name}{'' if str(context['error']).startswith('must ') else ':'} {context['error']}"
        case "extra_forbidden":
            # the key itself may have the name of a table
            above, table = _path(entry["loc"][:-1], raw, root, tables)
            keys = _keys(table)
            place = f" in [{'.'.join(above)}]" if above else f" of a {file}"
            outside = _outside(path[-1], above, root, tables)
            elsewhere = outside if above else _inside(path[-1], raw) or outside
            hint = _nearest(path[-1], keys, "") or elsewhere or "."
            return f"unknown key `{path[-1]}`{place}{hint} The keys here are {', '.join(keys)}."
        case "missing" if isinstance(given, list):
            return f"{name} must be complete, but is {brief(given)}; add what is missing."
        case "missing":
            return f"{name} must be given, but is missing; {_cure(path, table)}."
        case "union_tag_not_found" if isinstance(given, dict):
            return f"{name}.kind must be given, but is missing; `wavesim schema` lists the kinds."
        case "union_tag_invalid":
            return f"{name}.kind {choice(context['tag'], _quoted(context['expected_tags']))}"
        case "literal_error":
            choices = _quoted(context["expected"])
            # numbered names would fill pages
            few = [choice for choice in choices if not re.search(r"_\d+$", choice)]
            listing = ", ".join(few) + ", or one of these with a number" if len(choices) > _MANY else ", ".join(choices)
            if len(choices) <= 1 and not isinstance(given, str):
                return f"{name} must be {context['expected']}, but is {brief(given)}; write {path[-1]} = {context['expected']}."
            if len(choices) == 1 or not isinstance(given, str):
                return f"{name} must be {context['expected']}, but is {brief(given)}{_nearest(given, choices)}"
            return f"{name} {choice(given, choices, listing)}"
        case "model_type" | "dict_type" | "model_attributes_type" | "union_tag_not_found":
            return f"{name} must be a table, but is {brief(given)}; write [{name}] and its keys below."
        case "string_type":
            return f"{name} must be text, but is {brief(given)}; put it in quotation marks."
        case "int_type":
            return f"{name} must be a whole number, but is {brief(given)}; give an integer."
        case "too_long" if isinstance(given, list):
            return f"{name} must have {context['max_length']} entries, but has {len(given)}; leave out the rest."
        case "tuple_type":
            return f"{name} must be a list, but is {brief(given)}; put it in square brackets."
        case _:
            return f"{name} must be of another kind, but is {brief(given)}: {brief_text(clean(entry['msg']))}."


def _path(loc: tuple[Any, ...], raw: Any, root: type[Table], tables: Tables) -> tuple[list[str], type[Table]]:
    """The path in the file, without parts added by the validation (members of unions, lists made of single values), and its table."""
    path: list[str] = []
    table, node = root, raw
    tagged = None
    for depth, key in enumerate(loc):
        child = node[key] if isinstance(node, dict) and key in node else None
        if isinstance(node, list) and isinstance(key, int) and key < len(node):
            child = node[key]
        # the tag of a union comes first, even if a key of the table has the same name
        if key in tables and isinstance(node, dict) and node.get("kind") == key and node is not tagged:
            tagged, table = node, tables[key]
            continue
        added = (
            child is None and depth > 0 and (isinstance(key, int) or key == "[key]" or _tagged(node, key, depth, loc))
        )
        if key in tables and (depth == 0 or added):
            table = tables[key]
        if depth == 1 and loc[0] == "expect":
            table = tables["expect"]
        if not added:
            path.append(str(key))
            node = child
    return path, table


def _tagged(node: Any, key: Any, depth: int, loc: tuple[Any, ...]) -> bool:
    """Whether `key` is the name of a union's member, which in a file is its `kind`, or is absent."""
    return (isinstance(node, dict) and node.get("kind") == key) or (
        depth == 1 and loc[0] == "absorber" and key in ("layer", "off")
    )


def _keys(table: type[Table]) -> list[str]:
    return [field.alias or key for key, field in table.model_fields.items()]


def _near(given: object, choices: list[str]) -> list[str]:
    """The closest choice, if any."""
    return difflib.get_close_matches(str(given)[:100], choices, 1)


def _nearest(given: object, choices: list[str], none: str = ".") -> str:
    near = _near(given, choices)
    return f"; did you mean {near[0]!r}?" if near else none


def _outside(key: str, above: list[str], root: type[Table], tables: Tables) -> str:
    """Suggestion for a key in the wrong table: ``duration`` belongs above all tables, ``tolerance`` in [accuracy]."""
    sections = [
        name for name in root.model_fields if name in tables and name not in above and not name.startswith("expect")
    ]
    homes = {key: f"{key!r}, which stands above all tables" for key in root.model_fields}
    homes |= {inner: f"'{name}.{inner}'" for name in sections for inner in tables[name].model_fields}
    near = difflib.get_close_matches(key[:100], homes, 1, cutoff=0.75)
    return f"; did you mean {homes[near[0]]}?" if near else ""


def _inside(key: str, raw: Any) -> str:
    """Suggestion of the full path of a key in a table of the file: ``potential.width`` for ``width``."""
    if not isinstance(raw, dict):
        return ""
    paths = [f"{name}.{inner}" for name, table in raw.items() if isinstance(table, dict) for inner in table]
    last = {path.partition(".")[2] for path in paths}
    near = difflib.get_close_matches(key[:100], last, 1, cutoff=0.75)
    fitting = [path for path in paths if near and path.partition(".")[2] == near[0]]
    return f"; did you mean {' or '.join(map(repr, fitting[:3]))}?" if fitting else ""


def _quoted(text: str) -> list[str]:
    return re.findall(r"'([^']*)'", text)


def _cure(path: list[str], table: type[Table]) -> str:
    """Advice for a missing key: its allowed values, or the line to add and its place."""
    key, schema = path[-1], table.model_json_schema()
    # the schema of a recursive table is a reference to itself
    rule = schema.get("$defs", {}).get(table.__name__, schema).get("properties", {}).get(key, {})
    place = f"below [{'.'.join(path[:-1])}]" if len(path) > 1 else "at the top of the file"
    if "description" in rule:
        return f"give {rule['description']}"
    if "oneOf" in rule:
        # a table with a kind: suggest the most common one
        return f'add a table [{".".join(path)}] with its kind, such as kind = "{_USUAL.get(key, "...")}"'
    if "const" in rule:
        return f"add the line `{key} = {rule['const']}` {place}"
    kinds = [option.get("type", "") for option in (*rule.get("anyOf", ()), rule)]
    holds = next((text for kind, text in _HOLDS.items() if kind in kinds), "...")
    return f"add the line `{key} = {holds}` {place}"
