"""``wavesim new``: a new commented scenario file."""

from __future__ import annotations

from pathlib import Path

from ..._text import clean
from ...errors import ScenarioError


def new_file(kind: str, out: Path | None) -> str:
    """Write a commented scenario of a kind; an existing file is not overwritten.

    Raises:
        ScenarioError: if there is no such kind, the file exists, or cannot be written.
    """
    from ...scenario import starter

    target = Path(f"{kind}.toml") if out is None else out
    text = starter(kind)
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise ScenarioError(f"{clean(str(target))} exists already; choose another name with --out.") from None
    except OSError as error:
        raise ScenarioError(
            f"{clean(str(target))} cannot be written: {error.strerror}; choose another with --out."
        ) from None
    return f"written to {clean(str(target))}; run it: wavesim run {clean(str(target))}"
