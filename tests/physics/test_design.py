"""Design: parameters with which a problem does what is wanted, found by gradients and certified."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import wavesim as ws
from wavesim.analysis import (
    Decay,
    DrivenPopulations,
    Levels,
    Resonances,
    Splitting,
    Transmission,
    TransmissionAt,
    parameters_of,
    transmission_curve,
    with_value,
)
from wavesim.designs import Target
from wavesim.designs._slopes import Parts
from wavesim.designs._waves import log_transmissions, wave_gradient
from wavesim.errors import ArgumentError, WavesimError
from wavesim.potentials import (
    DeltaBarrier,
    DoubleBarrier,
    EckartBarrier,
    Expression,
    GaussianBarrier,
    GaussianWells,
    Heterostructure,
    Layers,
    LeakySquareWell,
    ParabolicBarrier,
    QuarticDoubleWell,
    RectangularBarrier,
    Step,
    Sum,
    TriangularBarrier,
)
from wavesim.states import GaussianPacket, LeftLocalized, Trapped

RIGHT, LEFT = GaussianPacket(-30.0, 5.0, momentum=1.0), GaussianPacket(30.0, 5.0, momentum=-1.0)
TEXTBOOK = ws.Problem(RectangularBarrier(1.0, 1.5), RIGHT)
ONE_HUNDREDTH = Target("transmission", 0.01, find=TransmissionAt(energy=0.5))


@pytest.mark.parametrize(("route", "digits"), [("closed_form", 1e-12), ("scattering", 1e-8)])
def test_the_textbook_inverse(route: str, digits: float):
    """E = 1/2, V0 = 1, m = 1: T = sech^2 a = 0.01 at a = arccosh 10 = 2.993222846126381, dT/da = -0.0198997487421324.

    Budget: rounding of log T over its slope of 2, 1e-15 in a; the parameter's own uncertainty covers the distance.
    """
    found = ws.design(TEXTBOOK, {"potential.width": (0.5, 6.0)}, ONE_HUNDREDTH, route=route)
    width = math.acosh(10.0)
    assert found.reached
    assert abs(found["potential.width"] - width) < digits
    assert abs(found["potential.width"] - width) <= found.parameters[0].uncertainty + 4e-16
    assert found.achieved[0].gradient["potential.width"] == pytest.approx(-0.019899748742132392, rel=1e-10)


def test_the_textbook_inverse_is_what_a_packet_shows():
    """T(1/2) of a packet of k = 1, width 3, that is propagated through a = arccosh 10: sech^2 a = 0.01. Budget: its bar, below 1e-3."""
    problem = ws.Problem(RectangularBarrier(1.0, math.acosh(10.0)), GaussianPacket(-20.0, 3.0, momentum=1.0))
    measured = transmission_curve(problem, 1e-3, energies=np.array([0.5]))
    assert abs(measured.transmission[0] - 0.01) <= measured.transmission_error[0] < 1e-3
    with pytest.raises(ArgumentError, match="want the transmitted_probability of a packet"):
        ws.design(TEXTBOOK, {"potential.width": (0.5, 6.0)}, ONE_HUNDREDTH, route="propagation")


def test_what_no_width_reaches():
    """T = sech^2 a at a = 2, the upper bound, is 0.0706508: nearest to the 0.01 that is wanted, and said so."""
    found = ws.design(TEXTBOOK, {"potential.width": (0.5, 2.0)}, ONE_HUNDREDTH, starts=2)
    assert not found.reached
    assert found.parameters[0].on_bound
    assert found.achieved[0].value == pytest.approx(1 / math.cosh(2.0) ** 2, rel=1e-5)
    assert "widen the bounds of potential.width" in found.missed


@pytest.mark.parametrize(
    "potential",
    [
        Heterostructure(((3.0, 0.8, 0.9), (2, 0.1, 1.2), (1, 0.7, 1.1)), before=0.05, after=0.1, bias=0.2, mass_after=1.3),
        RectangularBarrier(1.0, 1.5),
        GaussianBarrier(1.0, 0.8),
        EckartBarrier(1.0, 1.0),
        DoubleBarrier(1.0, 0.6, 2.0),
        TriangularBarrier(1.0, 2.0),
        ParabolicBarrier(1.0, 2.0),
        DeltaBarrier(0.8, 0.3),
        Step(0.2),
        Layers(((1.0, 0.8), (0.5, -0.4), (0.7, 1.2)), left=0.2, after=0.1),
        Sum((GaussianBarrier(0.5, 1.0, center=1.0), RectangularBarrier(0.4, 1.0))),
    ],
    ids=lambda potential: type(potential).__name__,
)  # fmt: skip
@pytest.mark.parametrize("state", [RIGHT, LEFT], ids=["from the left", "from the right"])
def test_gradient_of_log_t_by_every_number(potential: Any, state: Any):
    """d(log T)/dp at E = 0.4, 0.9, 1.6 from one solution, against fourth-order differences over 1e-5. Budget: 1e-8, their rounding."""
    problem, energies, step = ws.Problem(potential, state), np.array([0.4, 0.9, 1.6]), 1e-5
    numbers = {
        path: one.value
        for path, one in parameters_of(problem, TransmissionAt()).items()
        if path.startswith(("potential", "particle"))
    }
    gradient = wave_gradient(problem, energies, numbers)
    for path, value in numbers.items():
        below2, below, above, above2 = (
            log_transmissions(with_value(problem, TransmissionAt(), path, value + k * step)[0], energies, False)
            for k in (-2, -1, 1, 2)
        )
        difference = (8 * (above - below) - (above2 - below2)) / (12 * step)
        assert gradient[path] == pytest.approx(difference, abs=1e-8), path
    assert Parts.of(problem).edges.size == np.size(potential.edges_at(0.0))


def test_a_formula_is_designed_too():
    """T of b exp(-x^2) at E = 0.6 is made 1/4; the formula hides its derivative, so that differences stand. Budget: a millionth."""
    problem = ws.Problem(Expression("b*exp(-x**2)", {"b": 1.1}), RIGHT)
    found = ws.design(
        problem, {"potential.parameters.b": (0.2, 3.0)}, Target("transmission", 0.25, find=TransmissionAt(energy=0.6))
    )
    assert found.reached
    assert found.achieved[0].value == pytest.approx(0.25, rel=1e-6)


def test_a_resonance_of_one_width():
    """AlGaAs (0.092) around GaAs (0.067), 0.25 eV: wanted a resonance at 80 meV, 1.0 meV wide, by the width of both barriers and the well.

    Budget: a millionth of either, and the answer within its own uncertainty of a second search from elsewhere.
    """
    from wavesim.units import meV, nm

    structure = Heterostructure(((3 * nm, 250 * meV, 0.092), (5 * nm, 0.0, 0.067), (3 * nm, 250 * meV, 0.092)))
    problem = ws.Problem(structure, GaussianPacket(-140 * nm, 14 * nm, energy=85 * meV), mass=0.067)
    question = Resonances(low=20 * meV, high=200 * meV)
    vary: Any = {
        ("potential.layers.0.0", "potential.layers.2.0"): (1 * nm, 8 * nm),
        "potential.layers.1.0": (2 * nm, 9 * nm),
    }
    wanted = [
        Target("resonance_energy", 80 * meV, find=question),
        Target("resonance_width", 1 * meV, find=question),
    ]
    found = ws.design(problem, vary, wanted)
    assert found.reached
    assert [one.value / meV for one in found.achieved] == pytest.approx([80.0, 1.0], rel=1e-6)
    assert found["potential.layers.0.0"] == found["potential.layers.2.0"]


def test_a_gap_and_two_levels():
    """V = A (x^2 - a^2)^2 with the gap 0.05 by its height; two Gaussian wells with levels of -1.5 and -1.42 by depth and width.

    The levels' gradient is Hellmann's and Feynman's. Budget: a millionth of each number.
    """
    found = ws.design(
        ws.Problem(QuarticDoubleWell(2.0, 1.6), LeftLocalized()),
        {"potential.barrier": (1.0, 6.0)},
        Target("gap", 0.05, find=Splitting()),
    )
    assert found.reached
    wells = ws.Problem(GaussianWells(3.0, 1.0, 4.0), RIGHT)
    levels = [Target("level_0", -1.5, find=Levels(count=2)), Target("level_1", -1.42, find=Levels(count=2))]
    found = ws.design(wells, {"potential.depth": (1.0, 4.0), "potential.width": (0.6, 1.5)}, levels)
    assert found.routes == ("levels",)
    assert found.reached


def test_bounds_and_several_wishes():
    """T below 0.02 at 0.5 and above 0.4 at 0.9, of a rectangle by height and width: both inequalities hold, whatever else is free."""
    wanted = [
        Target("transmission", below=0.02, find=TransmissionAt(energy=0.5)),
        Target("transmission", above=0.4, find=TransmissionAt(energy=0.9)),
    ]
    found = ws.design(TEXTBOOK, {"potential.width": (0.5, 6.0), "potential.height": (0.3, 2.0)}, wanted)
    low, high = (one.value for one in found.achieved)
    assert low <= 0.02 * (1 + 1e-12)
    assert high >= 0.4
    assert found.reached


def test_a_satisfied_bound_determines_nothing():
    """T(1/2) = 0.01 gives the width of a rectangle; that T(0.9) is above 0.001 as well narrows it by nothing, and alone leaves it free."""
    loose = Target("transmission", above=0.001, find=TransmissionAt(energy=0.9))
    alone = ws.design(TEXTBOOK, {"potential.width": (0.5, 6.0)}, ONE_HUNDREDTH)
    both = ws.design(TEXTBOOK, {"potential.width": (0.5, 6.0)}, [ONE_HUNDREDTH, loose])
    assert both.parameters[0].uncertainty == pytest.approx(alone.parameters[0].uncertainty, rel=0.5)
    assert math.isinf(ws.design(TEXTBOOK, {"potential.width": (0.5, 6.0)}, loose).parameters[0].uncertainty)


def test_a_probability_that_underflows_is_below_its_bound():
    """A rectangle 1 high and 400 to 600 wide at E = 0.5: T = exp(-2 x 500) is 0 in double precision, and below any bound whatever the width."""
    wanted = Target("transmission", below=1e-3, find=TransmissionAt(energy=0.5))
    found = ws.design(TEXTBOOK, {"potential.width": (400.0, 600.0)}, wanted)
    assert found.reached and found.achieved[0].value == 0.0
    assert math.isinf(found.parameters[0].uncertainty)


def test_the_width_of_a_run_lies_within_its_uncertainty():
    """0.2 of a packet of k = 1 by the width of a rectangle: what propagation finds at 1e-3 covers what the closed form's average gives."""
    target = Target("transmitted_probability", 0.2, find=Transmission())
    exact = ws.design(TEXTBOOK, {"potential.width": (0.5, 3.0)}, target)
    run = ws.design(TEXTBOOK, {"potential.width": (0.5, 3.0)}, target, route="propagation", tolerance=1e-3)
    distance = abs(run["potential.width"] - exact["potential.width"])
    assert 0 < distance <= run.parameters[0].uncertainty < 0.01


