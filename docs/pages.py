"""The generated pages of the manual: the reference of the scenario format from the schema, that of Python from the docstrings."""

from __future__ import annotations

import importlib
import inspect
import re
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import wavesim
from wavesim.scenario import FAMILY_OF, QUANTITIES, TableOfKeys, kinds, sections
from wavesim.schemes import SCHEMES

_HEADS = {
    "potential": ("Potentials", "`[potential]` says what acts on the particle."),
    "state": ("States", "`[state]` is psi at time 0."),
    "find": ("Questions", "`[find]` asks for something else than what the problem suggests."),
    "measure": (
        "Observables",
        "`[measure]` records further numbers along the way, each under a name of its own. Where nothing is absorbed, the report gives the last value of each real one with its error bar; "
        "what is left in the box beside an absorber depends on the box, and is in `result.nc` alone.",
    ),
    "region": ("Regions", "A region stands inside of an observable: where probability is counted."),
}
_SECTIONS = re.compile(r"^(Args|Attributes|Returns|Raises|Yields|Example|Examples|Source|Note):\s*$")
_ENTRY = re.compile(r"^(\*{0,2}[\w, .]+?)(?: \([^)]*\))?: (.*)$")


def format_page() -> str:
    """Every table, kind, key, unit and default of a scenario file, with one example of each kind."""
    whole, *tables = sections()
    parts = [
        "# The scenario format",
        'Generated from the schema that checks your files. A number with a dimension is text with its unit, `"0.30 eV"`; '
        'under `units = "natural"` (hbar = m = 1) it is a plain number. [Units](../conventions.md) lists the conventions.',
        "## The file",
        _key_table(whole),
    ]
    for table in tables:
        parts += [f"## `[{table.name}]`", _prose(table.meaning), _key_table(table)]
        if table.name == "run":
            parts.append(
                f"`scheme` is one of {', '.join(f'`{name}`' for name in (*SCHEMES, 'chebyshev', 'spectral'))}."
            )
        if table.name == "expect":
            names = [name for name in QUANTITIES if not re.search(r"_\d+$", name)]
            parts.append(
                f"Its keys are the names of numbers: {', '.join(f'`{name}`' for name in names)}, and numbered ones such as `level_3`; and the names under `[measure]`."
            )
    for family in FAMILY_OF:
        title, meaning = _HEADS[family]
        parts += [f"## {title}", meaning]
        for kind in kinds(family):
            parts += [f"### `{kind.name}`", _prose(kind.meaning), _key_table(kind), f"```toml\n{kind.example}\n```"]
    return "\n\n".join(part for part in parts if part) + "\n"


def python_pages() -> dict[str, str]:
    """A page for the names at the top of wavesim, and one for each of its rooms, by the name of the file."""
    top = [name for name in wavesim.__all__ if not inspect.ismodule(getattr(wavesim, name))]
    rooms = [name for name in wavesim.__all__ if inspect.ismodule(getattr(wavesim, name)) and name != "explorer"]
    pages = {"wavesim": _page("wavesim", wavesim, top)}
    for room in rooms:
        module = importlib.import_module(f"wavesim.{room}")
        names = [name for name in dir(module) if not name.startswith("_") and _is_documented(getattr(module, name))]
        pages[room] = _page(f"wavesim.{room}", module, sorted(names))
    return pages


def write_pages(folder: Path) -> None:
    """Write the generated pages into a folder."""
    folder.mkdir(exist_ok=True)
    (folder / "format.md").write_text(format_page(), encoding="utf-8")
    pages = python_pages()
    for name, text in pages.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    listed = "\n".join(pages)
    (folder / "python.md").write_text(
        f"# Python\n\nEvery public name, from its docstring. Begin with {{doc}}`wavesim`.\n\n```{{toctree}}\n{listed}\n```\n",
        encoding="utf-8",
    )


