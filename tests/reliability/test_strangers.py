"""Files that mean harm: refused in a sentence, nothing in them executed."""

from __future__ import annotations

from pathlib import Path

from tests.reliability import strangers


def test_strangers(tmp_path: Path) -> None:
    """58 stores, results and formulas, each with its digest made anew, as whoever means harm would."""
    assert strangers.trouble(tmp_path) == []
