"""How objects are displayed: one line at a prompt, tables and pictures in a notebook."""

from __future__ import annotations

import base64
import dataclasses
import html
import importlib
import types
from collections.abc import Iterable
from typing import Any

# longest line of an object, in characters
_LONGEST = 280
# longest string shown in full, in characters
_LONGEST_TEXT = 60
# longest list or tuple shown in full
_MOST_ENTRIES = 8


def one_line(self: Any) -> str:
    """A dataclass on one line, under 300 characters: ``RectangularBarrier(height=0.3 * eV, width=1 * nm)``.

    Fields with their default value are left out; of arrays the shape is shown.
    """
    parts = [
        f"{field.name}={short(getattr(self, field.name))}"
        for field in dataclasses.fields(self)
        if field.repr and not _is_default(getattr(self, field.name), field)
    ]
    return line_of(type(self).__name__, *parts)


def line_of(name: str, *parts: str) -> str:
    """``name(part, part)``, truncated if too long."""
    text = ", ".join(parts)
    room = _LONGEST - len(name)
    return f"{name}({text if len(text) <= room else f'{text[:room]} ...'})"


def short(value: Any) -> str:
    """A value as `one_line` shows it."""
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple) and not isinstance(value, type):
        # a scalar of NumPy or JAX reads as a plain number
        return f"<{' x '.join(map(str, shape))} values>" if shape else str(value)
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        return repr(f"{value[:_LONGEST_TEXT]}...")
    if isinstance(value, list | tuple) and len(value) > _MOST_ENTRIES:
        return f"<{len(value)} entries>"
    if isinstance(value, tuple) and type(value) is tuple:
        return f"({', '.join(map(short, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {short(entry)}" for key, entry in value.items()) + "}"
    return repr(value)


def _is_default(value: Any, field: dataclasses.Field[Any]) -> bool:
    if field.default_factory is not dataclasses.MISSING:
        return value == field.default_factory()
    default = field.default
    if value is default:
        return True
    plain = (int, float, str, bool)
    return isinstance(value, plain) and isinstance(default, plain) and value == default


def html_table(rows: Iterable[tuple[str, ...]], head: bool = True) -> str:
    """Rows of text as an HTML table; the first one is its head."""
    lines = []
    for place, row in enumerate(rows):
        cell = "th" if head and place == 0 else "td"
        cells = "".join(f'<{cell} style="text-align:left">{html.escape(text)}</{cell}>' for text in row)
        lines.append(f"<tr>{cells}</tr>")
    return f"<table>{''.join(lines)}</table>"


def html_picture(png: bytes, words: str) -> str:
    """A PNG inside of an HTML page."""
    data = base64.b64encode(png).decode()
    return f'<img width="800" alt="{html.escape(words, quote=True)}" src="data:image/png;base64,{data}">'


def public(space: dict[str, Any]) -> list[str]:
    """The public names defined by a module itself, not imported ones, for its ``__dir__``.

    Args:
        space: the module's ``globals()``.
    """
    package = space["__name__"].partition(".")[0]

    def own(value: Any) -> bool:
        if isinstance(value, type | types.FunctionType):
            return value.__module__ == space["__name__"]
        return not isinstance(value, types.ModuleType) and type(value).__module__.partition(".")[0] in (
            package,
            "builtins",
        )

    return sorted(name for name, value in space.items() if not name.startswith("_") and own(value))


def listed(space: dict[str, Any], lazy: Iterable[str] = ()) -> None:
    """Set ``__all__`` and ``__dir__`` of a package: without ``__all__``, `help` shows no class that another module defines.

    Type checkers do not read it: they take the public names from ``import x as x``.

    Args:
        space: the package's ``globals()``, after all its imports.
        lazy: names that its ``__getattr__`` imports on first use; by default all that the package has imported.
    """
    loaded = [
        name for name, value in space.items() if not name.startswith("_") and not isinstance(value, types.ModuleType)
    ]
    names = sorted(lazy or loaded)
    space["__all__"] = names
    space["__dir__"] = lambda: names


def above(room: str) -> Any:
    """A package of a higher layer, for methods that delegate to it: ``result.plot()`` is drawn by ``wavesim.viz``.

    It is imported by name on use: a plain import would point upwards, and load Matplotlib or xarray for mere computations.
    """
    return importlib.import_module(f"wavesim.{room}")
