"""Schemes as data: what the constructor refuses, how steps melt together, and the algebra of their coefficients."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.linalg import expm
from scipy.special import jv

from wavesim.errors import ArgumentError
from wavesim.propagation import scheme_named
from wavesim.propagation.stepping._step import chebyshev_coefficients
from wavesim.schemes import SCHEMES, Chebyshev, Scheme, chebyshev_terms

ORDERS = {
    "strang": (2, 1, False),
    "yoshida4": (4, 3, False),
    "chin4a": (4, 2, True),
    "ti4d": (4, 1, True),
    "srkn11b": (6, 11, False),
    "g6t4": (6, 4, True),
}


def test_the_table_of_schemes() -> None:
    """Name, order, FFT pairs and whether gradients are needed; each has a source with a year."""
    assert {n: (s.order, s.pairs, s.uses_gradient) for n, s in SCHEMES.items()} == ORDERS
    assert all(name == scheme.name == scheme_named(name).name for name, scheme in SCHEMES.items())
    assert all("(19" in scheme.source or "(20" in scheme.source for scheme in SCHEMES.values())


@pytest.mark.parametrize("name", SCHEMES)
def test_merged_steps_are_the_steps(name: str, rng: np.random.Generator) -> None:
    """Three steps written out, drift by drift and kick by kick, equal what `merged` makes of them, as matrices.

    T and V are random symmetric 4 x 4 matrices that do not commute; F and G stand for any matrices diagonal with V.
    Budget: rounding, 1e-13.
    """
    scheme, h = SCHEMES[name], 0.3
    a = rng.normal(size=(4, 4))
    kinetic = a + a.T
    v, f, g = rng.normal(size=(3, 4))

    def drift(share: float) -> np.ndarray:
        return expm(-1j * h * share * kinetic)

    def kick(values: tuple[float, float, float]) -> np.ndarray:
        b, c, d = values
        return np.diag(np.exp(-1j * h * (b * v - c * h**2 * f + d * h**4 * g)))

    factors = [drift(x) for x in scheme.drifts], [kick(x) for x in scheme.kicks]
    first, second = factors if scheme.drifts_first else factors[::-1]
    step = first[0]
    for one, other in zip(second, first[1:], strict=True):
        step = other @ one @ step
    pairs, opening, closing = scheme.merged()
    assert len(pairs) == scheme.pairs
    loop = np.eye(4)
    for _, b, share in pairs * 3:
        loop = drift(share) @ kick(b) @ loop
    ends = drift(opening) if scheme.drifts_first else kick(closing).conj()
    back = drift(-opening) if scheme.drifts_first else kick(closing)
    assert np.max(np.abs(back @ loop @ ends - step @ step @ step)) < 1e-13
    assert np.max(np.abs(step @ step.conj().T - np.eye(4))) < 1e-13


@pytest.mark.parametrize("name", SCHEMES)
def test_the_clock_of_the_kicks(name: str) -> None:
    """Time runs with the drifts: each kick sees V at the sum of the drifts before it, between 0 and 1 as a whole, and symmetric."""
    scheme = SCHEMES[name]
    clocks = [clock for clock, _, _ in scheme.merged()[0]]
    before = np.concatenate([[0.0], np.cumsum(scheme.drifts)])
    assert clocks == pytest.approx(before[1:-1] if scheme.drifts_first else before[:-1], abs=1e-15)
    inner = clocks if scheme.drifts_first else clocks[1:]
    assert inner == pytest.approx([1 - clock for clock in inner[::-1]], abs=1e-14)


def test_the_quadrature_that_every_scheme_of_order_four_is() -> None:
    """sum over kicks of b (clock - 1/2)^2 = int_0^1 (t - 1/2)^2 dt = 1/12: the condition of third degree without gradients.

    Schemes of order 4 and 6 fulfill it to rounding; Strang, with its two half kicks at the ends, has 1/4 instead, and so has the
    kernel of ti4d, which is of order 4 with its processor only.
    """
    for name, scheme in SCHEMES.items():
        after = np.cumsum(scheme.drifts)
        clocks = after[: len(scheme.kicks)] if scheme.drifts_first else np.concatenate([[0.0], after])
        second = sum(b * (clock - 0.5) ** 2 for (b, _, _), clock in zip(scheme.kicks, clocks, strict=True))
        assert second == pytest.approx(1 / 4 if name in ("strang", "ti4d") else 1 / 12, abs=1e-12), name


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"drifts": (0.5, 0.4)}, "must be one more or one fewer|must sum to one"),
        ({"drifts": (0.9,)}, "of bad must sum to one, but sum to 0.9"),
        ({"kicks": ((0.4, 0, 0), (0.6, 0, 0))}, "must read the same in reverse"),
        ({"kicks": ((0.5, 0.1, 0), (0.5, 0, 0))}, "must read the same in reverse"),
        ({"kicks": ((1.0, 0, 0),)}, "must be one more or one fewer"),
        ({"order": 4}, "4 of bad needs its terms of third degree to vanish"),
        ({"order": 4, "kicks": ((0.5, 1 / 48, 0), (0.5, 1 / 48, 0))}, "terms of third degree"),
        (
            {"processor": (((0.1, 0, 0), 0.2), ((-0.1, 0, 0), -0.1))},
            "`processor` of bad must sum to zero, but sums to 0.1",
        ),
    ],
)
def test_coefficients_that_are_no_scheme_are_refused(change: dict[str, tuple], message: str) -> None:
    good = Scheme("bad", 2, (1.0,), ((0.5, 0.0, 0.0), (0.5, 0.0, 0.0)), "a test")
    with pytest.raises(ArgumentError, match=message):
        dataclasses.replace(good, **change)


def test_a_processor_moves_one_condition_of_order_four_to_the_other() -> None:
    """The kernel of Takahashi and Imada misses both by 1/6, with opposite signs; with a processor their sum counts, without one both."""
    from wavesim.schemes import TI4D

    assert TI4D.third_degree == pytest.approx((1 / 6, -1 / 6), abs=1e-15)
    assert (TI4D.pairs, TI4D.ends) == (1, 4)
    with pytest.raises(ArgumentError, match="terms of third degree"):
        dataclasses.replace(TI4D, processor=())


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(
        ArgumentError,
        match="must be one of strang, yoshida4, chin4a, ti4d, srkn11b, g6t4, chebyshev, spectral, but is 'euler'",
    ):
        scheme_named("euler")


@pytest.mark.parametrize("radius", [0.01, 1.0, 37.5, 500.0, 5000.0])
def test_chebyshev_terms_are_enough_and_not_many_more(radius: float) -> None:
    """All Bessel coefficients beyond are below 1e-15, and some within the last quarter are not negligible: R + O(R^(1/3)) terms."""
    terms = chebyshev_terms(radius)
    assert np.max(np.abs(jv(np.arange(terms, terms + 60), radius))) < 1e-15
    assert terms < radius + 30 + 12 * radius ** (1 / 3)
    assert Chebyshev(0.0, 1.0, terms).pairs == terms


@pytest.mark.parametrize("radius", [0.3, 40.0])
def test_chebyshev_coefficients_are_bessel_functions(radius: float) -> None:
    """(2 - delta) (-i)^m J_m(R), made by one FFT. Budget: 1e-14."""
    terms = chebyshev_terms(radius)
    m = np.arange(terms)
    exact = np.where(m == 0, 1, 2) * (-1j) ** m * jv(m, radius)
    assert np.max(np.abs(np.asarray(chebyshev_coefficients(radius, terms)) - exact)) < 1e-14
