"""One bit of a store or a result flipped: a sentence, or rows that wait, never a wrong number."""

from __future__ import annotations

from pathlib import Path

from tests.reliability import flip_bits


def test_no_flipped_bit_shows_a_wrong_number(tmp_path: Path) -> None:
    """40 flips each; the long form is ``python -m tests.reliability.flip_bits 1000``."""
    found = flip_bits.trials(40, tmp_path)
    for what, counts in found.items():
        assert counts["WRONG"] == 0 and counts.total() == 40, what
    # most of a store is chunks, most of a result is psi: a harness that damages nothing would see neither
    assert found["store"]["rows wait"] > 0 and found["result"]["refused"] > 0
