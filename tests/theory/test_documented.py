"""docs/physics.md and wavesim.theory name the same functions."""

import re
from pathlib import Path

from wavesim import theory

PAGE = (Path(__file__).parents[2] / "docs" / "physics.md").read_text(encoding="utf-8")


def test_every_function_is_in_the_table_and_every_name_in_the_table_is_a_function() -> None:
    named = set(re.findall(r"`([a-z_0-9]+)`", PAGE))
    functions = {name for name in dir(theory) if name[0].islower() and callable(getattr(theory, name))}
    assert named == functions
