"""The reference of the scenario format, from the schema: every table, kind, key, unit and default, and one example of each kind."""

from __future__ import annotations

import dataclasses
import inspect
import re
from typing import Any

from ...absorbers import Absorber
from ...ends import Axis, Walls
from ..text import examples, written
from ._fields import kind_of
from ._schema import FAMILIES, json_schema

# family of kinds by the table of a file
FAMILY_OF = {
    "potential": "AbstractPotential",
    "state": "AbstractState",
    "find": "AbstractQuestion",
    "measure": "AbstractObservable",
    "region": "AbstractRegion",
}
# meanings of the top-level keys
_MEANINGS = {
    "format": "the version of this format",
    "title": "one line, above tables and pictures",
    "question": "what is asked, for people",
    "expectation": "what a reader should expect to see",
    "units": "plain numbers with hbar = m = 1; leave it out where numbers carry units",
    "duration": "how long to propagate; chosen if left out",
    "potential": "what acts on the particle",
    "state": "psi at time 0",
    "find": "what to compute; what the problem suggests if left out",
    "absorber": "the layers at the ends of an open box; chosen if left out",
    "measure": "further numbers recorded along the way",
    "vary": "lists of values by path, varied together: several cases side by side",
    "expect": "what the numbers must be, which the run checks",
}
# tables of classes, whose docstrings explain the keys
_CLASSES = {"Absorber": Absorber, "Walls": Walls, "Axis": Axis}
_ARGUMENT = re.compile(r"^ {4}(\w+(?:, \w+)*)(?: \([^)]*\))?: (.*(?:\n {8,}.*)*)", re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Key:
    """A key of a table.

    Attributes:
        name: its name.
        holds: allowed values, with their unit.
        default: value if it is left out; empty if it is required.
        meaning: explanation, empty where name and table suffice.
    """

    name: str
    holds: str
    default: str
    meaning: str


@dataclasses.dataclass(frozen=True)
class TableOfKeys:
    """A table of a scenario file.

    Attributes:
        name: kind or section.
        meaning: the first paragraph of its docstring.
        keys: without `kind`.
        example: as TOML, empty for sections.
    """

    name: str
    meaning: str
    keys: tuple[Key, ...]
    example: str = ""


def sections() -> tuple[TableOfKeys, ...]:
    """The keys of the whole file, and of its tables without kinds."""
    schema = json_schema()
    definitions = schema["$defs"]
    tables = [TableOfKeys("", schema["description"], _keys(schema, schema, ""))]
    for name, key in (
        ("particle", "Particle"), ("accuracy", "Accuracy"), ("grid", "GridTable"), ("run", "Run"), ("absorber", "Absorber"),
        ("walls", "Walls"), ("axis", "Axis"), ("expect", "Expected"), ("design", "DesignTable"), ("design.vary", "Band"), ("design.want", "Wanted"),
    ):  # fmt: skip
        if key in definitions:
            doc = inspect.getdoc(_CLASSES[key]) or "" if key in _CLASSES else ""
            tables.append(
                TableOfKeys(name, definitions[key].get("description", ""), _keys(definitions[key], schema, doc))
            )
    return tuple(tables)


def kinds(table: str) -> tuple[TableOfKeys, ...]:
    """The kinds of a table of the file: ``kinds("potential")``."""
    schema = json_schema()
    base = next(base for base in FAMILIES.members if base.__name__ == FAMILY_OF[table])
    tables = []
    for cls in FAMILIES.members[base]:
        definition = schema["$defs"].get(cls.__name__) or FAMILIES.tables[kind_of(cls)].model_json_schema()
        keys = _keys(definition, schema, inspect.getdoc(cls) or "")
        tables.append(
            TableOfKeys(kind_of(cls), definition.get("description", ""), keys, example_text(table, kind_of(cls)))
        )
    return tuple(tables)


def example_text(table: str, kind: str) -> str:
    """An example in the form of a file."""
    content = {"kind": kind, **examples()[table][kind]}
    nested = {
        "measure": {"measure": {"name": content}},
        "region": {"measure": {"name": {"kind": "probability_in", "region": content}}},
    }
    return written(nested.get(table, {table: content})).strip()


def _keys(definition: dict[str, Any], schema: dict[str, Any], doc: str) -> tuple[Key, ...]:
    meanings = _meanings(doc) if definition is not schema else _MEANINGS
    required = definition.get("required", [])
    return tuple(
        Key(
            name,
            _holds(rule, schema),
            "" if name in required else _default(rule.get("default")),
            meanings.get(name) or _meaning_of_table(rule, schema),
        )
        for name, rule in definition["properties"].items()
        if name != "kind"
    )


def _meaning_of_table(rule: dict[str, Any], schema: dict[str, Any]) -> str:
    """Description of the table that a rule refers to, if it refers to one."""
    references = [part["$ref"] for part in (rule, *rule.get("anyOf", ())) if "$ref" in part]
    if len(references) != 1:
        return ""
    return schema["$defs"][references[0].rpartition("/")[2]].get("description", "")


def _default(value: Any) -> str:
    if value is None or value in ({}, [], ""):
        return "none"
    if isinstance(value, dict):
        return ", ".join(f"{key} = {inner}" for key, inner in value.items() if inner is not None)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _holds(rule: dict[str, Any], schema: dict[str, Any]) -> str:
    """Allowed values of a rule of the schema, in words."""
    if "description" in rule and "properties" not in rule:
        return rule["description"].removesuffix("; a plain number in natural units")
    if "const" in rule:
        return f'"{rule["const"]}"' if isinstance(rule["const"], str) else str(rule["const"])
    if "$ref" in rule:
        return "a table"
    parts = rule.get("anyOf") or rule.get("oneOf")
    if parts:
        if all("$ref" in part for part in parts):
            return "a table with its kind"
        words = dict.fromkeys(_holds(part, schema) for part in parts if part.get("type") != "null")
        return " or ".join(words)
    if rule.get("type") == "array":
        inner = rule.get("prefixItems")
        if inner:
            return f"[{', '.join(_holds(part, schema) for part in inner)}]"
        items = _holds(rule.get("items", {}), schema)
        return f"a list, each {items}" if items else "a list"
    if rule.get("type") == "object":
        items = _holds(rule.get("additionalProperties", {}) or {}, schema)
        return f"a table of names, each {items}" if items else "a table"
    words = {"number": "a plain number", "integer": "a whole number", "string": "text", "boolean": "true or false"}
    return words.get(str(rule.get("type")), "")


def _meanings(doc: str) -> dict[str, str]:
    """Explanations of arguments from the section Args of a docstring."""
    _, _, text = doc.partition("Args:\n")
    text = re.split(r"\n\n(?=[A-Z])", text)[0]
    meanings: dict[str, str] = {}
    for names, words in _ARGUMENT.findall(text):
        for name in names.split(", "):
            meanings[name] = " ".join(words.split())
    return meanings
