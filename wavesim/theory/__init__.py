"""The independent oracle: what theory says the answer must be, without any of the package's propagation."""

from ._barriers import (
    double_rectangular_transmission as double_rectangular_transmission,
    eckart_transmission as eckart_transmission,
    log_double_rectangular_transmission as log_double_rectangular_transmission,
    log_eckart_transmission as log_eckart_transmission,
    log_rectangular_transmission as log_rectangular_transmission,
    ramsauer_energies as ramsauer_energies,
    rectangular_amplitudes as rectangular_amplitudes,
    rectangular_transmission as rectangular_transmission,
    step_reflection as step_reflection,
    step_transmission as step_transmission,
    thick_barrier_transmission as thick_barrier_transmission,
    thin_barrier_transmission as thin_barrier_transmission,
)
from ._bound_levels import bound_levels as bound_levels
from ._box import bouncer_levels as bouncer_levels, box_levels as box_levels, revival_time as revival_time
from ._channels import channel_momenta as channel_momenta, channel_waves as channel_waves
from ._coulomb import CoulombExit as CoulombExit, coulomb_exit as coulomb_exit, coulomb_outgoing as coulomb_outgoing
from ._currents import (
    Current as Current,
    fermi_energy as fermi_energy,
    fowler_nordheim_current as fowler_nordheim_current,
    supply_function as supply_function,
    tsu_esaki_current as tsu_esaki_current,
)
from ._decay import Resonance as Resonance, resonance as resonance, wkb_lifetime as wkb_lifetime
from ._delta_barriers import (
    delta_amplitudes as delta_amplitudes,
    delta_transmission as delta_transmission,
    double_delta_transmission as double_delta_transmission,
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
from ._driven import (
    destruction_amplitude as destruction_amplitude,
    driven_gap as driven_gap,
    floquet_gap as floquet_gap,
)
from ._ended_motion import ring_motion as ring_motion, walled_motion as walled_motion
from ._few_levels import (
    DrivenWells as DrivenWells,
    FewLevels as FewLevels,
    driven_left_probability as driven_left_probability,
    driven_wells as driven_wells,
    few_levels as few_levels,
    left_probability as left_probability,
    localized_start as localized_start,
)
from ._floquet import floquet_share as floquet_share
from ._forced_levels import ForcedLevels as ForcedLevels, forced_levels as forced_levels
from ._free import (
    free_packet as free_packet,
    free_packet_mean as free_packet_mean,
    free_packet_probability_beyond as free_packet_probability_beyond,
    free_packet_width as free_packet_width,
)
from ._gamow import (
    alpha_half_life as alpha_half_life,
    gamow_exponent as gamow_exponent,
    gamow_factor as gamow_factor,
    gamow_peak_energy as gamow_peak_energy,
    gamow_window as gamow_window,
    sommerfeld_exponent as sommerfeld_exponent,
)
from ._harmonic import (
    coherent_state as coherent_state,
    coherent_width as coherent_width,
    harmonic_levels as harmonic_levels,
    harmonic_mean as harmonic_mean,
    harmonic_packet as harmonic_packet,
    harmonic_width as harmonic_width,
)
from ._levels import Doublet as Doublet, Levels as Levels, doublet as doublet, grid_levels as grid_levels
from ._mass_cells import MassCells as MassCells, mass_cells as mass_cells
from ._mass_levels import mass_levels as mass_levels, nodes_below as nodes_below
from ._mass_scattering import (
    MassWaves as MassWaves,
    WaveDerivatives as WaveDerivatives,
    mass_waves as mass_waves,
    wave_derivatives as wave_derivatives,
    wave_error as wave_error,
)
from ._packet import (
    PacketTransmission as PacketTransmission,
    incoming_probability as incoming_probability,
    packet_transmission as packet_transmission,
    spectrum_transmission as spectrum_transmission,
)
from ._parabolic import (
    log_parabolic_transmission as log_parabolic_transmission,
    parabolic_transmission as parabolic_transmission,
)
from ._poles import Pole as Pole, mass_poles as mass_poles, resonance_poles as resonance_poles
from ._quadratic import QuadraticMotion as QuadraticMotion, quadratic_motion as quadratic_motion
from ._rates import (
    Averaged as Averaged,
    TransmissionTable as TransmissionTable,
    boltzmann_average as boltzmann_average,
    crossover_temperature as crossover_temperature,
    eckart_correction as eckart_correction,
    parabolic_correction as parabolic_correction,
    wigner_correction as wigner_correction,
)
from ._resonances import double_rectangular_resonances as double_rectangular_resonances
from ._ring import ring_levels as ring_levels
from ._scattered_packet import (
    REACH as REACH,
    Gaussian as Gaussian,
    Share as Share,
    reaches as reaches,
    transmitted_share as transmitted_share,
)
from ._scattering import (
    Scattering as Scattering,
    scatter as scatter,
    scatter_terrain as scatter_terrain,
    terrain_transmission as terrain_transmission,
)
from ._scattering_state import scattering_state as scattering_state
from ._shooting import doublet_by_shooting as doublet_by_shooting, levels_by_shooting as levels_by_shooting
from ._siegert import OutgoingSlope as OutgoingSlope, outgoing_slope as outgoing_slope, siegert as siegert
from ._splitting import (
    furry_factor as furry_factor,
    herring_gap as herring_gap,
    instanton_gap as instanton_gap,
    one_well_herring_gap as one_well_herring_gap,
    wkb_gap as wkb_gap,
    wronskian_gap as wronskian_gap,
)
from ._stacked import stacked_transmission as stacked_transmission
from ._terrain import Terrain as Terrain, surveyed as surveyed
from ._times import TunnelingTimes as TunnelingTimes, hartman_time as hartman_time, tunneling_times as tunneling_times
from ._triangular import (
    fowler_nordheim_exponent as fowler_nordheim_exponent,
    fowler_nordheim_transmission as fowler_nordheim_transmission,
    log_triangular_transmission as log_triangular_transmission,
    triangular_transmission as triangular_transmission,
)
from ._turning import turning_points as turning_points
from ._two_level import (
    doublet_population as doublet_population,
    rabi_population as rabi_population,
    rabi_transfer as rabi_transfer,
    right_population as right_population,
    textbook_population as textbook_population,
    transfer_time as transfer_time,
    tunneling_period as tunneling_period,
)
from ._wkb import (
    classical_period as classical_period,
    kemble_exponent as kemble_exponent,
    kemble_transmission as kemble_transmission,
    log_kemble_transmission as log_kemble_transmission,
    log_wkb_transmission as log_wkb_transmission,
    wkb_exponent as wkb_exponent,
    wkb_transmission as wkb_transmission,
)
