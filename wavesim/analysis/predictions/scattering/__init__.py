"""Transmission by theory: plane waves, packets, resonances, lines."""

from ._forbidden import (
    Forbidden as Forbidden,
    energy_density as energy_density,
    forbidden_region as forbidden_region,
    incoming_level as incoming_level,
)
from ._lines import (
    Line as Line,
    crossing as crossing,
    crossings as crossings,
    extremes as extremes,
    extremum as extremum,
    sampled as sampled,
)
from ._mass_structures import by_scattering_matrices as by_scattering_matrices, cells_of as cells_of
from ._packet import Shares as Shares, packet_theories as packet_theories, shares_of as shares_of
from ._passage import Passage as Passage, passage_of as passage_of
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
    barrier_top as barrier_top,
    closed_form as closed_form,
    moves_right as moves_right,
    scattering_transmission as scattering_transmission,
    single_top as single_top,
    transmission_theories as transmission_theories,
)
