"""Bound levels in closed form and by shooting, and the dynamics of two or a few levels."""

from ._bound_levels import bound_levels as bound_levels
from ._box import bouncer_levels as bouncer_levels, box_levels as box_levels, revival_time as revival_time
from ._coulomb import (
    CoulombExit as CoulombExit,
    coulomb_exit as coulomb_exit,
    coulomb_log_transmission as coulomb_log_transmission,
    coulomb_outgoing as coulomb_outgoing,
)
from ._delta_wells import (
    DeltaDoublet as DeltaDoublet,
    critical_separation as critical_separation,
    delta_bond_energy as delta_bond_energy,
    delta_doublet as delta_doublet,
    delta_doublet_states as delta_doublet_states,
    delta_well_energy as delta_well_energy,
    delta_well_state as delta_well_state,
    strong_delta_energy as strong_delta_energy,
    weak_delta_coupling as weak_delta_coupling,
)
from ._few_levels import (
    DrivenWells as DrivenWells,
    FewLevels as FewLevels,
    driven_left_probability as driven_left_probability,
    driven_wells as driven_wells,
    few_levels as few_levels,
    left_probability as left_probability,
    localized_start as localized_start,
)
from ._forced_levels import ForcedLevels as ForcedLevels, forced_levels as forced_levels
from ._harmonic import (
    coherent_state as coherent_state,
    coherent_width as coherent_width,
    harmonic_levels as harmonic_levels,
    harmonic_mean as harmonic_mean,
    harmonic_packet as harmonic_packet,
    harmonic_width as harmonic_width,
)
from ._levels import Doublet as Doublet, Levels as Levels, doublet as doublet, grid_levels as grid_levels
from ._ring import ring_levels as ring_levels
from ._shooting import doublet_by_shooting as doublet_by_shooting, levels_by_shooting as levels_by_shooting
from ._splitting import (
    furry_factor as furry_factor,
    herring_gap as herring_gap,
    instanton_gap as instanton_gap,
    one_well_herring_gap as one_well_herring_gap,
    wkb_gap as wkb_gap,
    wronskian_gap as wronskian_gap,
)
from ._two_level import (
    doublet_population as doublet_population,
    rabi_population as rabi_population,
    rabi_transfer as rabi_transfer,
    right_population as right_population,
    textbook_population as textbook_population,
    transfer_time as transfer_time,
    tunneling_period as tunneling_period,
)