def test_a_packet_by_its_scattering_states():
    """Packet of k = 1, width 5: 0.1 of it passes a barrier of 1 of the width that is found; certified by propagation, within its bar."""
    found = ws.design(
        TEXTBOOK,
        {"potential.width": (0.5, 6.0)},
        Target("transmitted_probability", 0.1),
        find=Transmission(),
        tolerance=1e-4,
    )
    assert found.reached
    one = found.achieved[0]
    assert one.report.record is not None
    assert abs(one.value - 0.1) <= one.error + 1e-7


@pytest.mark.parametrize(
    ("vary", "targets", "reason"),
    [
        ({"potential.depth": (1.0, 2.0)}, ONE_HUNDREDTH, "must name numbers"),
        ({"potential.width": (2.0, 1.0)}, ONE_HUNDREDTH, "exchange"),
        ({"potential.width": (-1.0, 1.0)}, ONE_HUNDREDTH, "positive"),
        ({"potential.width": (1.0,)}, ONE_HUNDREDTH, "two bounds"),
        ({}, ONE_HUNDREDTH, "at least one path"),
        ({"potential.width": (1.0, 2.0)}, [], "wanted numbers"),
        ({}, None, "`targets` must be wanted numbers, such as .* but are None"),
        ({"potential.width": (1.0, 2.0)}, {"transmision": 0.1}, "must know transmision"),
    ],
)  # fmt: skip
def test_what_cannot_be_designed(vary: Any, targets: Any, reason: str):
    with pytest.raises(WavesimError, match=reason):
        ws.design(TEXTBOOK, vary, targets, find=TransmissionAt(energy=0.5))


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"value": 1.5}, "between 0 and 1"),
        ({"value": 0.0}, "logarithm"),
        ({}, "exactly one"),
        ({"value": 0.1, "below": 0.2}, "exactly one"),
    ],
)
def test_impossible_targets(given: Any, reason: str):
    with pytest.raises(ArgumentError, match=reason):
        Target("transmission", **given)


