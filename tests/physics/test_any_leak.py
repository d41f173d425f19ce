"""The decay of wells that come as formulas, tables and sums, also where V falls without end."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from wavesim import Problem, certify
from wavesim.analysis import Decay, verify
from wavesim.analysis.questions.decay._decay import resonance_of
from wavesim.analysis.questions.decay._leaking import leaking_report
from wavesim.errors import WavesimError
from wavesim.potentials import (
    DeltaBarrier,
    DeltaWell,
    Expression,
    Harmonic,
    LeakySquareWell,
    RectangularBarrier,
    Sampled,
    Sum,
    WellBehindBarrier,
)
from wavesim.propagation import coarsened, plan
from wavesim.states import GaussianPacket, Trapped


def lifetime_of(potential, level=0, mass=1.0):
    """Lifetime, energy and width of a trapped state, with bars; theory must agree."""
    report = certify(Problem(potential, Trapped(level), mass=mass), 1e-6, find=Decay())
    assert report.record is None and not report.warnings
    assert all(quantity.agrees for quantity in report.quantities.values())
    return (report.quantities[name] for name in ("lifetime", "resonance_energy", "resonance_width"))


def complex_scaled(value, angle, half, points, near):
    """The eigenvalue next to `near` of H with x -> x exp(i angle) on a sinc grid: an oracle for analytic V."""
    x, step = np.linspace(-half, half, points, retstep=True)
    apart = np.arange(points)[:, None] - np.arange(points)
    hop = np.where(apart == 0, np.pi**2 / 3, 2.0 * (-1.0) ** apart / np.where(apart == 0, 1, apart) ** 2)
    turn = np.exp(1j * angle)
    levels = np.linalg.eigvals(hop / (2 * step**2 * turn**2) + np.diag(value(x * turn)))
    return levels[np.argmin(np.abs(levels - near))]


def test_delta_well_in_a_field_leaks_as_airy_functions_say() -> None:
    """Set-up: V = -delta(x) - 0.1 x; the particle leaves to the right, where V falls without end.

    Formula: psi = Ai(z) on the left, Bi(z) + i Ai(z) on the right, z = -(2F)^(1/3) (x + E/F); psi'/psi falls by 2 at the delta. That gives
    E = -0.5072018483 - 0.000510145i, lifetime 980.1136.
    Budget: 1e-8 for the oracle's own root; measured 1e-10.
    """
    slope = (2 * mpmath.mpf("0.1")) ** (mpmath.mpf(1) / 3)

    def miss(energy):
        z = -slope * energy * 10
        left = mpmath.airyai(z, derivative=1) / mpmath.airyai(z)
        out = mpmath.airybi(z) + 1j * mpmath.airyai(z)
        right = (mpmath.airybi(z, derivative=1) + 1j * mpmath.airyai(z, derivative=1)) / out
        return -slope * (right - left) + 2

    exact = complex(mpmath.findroot(miss, complex(-0.507, -0.0005)))
    lifetime, energy, width = lifetime_of(Sum((DeltaWell(1.0), Expression("-F*x", {"F": 0.1}))))
    assert energy.value == pytest.approx(exact.real, rel=1e-8)
    assert width.value == pytest.approx(-2 * exact.imag, rel=1e-8)
    assert lifetime.value == pytest.approx(980.1136, abs=1e-4)


@pytest.mark.parametrize(
    ("formula", "value", "near"),
    [
        ("x^2/2 - 0.1*x^3", lambda x: x**2 / 2 - 0.1 * x**3, 0.484),
        ("-2*exp(-x^2) - 0.2*x", lambda x: -2 * np.exp(-(x**2)) - 0.2 * x, -0.98),
    ],
)
def test_falling_formulas_leak_as_complex_scaling_says(formula, value, near) -> None:
    """Set-up: a cubic well, and a Gaussian well in a field; V falls without end on the right.

    Formula: the eigenvalue of H(x exp(i theta)) is E - i Gamma/2, whatever theta; two angles agree to the digits that count.
    Budget: 1e-7 of the energy, and of it for Gamma, which is what a dense matrix of 300 points leaves (measured 2e-9).
    """
    exact, again = (complex_scaled(value, angle, 14.0, 300, near) for angle in (0.25, 0.32))
    assert abs(exact - again) < 1e-8
    _, energy, width = lifetime_of(Expression(formula))
    assert energy.value == pytest.approx(exact.real, abs=1e-8)
    assert width.value == pytest.approx(-2 * exact.imag, abs=2e-8)


def test_two_delta_barriers_leak_to_both_sides_as_in_closed_form() -> None:
    """Set-up: deltas of strength 3 at x = -1 and 1; the lowest state is even and leaves on both sides.

    Formula: cos(kx) inside, exp(ik|x|) outside: i k + k tan k = 2 W, E = k^2/2.
    Budget: rounding of the root, 1e-12; measured 1e-14.
    """
    k = complex(1.35, -0.04)
    for _ in range(30):
        slope = 1j + np.tan(k) + k / np.cos(k) ** 2
        k -= (1j * k + k * np.tan(k) - 6.0) / slope
    exact = k**2 / 2
    _, energy, width = lifetime_of(Sum((DeltaBarrier(3.0, -1.0), DeltaBarrier(3.0, 1.0))))
    assert energy.value == pytest.approx(exact.real, rel=1e-11)
    assert width.value == pytest.approx(-2 * exact.imag, rel=1e-11)


def test_one_well_by_three_classes_has_one_lifetime() -> None:
    """Set-up: two rectangular barriers of height 3 as a sum, as layers of a table, and as a formula with steps.

    Budget: V is the same to rounding, so the lifetimes are equal to 1e-9.
    """
    barriers = Sum((RectangularBarrier(3.0, 0.5, -1.0), RectangularBarrier(3.0, 0.5, 1.0)))
    layers = Sampled((0.0, 3.0, 0.0, 3.0, 0.0), interpolation="layers", positions=(-3.0, -1.25, -0.75, 0.75, 1.25, 3.0))
    formula = Expression("3*where(abs(abs(x) - 1) < 0.25, 1, 0)")
    lifetimes = [next(lifetime_of(potential)).value for potential in (barriers, layers, formula)]
    assert lifetimes == pytest.approx([lifetimes[0]] * 3, rel=1e-9)


def test_table_of_a_smooth_well_follows_its_formula() -> None:
    """Set-up: V = 0.5 x^2 exp(-0.1 x^2) in 321 points from -12 to 12, as a spline, and as the formula itself.

    Formula: Gamma = 1.92490201e-6 for the formula.
    Budget: the spline errs by (0.075)^4 = 3e-5 of the barrier, and Gamma by 100 times that; measured 2e-5.
    """
    x = np.linspace(-12.0, 12.0, 321)
    table = Sampled(tuple(0.5 * x**2 * np.exp(-0.1 * x**2)), -12.0, 12.0)
    _, _, width = lifetime_of(Expression("0.5*x^2*exp(-0.1*x^2)"))
    assert width.value == pytest.approx(1.92490201e-6, rel=1e-8)
    report = certify(Problem(table, Trapped()), 1e-3, find=Decay())
    assert report.quantities["resonance_width"].value == pytest.approx(width.value, rel=1e-3)


def test_width_keeps_its_digits_below_rounding() -> None:
    """Set-up: barriers of height 3 and thickness 8.5, so that Gamma = 1.1e-18 of an energy of 0.26.

    Formula: Gamma = flux over probability; shooting follows two real solutions, whose Wronskian is known.
    Budget: 1e-9 between the two, whose arithmetic has nothing in common; measured 2e-13.
    """
    thick = Sum((RectangularBarrier(3.0, 8.5, -6.0), RectangularBarrier(3.0, 8.5, 6.0)))
    lifetime, _, width = lifetime_of(thick)
    assert width.value == pytest.approx(1.13957162157e-18, rel=1e-9)
    assert lifetime.error < 1e-9 * lifetime.value


def test_thin_barrier_that_no_record_could_wait_for() -> None:
    """Set-up: mass 1/2, a barrier 600 high and 0.01 thick, 1 from a hard wall: a grid for it takes an hour.

    Formula: sin(kx) at the wall, exp(ikx) outside: E = 7.5329745, lifetime 0.6641848 (matching in closed form).
    Budget: the seven digits that were given.
    """
    lifetime, energy, _ = lifetime_of(WellBehindBarrier(600.0, 0.01, 1.0), mass=0.5)
    assert energy.value == pytest.approx(7.5329745, abs=1e-7)
    assert lifetime.value == pytest.approx(0.6641848, abs=1e-7)


def test_second_route_to_a_lifetime_is_shooting() -> None:
    problem = Problem(Expression("x^2/2 - 0.1*x^3"), Trapped())
    verification = verify(problem, certify(problem, 1e-6, find=Decay()), find=Decay())
    assert [route.name for route in verification.routes[1:]] == ["outgoing waves by shooting, nothing propagated"]
    assert verification.agree


def test_wall_off_center_keeps_the_grid_odd() -> None:
    """Coarser grids of a repetition have the wall midway too, where its edges do not fit them."""
    well = WellBehindBarrier(6.08831, 0.381567, 1.34962, center=-0.09955)
    grid = plan(Problem(well, Trapped()), 1.25e-3).numerics.grid
    for ratio in (1.3, 1.7, 2.2):
        coarse = coarsened(grid, ratio, well)
        middle = float(coarse.lower[0] + coarse.upper[0] - coarse.spacing[0]) / 2
        assert middle == pytest.approx(-0.09955, abs=1e-9)


@pytest.mark.parametrize(
    ("potential", "state", "words"),
    [
        (Harmonic(1.0), Trapped(), "rises without end on both sides"),
        (Expression("-0.1*x"), Trapped(), "no minimum between two higher places"),
        (Expression("x^2/2 - 0.1*x^3"), GaussianPacket(0.0, 0.7, 0.0), "take state trapped"),
        (Expression("x^2/2 - 0.1*x^3"), Trapped(5), "below the top of its barrier"),
        (RectangularBarrier(-3.0, 2.0, 0.0), Trapped(), "stays for ever"),
        (Expression("0.5*x^2*exp(-0.1*x^2) + 0.1*t"), Trapped(), "static V"),
    ],
)
def test_what_does_not_leak_is_refused_in_true_words(potential, state, words) -> None:
    with pytest.raises(WavesimError, match=words) as caught:
        certify(Problem(potential, state), find=Decay())
    assert str(caught.value).count(".") - str(caught.value).count("0.") < 4


def test_built_in_wells_decay_alike_with_and_without_a_record() -> None:
    """Set-up: the leaky square well, whose record the tests of `Decay` measure, by outgoing waves on elements.

    Formula: E - i Gamma/2 of `theory.resonance`, another shooting on uniform slices. Budget: its own tolerance, 1e-9.
    """
    problem = Problem(LeakySquareWell(4.0, 1.0, 1.0), Trapped())
    report, known = leaking_report(problem, 1e-6), resonance_of(problem)
    assert report.headline.value == pytest.approx(known.lifetime, rel=1e-8)
