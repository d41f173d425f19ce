"""What is written as a scenario file reads back as the same content."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from wavesim.errors import ScenarioError
from wavesim.scenario import fingerprint, read_scenario, shipped, shipped_sweeps, toml, written

FILES = {**shipped(), **shipped_sweeps()}
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SCALARS = st.one_of(
    st.booleans(), st.integers(-(2**62), 2**62), st.floats(allow_nan=False), TEXT, st.just('a "b"\n"""c\\d\n')
)
KEYS = st.text(st.characters(categories=["L", "N"], include_characters=" .-_\"'"), min_size=1, max_size=8)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=12
)


@pytest.mark.parametrize("name", FILES)
def test_shipped_files_read_back(name: str) -> None:
    content = toml(FILES[name].read_text(encoding="utf-8"), name)
    text = written(content)
    assert fingerprint(toml(text, name)) == fingerprint(content)
    assert max(map(len, text.splitlines())) < 400


@given(st.dictionaries(KEYS, VALUES, max_size=5))
def test_any_content_reads_back(content: dict[str, Any]) -> None:
    assert toml(written(content), "any") == content


def test_a_written_scenario_is_the_same_scenario() -> None:
    content = toml(shipped()["double_slit"].read_text(encoding="utf-8"), "double_slit")
    assert read_scenario("again", toml(written(content), "again")).hash == read_scenario("double_slit", content).hash


def test_what_no_file_holds_is_refused() -> None:
    with pytest.raises(ScenarioError, match=r"potential\.height: must be text, a number"):
        written({"potential": {"height": None}})
