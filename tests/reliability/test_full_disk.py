"""A disk that is full while ``run`` writes: the numbers are printed, old files stay, the exit code says that something is missing.

The long form: ``python -m tests.reliability.fill_disk``, or ``... FOLDER`` on a small tmpfs.
"""

from __future__ import annotations

from pathlib import Path

from tests.reliability import fill_disk


def test_a_result_that_does_not_fit(tmp_path: Path) -> None:
    """4 kB hold report.json, but neither result.nc nor summary.png."""
    assert fill_disk.ran(tmp_path, 4_000) == ""
