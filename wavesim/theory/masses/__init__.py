"""Scattering, bound levels and tunneling times for a position-dependent mass."""

from ._mass_cells import MassCells as MassCells, mass_cells as mass_cells
from ._mass_elements import MassElementLevels as MassElementLevels, mass_element_levels as mass_element_levels
from ._mass_levels import mass_levels as mass_levels, nodes_below as nodes_below
from ._mass_scattering import (
    MassWaves as MassWaves,
    WaveDerivatives as WaveDerivatives,
    incoming_amplitude as incoming_amplitude,
    mass_waves as mass_waves,
    wave_derivatives as wave_derivatives,
    wave_error as wave_error,
)
from ._parity import ParityAmplitudes as ParityAmplitudes, parity_amplitudes as parity_amplitudes
from ._times import TunnelingTimes as TunnelingTimes, hartman_time as hartman_time, tunneling_times as tunneling_times
