"""Scenario files: physics written down in TOML, checked against the classes it becomes.

Names are imported when they are first used: finding a file, as ``wavesim list`` does, needs no jax.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._build import (
        Expectation as Expectation,
        Scenario as Scenario,
        load_scenario as load_scenario,
        read_scenario as read_scenario,
    )
    from ._changes import Change as Change, folder_name as folder_name
    from ._design_file import DesignFile as DesignFile, load_design as load_design
    from ._dimensions import dimension_of_path as dimension_of_path
    from ._fields import kind_of as kind_of
    from ._library import (
        canonical as canonical,
        find_design as find_design,
        find_scenario as find_scenario,
        find_sweep as find_sweep,
        fingerprint as fingerprint,
        shipped as shipped,
        shipped_designs as shipped_designs,
        shipped_sweeps as shipped_sweeps,
        text_of as text_of,
    )
    from ._paths import assign as assign, assign_value as assign_value, assignment_of as assignment_of
    from ._quantities import QUANTITIES as QUANTITIES
    from ._reference import (
        FAMILY_OF as FAMILY_OF,
        TableOfKeys as TableOfKeys,
        examples as examples,
        kinds as kinds,
        sections as sections,
    )
    from ._schema import json_schema as json_schema
    from ._starter import starter as starter
    from ._sweep_axes import SweepAxis as SweepAxis, axes_of as axes_of
    from ._sweep_grammar import understood as understood, unknown as unknown
    from ._sweep_values import (
        MOST_ROWS as MOST_ROWS,
        refuse_too_many as refuse_too_many,
        sample_values as sample_values,
    )
    from ._toml import toml as toml
    from ._writer import written as written

_HOMES = {
    "Expectation": "_build", "Scenario": "_build", "load_scenario": "_build", "read_scenario": "_build",
    "DesignFile": "_design_file", "load_design": "_design_file", "find_design": "_library", "shipped_designs": "_library",
    "find_scenario": "_library", "find_sweep": "_library", "shipped": "_library", "shipped_sweeps": "_library",
    "fingerprint": "_library", "assign": "_paths", "QUANTITIES": "_quantities", "json_schema": "_schema",
    "FAMILY_OF": "_reference", "TableOfKeys": "_reference", "examples": "_reference", "kinds": "_reference", "sections": "_reference", "starter": "_starter", "Change": "_changes", "folder_name": "_changes", "kind_of": "_fields", "dimension_of_path": "_dimensions", "canonical": "_library", "assign_value": "_paths", "assignment_of": "_paths", "SweepAxis": "_sweep_axes", "axes_of": "_sweep_axes", "understood": "_sweep_grammar", "unknown": "_sweep_grammar", "refuse_too_many": "_sweep_values", "MOST_ROWS": "_sweep_values", "toml": "_toml", "written": "_writer", "text_of": "_library", "sample_values": "_sweep_values",
}  # fmt: skip


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'wavesim.scenario' has no attribute {name!r}")
    return getattr(importlib.import_module(f"wavesim.scenario.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
