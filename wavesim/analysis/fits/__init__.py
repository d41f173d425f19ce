"""Fits of records: decays, oscillations, spectral lines, peaks."""

from ._decay import DecayFit as DecayFit, fit_decay as fit_decay
from ._oscillation import Oscillation as Oscillation, fit_oscillation as fit_oscillation
from ._peaks import Peak as Peak, nearest as nearest, peaks_of as peaks_of
from ._pencil import Modes as Modes, matrix_pencil as matrix_pencil
