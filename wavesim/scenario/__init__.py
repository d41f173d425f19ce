"""Scenario files: physics written down in TOML, checked against the classes it becomes.

Names are imported when they are first used: finding a file, as ``wavesim list`` does, needs no jax.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._build import Expectation as Expectation
    from ._build import Scenario as Scenario
    from ._build import load_scenario as load_scenario
    from ._build import read_scenario as read_scenario
    from ._library import find_scenario as find_scenario
    from ._library import find_sweep as find_sweep
    from ._library import fingerprint as fingerprint
    from ._library import shipped as shipped
    from ._library import shipped_sweeps as shipped_sweeps
    from ._paths import assign as assign
    from ._quantities import QUANTITIES as QUANTITIES
    from ._schema import json_schema as json_schema

_HOMES = {
    "Expectation": "_build", "Scenario": "_build", "load_scenario": "_build", "read_scenario": "_build",
    "find_scenario": "_library", "find_sweep": "_library", "shipped": "_library", "shipped_sweeps": "_library",
    "fingerprint": "_library", "assign": "_paths", "QUANTITIES": "_quantities", "json_schema": "_schema",
}  # fmt: skip


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'wavesim.scenario' has no attribute {name!r}")
    return getattr(importlib.import_module(f"wavesim.scenario.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
