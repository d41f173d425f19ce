"""Levels, doublets and motion by theory."""

from ._doublet import (
    Beat as Beat,
    beats as beats,
    dipole_of as dipole_of,
    double_well as double_well,
    driven_wells_of as driven_wells_of,
    few_levels_of as few_levels_of,
    half_length as half_length,
    lowest_doublet as lowest_doublet,
    tunnels as tunnels,
    wkb_gap_of as wkb_gap_of,
)
from ._levels import level_theories as level_theories
from ._levels_of_structures import levels_on_cells as levels_on_cells, levels_on_elements as levels_on_elements
from ._motion import motion_at as motion_at, motion_theories as motion_theories
