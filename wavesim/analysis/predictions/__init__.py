"""Theory for a problem: transmission, doublets, levels, the leak of an absorber."""

from ._absorber_echo import echo_amplitude as echo_amplitude, echo_of_all as echo_of_all
from ._absorber_leak import absorber_leak as absorber_leak, packet_leak as packet_leak
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
from ._forbidden import (
    Forbidden as Forbidden,
    energy_density as energy_density,
    forbidden_region as forbidden_region,
    stationary_wave as stationary_wave,
)
from ._levels import level_theories as level_theories
from ._lines import (
    Line as Line,
    crossing as crossing,
    crossings as crossings,
    extremes as extremes,
    extremum as extremum,
    sampled as sampled,
)
from ._mass_structures import by_scattering_matrices as by_scattering_matrices, cells_of as cells_of
from ._motion import motion_at as motion_at, motion_theories as motion_theories
from ._packet import Shares as Shares, packet_theories as packet_theories, shares_of as shares_of
from ._plane_waves import (
    PlaneWaves as PlaneWaves,
    Route as Route,
    by_cells as by_cells,
    by_closed_form as by_closed_form,
    independent_routes as independent_routes,
    scattering_problem as scattering_problem,
    threshold as threshold,
    wave_room as wave_room,
)
from ._resonances import poles_of as poles_of, resonance_marks as resonance_marks, resonances_of as resonances_of
from ._start import start_in_words as start_in_words
from ._terrain import gaussians_of as gaussians_of, terrain_of as terrain_of
from ._transmission import (
    BELOW_TOP as BELOW_TOP,
    TransmissionOf as TransmissionOf,
    along_first_axis as along_first_axis,
    approximate_transmissions as approximate_transmissions,
    average as average,
    closed_form as closed_form,
    moves_right as moves_right,
    scattering_transmission as scattering_transmission,
    single_top as single_top,
    transmission_theories as transmission_theories,
)
