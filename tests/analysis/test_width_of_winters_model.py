"""Widths of a delta before a wall: the closed form holds them to all digits, the bar must hold what elements leave of them.

Set-up: V = G delta(x - a), psi(0) = 0, m = 1; Winter's model.
Formula: k cos(k a) + (2 G - i k) sin(k a) = 0, E = k^2/2, width -2 Im E; by mpmath to 30 digits.
Budget: the bar itself. Elements leave 2e-13 to 9e-13 of the width; a bar of grids that happened to agree held the half of it.
"""

from __future__ import annotations

import math

import mpmath
import pytest

import wavesim as ws


@pytest.mark.parametrize(("strength", "place"), [(3.0, math.pi), (1.0, 2.0), (8.0, 1.0), (20.0, 1.0)])
def test_width_within_its_bar(strength: float, place: float) -> None:
    problem = ws.Problem(ws.potentials.DeltaBarrier(strength, place), ws.states.Trapped(), walls=ws.Walls(left=0.0))
    with mpmath.workdps(30):
        k = mpmath.findroot(
            lambda k: k * mpmath.cos(k * place) + (2 * strength - 1j * k) * mpmath.sin(k * place),
            mpmath.mpmathify(complex(math.pi / place * (1 - 1 / (2 * strength * place + 1)), -0.05)),
        )
        width = float(-(k * k).imag)
    told = ws.certify(problem).quantities["resonance_width"]
    assert abs(told.value - width) < told.error < 1e-11 * width
