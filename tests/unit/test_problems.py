"""The reference problems: names, tags, and every number computed again with mpmath and scipy alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.linalg import eigh

from tests.problems import REFERENCES, TAGS, tagged


def average(transmission: Callable[[Any], Any], momentum: float, width: float, low: float = 0.0) -> float:
    """int T(k) abs(phi(k))^2 dk of a Gaussian packet, by mpmath with 20 digits."""
    spread = mpmath.mpf(1) / (2 * width)

    def integrand(k: Any) -> Any:
        return transmission(k) * mpmath.exp(-(((k - momentum) / spread) ** 2) / 2)

    with mpmath.workdps(20):
        bottom = max(low, momentum - 9 * float(spread), 1e-12)
        points = [bottom, *np.linspace(bottom, momentum + 9 * float(spread), 13)[1:]]
        return float(mpmath.quad(integrand, points) / (mpmath.sqrt(2 * mpmath.pi) * spread))


def rectangular(k: Any) -> Any:
    """V0 = 1, a = 1.5."""
    energy, kappa = k**2 / 2, mpmath.sqrt(mpmath.mpc(2 - k**2))
    return 1 / (1 + mpmath.re(mpmath.sinh(1.5 * kappa) ** 2 / (4 * energy * (1 - energy))))


def eckart(k: Any) -> Any:
    """V0 = a = 1."""
    up = mpmath.sinh(mpmath.pi * k) ** 2
    return up / (up + mpmath.cosh(mpmath.pi / 2 * mpmath.sqrt(7)) ** 2)


def step(k: Any) -> Any:
    """V0 = 0.4."""
    q = mpmath.sqrt(max(k**2 - mpmath.mpf("0.8"), 0))
    return 4 * k * q / (k + q) ** 2


def matched(k: Any) -> Any:
    """Two barriers of height and width 1, 3 apart: psi and psi' carried across the four edges from the outgoing wave."""
    q = mpmath.sqrt(mpmath.mpc(k**2 - 2))
    psi, slope = mpmath.mpc(1), 1j * k
    for wave, length in ((q, 1), (k, 3), (q, 1)):
        cosine, sine = mpmath.cos(wave * length), mpmath.sin(wave * length)
        psi, slope = cosine * psi - sine / wave * slope, wave * sine * psi + cosine * slope
    return 1 / abs((psi + slope / (1j * k)) / 2) ** 2


def integrated(k: float) -> float:
    """The Gaussian barrier 0.8 exp(-x^2/(2 0.9^2)): psi'' = 2 (V - E) psi from the outgoing wave at x = 9 back to x = -9."""

    def right(x: float, y: np.ndarray) -> np.ndarray:
        return np.array([y[1], (1.6 * np.exp(-((x / 0.9) ** 2) / 2) - k**2) * y[0]])

    start = np.array([1.0, 1j * k])
    end = solve_ivp(right, (9.0, -9.0), start, method="DOP853", rtol=1e-12, atol=1e-13).y[:, -1]
    return float(1 / abs((end[0] + end[1] / (1j * k)) / 2) ** 2)


def oscillator_level(parity: int, size: int = 60, scale: float = 0.6) -> float:
    """Lowest level of p^2/2 + (x^2 - 4)^2/2 among the oscillator functions of one parity, of length `scale`."""
    n = np.arange(2 * size + 8)
    lower = np.diag(np.sqrt(n[1:]), 1)
    x = scale * (lower + lower.T) / np.sqrt(2)
    p2 = -((lower - lower.T) @ (lower - lower.T)) / (2 * scale**2)
    h = p2 / 2 + (x @ x @ x @ x - 8 * x @ x + 16 * np.eye(len(n))) / 2
    block = h[parity : 2 * size : 2, parity : 2 * size : 2]
    return float(eigh(block, subset_by_index=(0, 0), eigvals_only=True)[0])


