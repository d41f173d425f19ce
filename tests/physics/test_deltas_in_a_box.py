"""A delta between two walls, and on a ring: motion of a packet against the exact eigenstates.

Set-up: m = 1, V = s delta(x) with s = 0.95; a packet of width 0.7 and momentum 1.2 starts at -2.5 between walls at -6 and 6, or on a ring of length
12, and is followed for a time of 3.
Formula: states that vanish at x = 0, sin(n pi x/a), know nothing of the delta; the others bend there by 2 s psi(0): sin(k (a - abs(x))) with
k cos(k a) + s sin(k a) = 0 between walls, cos(k (a - abs(x))) with k sin(k a) = s cos(k a) on the ring, a = 6. The energy is that of the start,
int abs(psi')^2/2 dx + s abs(psi(0))^2.
Budget: the bars of a run to 1e-4; 300 states of each kind leave 1e-9.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from scipy.optimize import brentq

import wavesim as ws

HALF, STRENGTH, CENTER, WIDTH, MOMENTUM, DURATION = 6.0, 0.95, -2.5, 0.7, 1.2, 3.0
STATES = 300
LINE = ws.Problem(
    ws.potentials.DeltaBarrier(STRENGTH),
    ws.states.GaussianPacket(center=CENTER, width=WIDTH, momentum=MOMENTUM),
    duration=DURATION,
    measure={"right": ws.observables.ProbabilityIn(ws.Between(0.5, 3.0))},
)
WALLS = dataclasses.replace(LINE, walls=ws.Walls(-HALF, HALF))
RING = dataclasses.replace(LINE, axis=ws.Axis(period=2 * HALF))


def packet(x: np.ndarray) -> np.ndarray:
    return np.exp(-(((x - CENTER) / WIDTH) ** 2) / 4 + 1j * MOMENTUM * x)


def roots(condition: Callable[[float], float]) -> list[float]:
    """One in each half wave."""
    steps = np.pi / HALF * np.array([0.5, 1.0])
    ends = [np.concatenate([[1e-9], steps + n * np.pi / HALF]) for n in range(STATES)]
    found = []
    for some in ends:
        low = some[1] - np.pi / HALF / 2 + 1e-9
        pairs = [(low, some[1]), (some[1], some[2])]
        found += [
            float(np.asarray(brentq(condition, *pair, xtol=1e-15)))
            for pair in pairs
            if condition(pair[0]) * condition(pair[1]) < 0
        ]
    return found


def exact(problem: ws.Problem) -> dict[str, float]:
    nodes, weights = np.polynomial.legendre.leggauss(1200)
    ends = (-HALF, 0.0, 0.5, 3.0, HALF)
    x = np.concatenate([(a + b) / 2 + (b - a) / 2 * nodes for a, b in zip(ends, ends[1:], strict=False)])
    dx = np.concatenate([(b - a) / 2 * weights for a, b in zip(ends, ends[1:], strict=False)])
    bent = HALF - np.abs(x)
    waves = [np.sin(n * np.pi * x / HALF) for n in range(1, STATES + 1)]
    if problem.walls is not None:
        images = [(1, x), (-1, -2 * HALF - x), (-1, 2 * HALF - x)]
        inner = roots(lambda k: k * np.cos(k * HALF) + STRENGTH * np.sin(k * HALF))
        waves += [np.sin(k * bent) for k in inner]
    else:
        images = [(1, x + 2 * HALF * n) for n in (-1, 0, 1)]
        inner = roots(lambda k: k * np.sin(k * HALF) - STRENGTH * np.cos(k * HALF))
        waves += [np.cos(k * bent) for k in inner]
    start = sum(sign * packet(place) for sign, place in images)
    norm = np.sqrt(dx @ np.abs(start) ** 2)
    start = start / norm
    psi = np.zeros(len(x), complex)
    numbers = [n * np.pi / HALF for n in range(1, STATES + 1)] + inner
    for k, wave in zip(numbers, waves, strict=True):
        psi = psi + wave * (dx @ (wave * start)) / (dx @ wave**2) * np.exp(-0.5j * k**2 * DURATION)
    slope = sum(
        sign * (1 if sign > 0 else -1) * (-(place - CENTER) / (2 * WIDTH**2) + 1j * MOMENTUM) * packet(place)
        for sign, place in images
    )
    middle = np.interp(0.0, x, np.abs(start) ** 2)
    between = (x > 0.5) & (x < 3.0)
    return {
        "norm": float(dx @ np.abs(psi) ** 2),
        "right": float(dx[between] @ np.abs(psi[between]) ** 2),
        "mean_energy": float(dx @ np.abs(slope / norm) ** 2 / 2 + STRENGTH * middle),
        "mean_position": float(dx @ (x * np.abs(psi) ** 2)),
    }


@pytest.mark.parametrize("problem", [WALLS, RING], ids=["walls", "ring"])
def test_bars_cover_the_eigenstates(problem: ws.Problem) -> None:
    truth, report = exact(problem), ws.certify(problem, 1e-4)
    assert abs(truth["norm"] - 1) < 1e-8
    names = ["right", "mean_energy"] + (["mean_position"] if problem.walls is not None else [])
    for name in names:
        number = report.quantities[name]
        assert abs(number.value - truth[name]) <= number.undisputed_error + 1e-9
        assert number.undisputed_error < 1e-4


def test_a_delta_lies_on_a_point_of_a_ring() -> None:
    """Set-up: rings whose period no odd number of cells divides evenly at 0. Formula: a point within 1e-7 cells of the delta. Budget: none."""
    for lower in (-6.0, -5.123, 0.3 - 12.0):
        problem = dataclasses.replace(RING, axis=ws.Axis(period=12.0, lower=lower))
        grid = ws.plan(problem, 1e-4).numerics.grid
        assert float(np.min(np.abs(np.asarray(grid.x)))) < 1e-7 * float(grid.spacing[0])


def test_the_energy_of_a_packet_on_a_delta() -> None:
    """Set-up: a packet of width 1 on a delta in a harmonic well of frequency 0.3.

    Formula: E = 1/(8 w^2) + p^2/2 + omega^2 (c^2 + w^2)/2 + s/(sqrt(2 pi) w) exp(-c^2/(2 w^2)). Budget: the bar, below 1e-3.
    """
    well = ws.potentials.Sum((ws.potentials.DeltaBarrier(0.7), ws.potentials.Harmonic(0.3)))
    problem = ws.Problem(well, ws.states.GaussianPacket(center=0.5, width=1.0, momentum=0.4), duration=2.0)
    energy = ws.certify(problem, 1e-4).quantities["mean_energy"]
    truth = 1 / 8 + 0.4**2 / 2 + 0.3**2 * (0.5**2 + 1) / 2 + 0.7 / np.sqrt(2 * np.pi) * np.exp(-(0.5**2) / 2)
    assert abs(energy.value - truth) <= energy.error < 1e-3
