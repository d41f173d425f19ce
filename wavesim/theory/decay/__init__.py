"""Decay of metastable states: Siegert energies, resonance poles, lifetimes, alpha decay and fusion."""

from ._decay import Resonance as Resonance, resonance as resonance, wkb_lifetime as wkb_lifetime
from ._gamow import (
    alpha_half_life as alpha_half_life,
    gamow_exponent as gamow_exponent,
    gamow_factor as gamow_factor,
    gamow_peak_energy as gamow_peak_energy,
    gamow_window as gamow_window,
    sommerfeld_exponent as sommerfeld_exponent,
)
from ._poles import Pole as Pole, mass_poles as mass_poles, resonance_poles as resonance_poles
from ._resonances import double_rectangular_resonances as double_rectangular_resonances
from ._siegert import OutgoingSlope as OutgoingSlope, outgoing_slope as outgoing_slope, siegert as siegert