def square_level(symmetric: bool) -> Any:
    """Ground state of one parity of two wells of depth 4 and width 1 whose facing edges are 1 apart, with 30 digits."""
    with mpmath.workdps(30):

        def mismatch(binding: Any) -> Any:
            kappa, k = mpmath.sqrt(2 * binding), mpmath.sqrt(2 * (4 - binding))
            inner = mpmath.tanh(kappa / 2) if symmetric else mpmath.coth(kappa / 2)
            # log derivative at the inner edge is kappa tanh or coth; across the well; at the outer edge it must be -kappa
            phase = mpmath.atan(kappa * inner / k)
            return k - phase - mpmath.atan(kappa / k)

        return -mpmath.findroot(mismatch, (mpmath.mpf(2), mpmath.mpf("2.5")), solver="anderson")


def oscillator_gap() -> float:
    """E_A - E_S of the quartic well, by subtraction: 1e-13 of a number of 1, so 1e-10 of the gap."""
    return oscillator_level(1) - oscillator_level(0)


def gaussian_average() -> float:
    """int T(k) abs(phi(k))^2 dk with the integrated T; the integrand vanishes at both ends, so the trapezoid rule is exact."""
    k = np.linspace(1.2 - 7.5 / 8, 1.2 + 7.5 / 8, 61)
    density = np.exp(-((8 * (k - 1.2)) ** 2) / 2) * 8 / np.sqrt(2 * np.pi)
    return float(np.trapezoid(np.array([integrated(value) for value in k]) * density, k))


RECOMPUTED: dict[tuple[str, str], tuple[Callable[[], float], float]] = {
    ("rectangular", "transmitted"): (lambda: average(rectangular, 1.0, 5.0), 1e-14),
    ("rectangular", "at_mean_energy"): (lambda: float(mpmath.sech(1.5) ** 2), 1e-15),
    ("eckart", "transmitted"): (lambda: average(eckart, 1.3, 3.0), 1e-14),
    ("gaussian", "transmitted"): (gaussian_average, 1e-9),
    ("step", "transmitted"): (lambda: average(step, 1.3, 4.0, low=0.8**0.5), 1e-13),
    ("double_barrier", "transmitted"): (lambda: average(matched, 0.9, 4.0), 1e-13),
    ("quartic", "gap"): (oscillator_gap, 1e-9),
    ("quartic", "period"): (lambda: 2 * np.pi / oscillator_gap(), 1e-9),
    ("square", "gap"): (lambda: float(square_level(False) - square_level(True)), 1e-14),
    ("coherent", "period"): (lambda: float(2 * mpmath.pi), 1e-15),
    ("coherent", "width"): (lambda: float(1 / mpmath.sqrt(2)), 1e-15),
    ("coherent", "energy"): (lambda: 0.5 + 2.0**2 / 2, 1e-15),
}


def test_every_number_is_computed_again() -> None:
    """No number stands in the table that has no second source, and none is computed that does not stand there."""
    assert set(RECOMPUTED) == {(name, number) for name, ref in REFERENCES.items() for number in ref.numbers}


@pytest.mark.parametrize(("name", "number"), RECOMPUTED)
def test_a_number_of_the_table(name: str, number: str) -> None:
    """Budget: the relative accuracy of the second source (quadrature 1e-14, integration of an ODE 1e-9, subtracted levels 1e-9)."""
    again, accuracy = RECOMPUTED[name, number]
    assert REFERENCES[name].numbers[number] == pytest.approx(again(), rel=2 * accuracy)


def test_tags_are_known_and_used() -> None:
    """Each tag that a problem carries has a meaning, and each meaning a problem; a problem is smooth or sharp, as its potential says."""
    assert set().union(*(reference.tags for reference in REFERENCES.values())) == set(TAGS)
    for reference in REFERENCES.values():
        assert ("smooth" in reference.tags) == reference.problem.potential.smooth
        assert ("sharp" in reference.tags) != reference.problem.potential.smooth
        assert reference.source


def test_tagged_finds_all_and_only_those() -> None:
    assert tagged("tunneling") == ["quartic", "square"]
    assert tagged("scattering", "smooth") == ["eckart", "gaussian"]
    assert set(tagged()) == set(REFERENCES)


def test_no_two_problems_are_the_same() -> None:
    """Names are unique as keys of a dict; the physics behind them too."""
    described = [repr(reference.problem) for reference in REFERENCES.values()]
    assert len(set(described)) == len(described)
