"""Closed forms between walls and on rings, numpy and scipy alone; SI where a function has a mass in kilograms."""

from __future__ import annotations

import numpy as np
from scipy import constants as si
from scipy.special import mathieu_a


def box_position(center: float, width: float, momentum: float, length: float, time: float) -> float:
    """<x> between walls at +-length/2 after a time, hbar = m = 1: the packet in sines by sums over points, each turned by its own energy."""
    x = np.linspace(-length / 2, length / 2, 20_001)
    k = np.arange(1, 201) * np.pi / length
    sines = np.sqrt(2 / length) * np.sin(k[:, None] * (x + length / 2))
    psi = np.exp(-(((x - center) / width) ** 2) / 4 + 1j * momentum * x)
    parts = sines @ psi * np.exp(-0.5j * k**2 * time)
    density = np.abs(parts @ sines) ** 2
    return float(np.sum(x * density) / np.sum(density))


def bouncer(kilograms: float, slope: float) -> float:
    """The lowest level above a mirror, eV: z (F^2 hbar^2/2 m)^(1/3) with the first zero of Ai, F in eV/m."""
    return 2.338107410459767 * (slope**2 * si.hbar**2 / (2 * kilograms * si.e)) ** (1 / 3)


def methyl_ground(barrier: float, inertia: float) -> float:
    """The lowest level, meV, of B p^2 + V/2 (1 - cos 3 phi), B = hbar^2/2I: with z = 3 phi/2 the characteristic value a_0(q), q = V/(9 B)."""
    b = 1e3 * si.hbar**2 / (2 * inertia * si.e)
    return barrier / 2 + 9 * b / 4 * float(mathieu_a(0, barrier / (9 * b)))