def _key_table(table: TableOfKeys) -> str:
    if not table.keys:
        return "It has no keys of its own."
    rows = ["| key | holds | if left out | meaning |", "|---|---|---|---|"]
    for key in table.keys:
        cells = (key.holds, key.default or "must be given", key.meaning)
        rows.append(f"| `{key.name}` | {' | '.join(_prose(cell).replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join(rows)


def _is_documented(value: Any) -> bool:
    home = getattr(value, "__module__", "") or ""
    return (inspect.isclass(value) or inspect.isfunction(value)) and home.startswith("wavesim") and bool(value.__doc__)


def _page(title: str, module: Any, names: list[str]) -> str:
    parts = [f"# {title}", _docstring(inspect.getdoc(module) or "")]
    for name in names:
        value = getattr(module, name)
        parts += [f"## {name}", f"```python\n{_signature(name, value)}\n```", _docstring(inspect.getdoc(value) or "")]
        if inspect.isclass(value):
            parts += _members(value)
    return "\n\n".join(part for part in parts if part) + "\n"


def _members(cls: type) -> list[str]:
    found = []
    for name, value in vars(cls).items():
        if name.startswith("_"):
            continue
        plain: Callable[..., Any] | None = (
            value.fget if isinstance(value, property) else getattr(value, "__func__", value)
        )
        doc = inspect.getdoc(plain) if plain is not None and inspect.isfunction(plain) else None
        if doc:
            head = name if isinstance(value, property) else _signature(name, plain)
            found += [f"### {cls.__name__}.{name}", f"```python\n{head}\n```", _docstring(doc)]
    return found


def _signature(name: str, value: Any) -> str:
    try:
        text = str(inspect.signature(value))
    except (TypeError, ValueError):
        return name
    text = re.sub(r"<[^<>]*>", "...", text.replace("'", ""))
    line = f"{name}{text}"
    if len(line) <= 100:
        return line
    arguments = "".join(f"    {argument},\n" for argument in _split(text))
    return f"{name}(\n{arguments})"


def _split(signature: str) -> list[str]:
    """The arguments of a signature, parted at the commas outside of brackets."""
    inner, depth, parts = signature[1 : signature.rindex(")")], 0, [""]
    for char in inner:
        depth += char in "([{"
        depth -= char in ")]}"
        if char == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return [part.strip() for part in parts]


def _docstring(doc: str) -> str:
    """A docstring in Google style as Markdown."""
    parts: list[str] = []
    paragraph: list[str] = []
    entries = False

    def close() -> None:
        if paragraph:
            parts.append("\n".join(paragraph))
            paragraph.clear()

    for line in doc.splitlines():
        section = _SECTIONS.match(line)
        if section:
            close()
            parts.append(f"**{section[1]}**")
            entries = True
        elif not line.strip():
            close()
            entries = entries and False
        elif entries and line.startswith("    ") and not line.startswith("     "):
            close()
            entry = _ENTRY.match(line.strip())
            paragraph.append(f"- `{entry[1].strip()}`: {_prose(entry[2])}" if entry else f"- {_prose(line.strip())}")
        elif entries:
            paragraph.append(f"  {_prose(line.strip())}")
        elif line.startswith("    ") and not paragraph:
            parts.append(f"```python\n{textwrap.dedent(line)}\n```")
        elif line.strip().startswith("* "):
            close()
            paragraph.append(f"- {_prose(line.strip()[2:])}")
        else:
            paragraph.append(_prose(line.strip()))
    close()
    return _joined("\n\n".join(parts))


def _joined(text: str) -> str:
    """Code blocks of several lines, which stand one below the other, as one."""
    return text.replace("\n```\n\n```python\n", "\n")


def _prose(text: str) -> str:
    """Prose of a docstring as Markdown: what is in backquotes is code, all else stands as it is written."""
    pieces = re.split(r"(``[^`]+``|`[^`]+`)", text)
    return "".join(
        f"`{piece.strip('`').strip('.') if piece.startswith('`wavesim') else piece.strip('`')}`"
        if place % 2
        else _escaped(piece)
        for place, piece in enumerate(pieces)
    )


def _escaped(text: str) -> str:
    return re.sub(r"([\\*_<>\[\]{}$#~^])", r"\\\1", text)
