"""Scenario files: physics in TOML, checked against the classes that are built from it.

Names are imported when they are first used: ``wavesim list`` needs no jax.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from .. import _face

if TYPE_CHECKING:
    from ._build import (
        Expectation as Expectation,
        Scenario as Scenario,
        load_scenario as load_scenario,
        predicted_names as predicted_names,
        read_scenario as read_scenario,
    )
    from ._changes import Change as Change, folder_name as folder_name
    from ._design_file import DesignFile as DesignFile, load_design as load_design
    from .schema._dimensions import dimension_of_path as dimension_of_path
    from .schema._fields import kind_of as kind_of, quantity_value as quantity_value
    from .schema._quantities import QUANTITIES as QUANTITIES
    from .schema._reference import (
        FAMILY_OF as FAMILY_OF,
        TableOfKeys as TableOfKeys,
        kinds as kinds,
        sections as sections,
    )
    from .schema._schema import json_schema as json_schema
    from .schema._starter import starter as starter
    from .schema._uncertain import are_uncertain as are_uncertain
    from .sweep_files import (
        MOST_ROWS as MOST_ROWS,
        SweepAxis as SweepAxis,
        axes_of as axes_of,
        parse_sweep as parse_sweep,
        refuse_too_many as refuse_too_many,
        sample_values as sample_values,
        unknown as unknown,
        varied as varied,
    )
    from .text import (
        assign as assign,
        assign_value as assign_value,
        assignment_of as assignment_of,
        canonical as canonical,
        examples as examples,
        find_design as find_design,
        find_scenario as find_scenario,
        find_sweep as find_sweep,
        fingerprint as fingerprint,
        shipped as shipped,
        shipped_designs as shipped_designs,
        shipped_sweeps as shipped_sweeps,
        text_of as text_of,
        toml as toml,
        written as written,
    )

_HOMES = {
    "Expectation": "_build", "Scenario": "_build", "load_scenario": "_build", "predicted_names": "_build", "read_scenario": "_build",
    "DesignFile": "_design_file", "load_design": "_design_file", "find_design": "text._library", "shipped_designs": "text._library",
    "find_scenario": "text._library", "find_sweep": "text._library", "shipped": "text._library", "shipped_sweeps": "text._library",
    "fingerprint": "text._library", "assign": "text._paths", "QUANTITIES": "schema._quantities", "json_schema": "schema._schema",
    "FAMILY_OF": "schema._reference", "TableOfKeys": "schema._reference", "examples": "text._library", "kinds": "schema._reference", "sections": "schema._reference", "starter": "schema._starter", "Change": "_changes", "folder_name": "_changes", "kind_of": "schema._fields", "quantity_value": "schema._fields", "dimension_of_path": "schema._dimensions", "canonical": "text._library", "assign_value": "text._paths", "assignment_of": "text._paths", "SweepAxis": "sweep_files._sweep_axes", "axes_of": "sweep_files._sweep_axes", "parse_sweep": "sweep_files._sweep_grammar", "unknown": "sweep_files._sweep_grammar", "refuse_too_many": "sweep_files._sweep_values", "MOST_ROWS": "sweep_files._sweep_values", "toml": "text._toml", "written": "text._writer", "text_of": "text._library", "sample_values": "sweep_files._sweep_values", "varied": "sweep_files._vary", "are_uncertain": "schema._uncertain",
}  # fmt: skip


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'wavesim.scenario' has no attribute {name!r}")
    return getattr(importlib.import_module(f"wavesim.scenario.{_HOMES[name]}"), name)


_face.listed(globals(), _HOMES)