def test_a_pulse_from_well_to_well():
    """B(t) ((x/1.6)^2 - 1)^2, B = 8 - b sin^2(pi t/60): b, by a run there and back, so that 99.9 % arrive in the other well.

    Budget: the certificate's bar, 1e-4.
    """
    problem = ws.Problem(
        Expression("((x/1.6)**2-1)**2*(8 - b*sin(pi*t/60)**2)", {"b": 6.1}), LeftLocalized(), duration=60.0
    )
    found = ws.design(
        problem,
        {"potential.parameters.b": (5.6, 6.6)},
        Target("right_population", above=0.999, find=DrivenPopulations()),
        route="propagation",
        starts=1,
        tolerance=1e-4,
    )
    assert found.reached
    assert found.routes == ("propagation",)
    one = found.achieved[0]
    assert one.value - one.error > 0.999 - 1e-6


def test_a_lifetime_to_order():
    """A square well of depth 1 behind a barrier: the barrier's width for a lifetime of 500, by outgoing waves. Budget: a millionth."""
    well = ws.Problem(LeakySquareWell(1.0, 2.0, 1.0), Trapped())
    found = ws.design(
        well, {"potential.separation": (0.5, 4.0)}, Target("lifetime", 500.0, find=Decay()), starts=1, tolerance=1e-3
    )
    assert found.achieved[0].value == pytest.approx(500.0, rel=2e-3)
    assert found.reached
