"""Bound levels on each kind of axis, and the levels of two wells."""

from ._element_levels import element_levels as element_levels, solved_levels as solved_levels
from ._level_mesh import (
    DEGREE as DEGREE,
    TAIL as TAIL,
    Outlook as Outlook,
    Profile as Profile,
    meshed as meshed,
    strengths_at as strengths_at,
)
from ._level_slopes import LevelSlopes as LevelSlopes, levels_with_slopes as levels_with_slopes
from ._levels import Levels as Levels
from ._planar_levels import GridStates as GridStates, PlanarStates as PlanarStates, planar_states as planar_states
from ._planar_wells import (
    PlanarWellLevels as PlanarWellLevels,
    left_shares as left_shares,
    planar_doublet as planar_doublet,
    planar_wells as planar_wells,
)
from ._split_levels import (
    beating_report as beating_report,
    counted_gap as counted_gap,
    gap_of as gap_of,
    gap_theories as gap_theories,
    split_report as split_report,
)
from ._well_levels import (
    WellLevels as WellLevels,
    level_sum as level_sum,
    on_points as on_points,
    signs as signs,
    well_levels as well_levels,
)
from ._wells import beats_of as beats_of, localized as localized, lowest_two as lowest_two, two_wells as two_wells
