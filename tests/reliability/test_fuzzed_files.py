"""Files broken in every way: a sentence or a plan, never another error, never without end."""

from __future__ import annotations

import pytest

from tests.reliability import fuzz_scenarios
from wavesim.errors import WavesimError
from wavesim.scenario import toml

# what is beyond the limits: text, and a word of the sentence
BEYOND = {
    "a hundred thousand dots": ("a." * 100_000 + "b = 1", "more dots"),
    "dots in quotation marks": ('"a".' * 30 + "b = 1", "more dots"),
    "deep lists": ("a = " + "[" * 5000 + "]" * 5000, "at most 40 deep"),
    "deep tables": ("a = " + "{b = " * 100 + "1" + "}" * 100, "at most 40 deep"),
    "a large file": ("# " + "x" * 1_000_000, "at most 1,000,000 characters"),
    "thousands of digits": ("a = " + "9" * 5000, "is not valid TOML"),
    "a huge number": ("a = 0x" + "f" * 900, "below 2**63"),
    "a key that acts": ('"\\u001b[31mred" = 1', "that can be printed"),
    "a key that lies": ('"one\\nwavesim: two" = 1', "that can be printed"),
    "a long key": ("k" * 300 + " = 1", "at most 200 characters"),
}  # fmt: skip


def test_fuzzed_files() -> None:
    """300 files, a fifth of them planned; the long form plans all: ``python -m tests.reliability.fuzz_scenarios 10000``."""
    found = fuzz_scenarios.trials(0, 300, every=5)
    assert fuzz_scenarios.bad(found) == []
    # a harness that breaks everything, or nothing, would tell little
    assert found["refused"] > 100 and found["planned"] > 3 and found["understood"] > 10


@pytest.mark.parametrize("case", BEYOND)
def test_limits_are_counted_before_anything_is_parsed(case: str) -> None:
    text, words = BEYOND[case]
    with pytest.raises(WavesimError, match=words.replace("**", r"\*\*")) as refused:
        toml(text, "bad")
    assert len(str(refused.value)) < 600 and str(refused.value).isprintable()


@pytest.mark.parametrize(
    "text", ['a = "[[[[" # ]]]]\n' * 60, "x = [1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5, 0.5, 1.5, 2.5]\n" * 5]
)
def test_what_only_looks_deep_is_read(text: str) -> None:
    lines = [f"k{place}{line[1:]}" for place, line in enumerate(text.splitlines())]
    assert len(toml("\n".join(lines), "good")) == len(lines)
