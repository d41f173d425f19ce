"""TOML with limits: the size, depth and dots of a file are checked before it is parsed."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from ..._text import brief, brief_text, clean, first_line, printable
from ...errors import ScenarioError

# largest number of characters; the largest shipped file has some thousand
LARGEST = 1_000_000
# largest depth of brackets, with which the parser's stack grows, and its time quadratically
_DEEPEST = 40
# largest number of parts of a dotted key, with which the parser's time grows quadratically
_MOST_DOTS = 20
# characters of a key
_LONGEST_KEY = 200
_LARGEST_INT = 2**63
# strings of all four kinds, and comments
_QUOTED = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|#[^\n]*', re.DOTALL
)
_BRACKETS = re.compile(r"[\[\]{}]")
_DOTTED = re.compile(rf"(?<![\w-])(?:[\w-]+[ \t]*\.[ \t]*){{{_MOST_DOTS}}}")
# characters of a line that are searched: a pattern's time grows with their square
_WRITTEN = 300
_AT_LINE = re.compile(r"at line (\d+)")
# a line with a key, or the header of a table
_KEY = re.compile(
    r"\s*(?:\[{1,2}([^\[\]\n]+)\]{1,2}|((?:[\w-]+|\"[^\"\n]*\"|'[^'\n]*')(?:[ \t]*\.[^=\n\[{]+)?)[ \t]*=)"
)
_TWICE = re.compile(r"Cannot overwrite a value|Cannot declare .* twice|Duplicate inline table key '(.*)'")
_UNQUOTED = re.compile(
    r"([\w.-]+)\s*=\s*([-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*([A-Za-z%\u00b5\u03bc\u00c5\u00b0][\w/^*. ]*?)\s*(?:[,}#]|$)"
)


class NoToml(ScenarioError):
    """The error for text that is not TOML."""


def toml(text: str, name: str) -> dict[str, Any]:
    """The content of a TOML file.

    Args:
        text: text of the file.
        name: its name, for messages.

    Raises:
        ScenarioError: if it is not TOML, or beyond the limits.
    """
    name = clean(name)
    if len(text) > LARGEST:
        raise ScenarioError(
            f"{name} must have at most {LARGEST:,} characters, but has {len(text):,}; is it a scenario?"
        )
    # a quoted key counts as a part of a dotted one
    bare = _QUOTED.sub(lambda match: "" if match[0].startswith("#") else "s", text)
    if _depth(bare) > _DEEPEST:
        raise ScenarioError(
            f"{name} must be nested at most {_DEEPEST} deep, but has more brackets inside brackets; flatten it."
        )
    if _DOTTED.search(bare):
        raise ScenarioError(f"{name} must have keys of at most {_MOST_DOTS} parts, but one has more dots; shorten it.")
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # a TOMLDecodeError, or a number of thousands of digits
        reason = _twice(text, str(error)) or f"{first_line(error).removesuffix('.')}{_cure(text, str(error))}"
        raise NoToml(f"{name} is not valid TOML: {reason}.") from None
    _check(content, name, "")
    return content


def _twice(text: str, error: str) -> str:
    """Message on a key that is given twice; "" for other errors."""
    if (match := _TWICE.search(error)) is None:
        return ""
    # the error is at the end of the value: its key may be lines above, but not inside a text of several lines
    lines = _QUOTED.sub(lambda quoted: "\n" * quoted[0].count("\n") or quoted[0], text).splitlines()
    place = _AT_LINE.search(error)
    last = int(place[1]) if place else len(lines)
    keys = ((at, _KEY.match(lines[at - 1][:_WRITTEN])) for at in range(min(last, len(lines)), 0, -1))
    at, header = next(((at, key) for at, key in keys if key), (last, None))
    if match[1] is not None:
        return f"{brief_text(clean(match[1]))} stands twice in braces, at line {last}; leave one of them out"
    if header is None:
        return ""
    key = f"the table {header[0].strip()}" if header[1] else header[2].strip()
    return f"{brief_text(clean(key))} stands twice, the second time at line {at}; leave one of them out"


def _cure(text: str, error: str) -> str:
    """Advice for a quantity without quotation marks, or an open quotation mark, at the place of an error."""
    place, lines = _AT_LINE.search(error), text.splitlines()
    line = lines[int(place[1]) - 1][:_WRITTEN] if place and int(place[1]) <= len(lines) else ""
    if "Illegal character '\\n'" in error:
        return f"; close the quotation mark that opens in {brief(line.strip())}"
    bare = _UNQUOTED.search(line)
    return (
        "" if bare is None else f'; a quantity with a unit stands in quotation marks: {bare[1]} = "{bare[2]} {bare[3]}"'
    )


def _depth(bare: str) -> int:
    depth = deepest = 0
    for match in _BRACKETS.finditer(bare):
        depth = depth + 1 if match[0] in "[{" else max(depth - 1, 0)
        deepest = max(deepest, depth)
    return deepest


def _check(node: Any, name: str, path: str) -> None:
    """Refuse keys and numbers that TOML allows and a scenario does not.

    Raises:
        ScenarioError: if a key cannot be printed, or a whole number does not fit into 64 bits.
    """
    if isinstance(node, dict):
        for key, value in node.items():
            if len(key) > _LONGEST_KEY or not printable(key):
                raise ScenarioError(
                    f"{name} must have keys of at most {_LONGEST_KEY} characters that can be printed, but has {brief(key)}; rename it."
                )
            _check(value, name, f"{path}.{key}" if path else key)
    elif isinstance(node, list):
        for place, value in enumerate(node):
            _check(value, name, f"{path}.{place}")
    elif isinstance(node, int) and abs(node) >= _LARGEST_INT:
        raise ScenarioError(
            f"{path or name}: must be below 2**63, but is {brief(node)}; write it with its unit, or as 1e30."
        )
