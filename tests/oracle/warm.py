"""Atoms found in the left of two wells at a temperature, in a basis of oscillator functions."""

from __future__ import annotations

import numpy as np
from scipy import constants as si

from .closed import Oscillator


def right_population(barrier: float, half: float, kilograms: float, nanokelvin: float, milliseconds: float) -> float:
    """1 - sum sqrt(w_i w_j) L_ij^2 cos((E_i - E_j) t/hbar)/sum w_n L_nn; the barrier in kHz, the half distance in um, L the overlaps on the left.

    Levels up to 23 kT at 100 nK: twice as many functions as the 70 states that are summed hold them to 1e-10.
    """
    count = 70
    # hbar^2/(2 m) in kHz um^2
    well = Oscillator(barrier, half, c=si.h / (8 * np.pi**2 * kilograms) * 1e9, scale=0.25 * half, size=140)
    energies, left = well.energies[:count], well.left_overlaps(count)
    kt = si.k * nanokelvin * 1e-9 / si.h / 1e3
    weights = np.exp(-(energies - energies[0]) / kt)
    turned = np.cos(2 * np.pi * np.subtract.outer(energies, energies) * milliseconds)
    together = np.sqrt(np.outer(weights, weights)) * left**2
    return float(1 - np.sum(together * turned) / (weights @ np.diag(left)))
