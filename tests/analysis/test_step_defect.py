"""The time step's share of a bar: the defect of a step weighs what exact steps change, and what a splitting stirs up is none of the grid's."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import numpy as np
import pytest

from wavesim import Absorber, Grid, Numerics, Problem, certify
from wavesim.analysis import Measurement, Quantity, Report, RunRequest, Runs, Transmission
from wavesim.analysis.bars import run_here
from wavesim.analysis.bars.residuals import grid_residuals, step_defects, step_defects_apply
from wavesim.analysis.bars.residuals._step_defect import StepDefect
from wavesim.potentials import Driven, EckartBarrier, Expression, GaussianBarrier
from wavesim.propagation import Batch, FrameSum, Result, chebyshev_for, propagate_with_adjoint
from wavesim.schemes import G6T4, SCHEMES, SRKN11B, STRANG, Scheme
from wavesim.states import GaussianPacket

TWO = Expression("V0*exp(-((x - c)/s)**2) + V0*exp(-((x + c)/s)**2)", {"V0": 1.5, "s": 0.4, "c": 3.0})
PACKET = GaussianPacket(center=-50.0, width=8.0, momentum=0.8)
NUMBER = FrameSum.at(48, 48, {"beyond_right": 1.0, "incoming_right": -1.0}, (0.0, 1.0))


@functools.cache
def there_and_back(scheme: Scheme | None, dt: float = 1.6) -> tuple[float, Result]:
    """The transmitted probability on 576 points of a box of 260, and the run with its adjoint; by a Chebyshev series without a scheme."""
    problem = Problem(TWO, PACKET)
    problem = dataclasses.replace(problem, measure=Transmission().observables(problem))
    grid = Grid.line(-150.0, 110.0, 576)
    method = scheme or chebyshev_for(problem, grid, dt)
    numerics = Numerics(grid, dt, round(384 / dt), 48, method, Absorber.designed(0.35, 1e-7))
    result = propagate_with_adjoint(problem, numerics, lambda record: {"T": NUMBER})
    return Transmission().readings(result)["transmitted_probability"].value, result


@pytest.mark.parametrize(("scheme", "dt"), [(STRANG, 0.05), (G6T4, 0.4), (SRKN11B, 0.4)])
def test_the_defect_tells_what_the_step_leaves_wrong(scheme: Scheme, dt: float) -> None:
    """Set-up: two Gaussian barriers of height 1.5, 0.4 wide, on 576 points, where the fastest waves turn by dt pi^2/(2 h^2) = 9.7 in a step of 0.4.

    Formula: dQ = 2 Re sum <phi_n|d_n>, against the same run by a Chebyshev series, which has no error in time.
    Budget: the layers act every 0.05 or 0.4 instead of every 1.6, 1e-8; waves of resonance count once in the mean of both sides, or not or twice: a tenth of 1e-5 or more, and by what both sides differ.
    """
    split, result = there_and_back(scheme, dt)
    exact, _ = there_and_back(None, 0.4)
    defect = step_defects(result)["T"]
    assert abs(exact - split) > 1e-7
    assert abs(exact - split - defect.change) <= 0.1 * abs(exact - split) + 1.1 * defect.asymmetry
    assert abs(exact - split) <= defect.error(0.06) <= 4 * abs(exact - split)


@pytest.mark.parametrize("scheme", [G6T4, SRKN11B])
def test_waves_that_a_step_stirs_up_are_none_of_the_grids(scheme: Scheme) -> None:
    """Set-up: the same barriers; steps of 0.4 bring forth waves whose phase turns by 2 pi in a step.

    Formula: what the grid misses does not depend on how time is stepped. Budget: what both corrections leave open.
    """
    _, split = there_and_back(scheme, 0.4)
    _, exact = there_and_back(None, 0.4)
    ours, theirs = grid_residuals(split)["T"], grid_residuals(exact)["T"]
    assert abs(ours.correction - theirs.correction) <= ours.uncertainty + theirs.uncertainty
    assert ours.uncertainty < 0.1 * abs(ours.correction)


@pytest.mark.parametrize("phase", [0.3, 2.0, 5.0])
def test_a_wave_follows_strangs_kicks_as_a_cotangent(phase: float) -> None:
    """Set-up: half kicks at both ends of a step. Formula: (x/2) cot(x/2). Budget: rounding."""
    assert STRANG.following(np.array([phase]))[0] == pytest.approx(phase / 2 / np.tan(phase / 2), rel=1e-12)


@pytest.mark.parametrize("name", ["strang", "yoshida4", "chin4a", "srkn11b", "g6t4"])
def test_slow_waves_follow_any_scheme_as_they_follow_the_potential(name: str) -> None:
    """Set-up: waves that turn by x and by x/2 in a step. Formula: 1 + O(x^p), p at least the order of a kick that is linear in V.

    Budget: the next order, a tenth of p.
    """
    scheme = SCHEMES[name]
    one, half = np.abs(scheme.following(np.array([0.5, 0.25])) - 1)
    assert np.log2(one / half) > 0.9 * scheme.order


def test_what_is_of_second_order_is_in_the_bar() -> None:
    """Set-up: a defect whose first order cancels in time, and one that both sides tell apart. Formula: 3 b^2/(4 p); twice the mean, and what it changes. Budget: rounding."""
    assert StepDefect(0.0, 0.0, 0.0, 1e-2).error(0.1) == pytest.approx(7.5e-4, rel=1e-12)
    assert StepDefect(-1e-3, 0.2e-3, 1e-5, 0.0).error(0.1) == pytest.approx(2.21e-3, rel=1e-12)


def behind_layers(steps: int, series: bool) -> Result:
    """A sech^2 barrier whose packet leaves through layers that act `steps` times in 91."""
    problem = Problem(EckartBarrier(0.9, 1.5), GaussianPacket(center=-14.0, width=2.5, momentum=1.2), duration=91.0)
    problem = dataclasses.replace(problem, measure=Transmission().observables(problem))
    grid, layer = Grid.line(-42.0, 42.0, 128), Absorber(width=12.0, energy=0.28)
    number = FrameSum.at(32, 32, {"beyond_right": 1.0, "incoming_right": -1.0}, (0.0, 1.0))
    method = chebyshev_for(problem, grid, 91.0 / steps) if series else SRKN11B
    numerics = Numerics(grid, 91.0 / steps, steps, 32, method, layer)
    return propagate_with_adjoint(problem, numerics, lambda record: {"T": number})


def transmitted(result: Result) -> float:
    return Transmission().readings(result)["transmitted_probability"].value


def test_kicks_of_a_layer_are_in_the_bar() -> None:
    """Set-up: layers that act 64 times alone, every 1.42, where they take 40 % of the density at once.

    Formula: the same grid by a Chebyshev series with kicks eight times as often, 7e-4 more. Budget: what those kicks leave, 1e-5.
    """
    right, result = transmitted(behind_layers(512, series=True)), behind_layers(64, series=False)
    defect = step_defects(result)["T"]
    assert 1e-5 < abs(right - transmitted(result)) < defect.error(min(right, 1 - right))


@pytest.mark.parametrize("steps", [64, 128])
def test_kicks_are_told_apart_from_a_mere_change_of_the_layer(steps: int) -> None:
    """Set-up: the same by a series, whose kicks alone are wrong: most of what they change is where in the layer psi is absorbed, which counts nothing.

    Formula: kicks every 0.18 instead. Budget: what kicks four times as often leave, and the first order in what is left: a quarter.
    """
    right, result = transmitted(behind_layers(512, series=True)), behind_layers(steps, series=True)
    defect = step_defects(result)["T"]
    assert defect.change == pytest.approx(right - transmitted(result), rel=0.25)
    assert abs(right - transmitted(result)) < defect.error(min(right, 1 - right))


def test_a_driven_v_is_left_to_longer_steps() -> None:
    """Set-up: a Gaussian barrier that swings. Formula: none: exact steps of an H that changes are no series."""
    driven = Problem(Driven(GaussianBarrier(0.5, 1.0), force=0.01, frequency=0.3), PACKET)
    numerics = there_and_back(SRKN11B, 0.4)[1].numerics
    assert not step_defects_apply(driven, numerics)
    assert step_defects_apply(Problem(TWO, PACKET), numerics)


BARRIERS = Expression(
    "V0*(exp(-((x + a)/w)**2) + exp(-((x - 5.8)/w)**2) + exp(-((x - b)/w)**2) + exp(-((x - 19.4)/w)**2) + exp(-((x - 24.6)/w)**2))",
    {"V0": 0.7, "w": 0.9, "a": 0.96825, "b": 11.85},
    ends=(0.0, 0.0),
    span=(-6.0, 30.0),
)


FIVE = Problem(BARRIERS, GaussianPacket(center=-110.0, width=20.0, momentum=1.0), duration=1000.0)
LONG_STEPS = {
    "grid": Grid.line(-265.0, 95.0, 640),
    "absorber": Absorber(width=40.0, energy=0.25),
    "scheme": "srkn11b",
    "dt": 1.5625,
    "frames": 32,
    "save_psi": False,
}


@functools.cache
def five_barriers() -> Quantity:
    """The transmitted probability alone, with theory for the packet as it is written."""
    return certify(FIVE, 2e-3, **LONG_STEPS).quantities["transmitted_probability"]


@pytest.mark.parametrize("batch", [None, Batch()], ids=["alone", "row"])
def test_steps_beyond_the_range_of_an_order_are_in_the_bar(batch: Batch | None) -> None:
    """Set-up: a long packet on five barriers, by steps of SRKN11b in which its fastest waves turn four times.

    Formula: the average of T over the packet, projected; twice the step errs by three times as much, not by 64, and what order six makes of the two
    is 1e-5 or less of an error of 2e-5 and more. Budget: 2e-3; the bar holds theory.
    """
    number, right = five_barriers(), five_barriers().theory["projection"]
    if batch is not None:
        work = Transmission().measuring(FIVE, 2e-3, batch=batch, **LONG_STEPS)
        number = run_here(work, lambda done, total: None).quantities["transmitted_probability"]
    assert 1e-5 < abs(number.value - right) <= number.error < 2e-4


def requests(problem: Problem, tolerance: float, **fixed: Any) -> tuple[list[int], Report]:
    """How many runs are asked for at a time, and the report."""
    work, asked = Transmission().measuring(problem, tolerance, **fixed), []
    wanted = next(work)
    while True:
        assert isinstance(wanted, RunRequest)
        asked.append(len(wanted.numerics))
        made = run_here(one_request(wanted), lambda done, total: None)
        try:
            wanted = work.send(made)
        except StopIteration as end:
            return asked, end.value


def one_request(wanted: RunRequest) -> Measurement[Runs]:
    return (yield wanted)


def test_no_longer_steps_are_run_where_gradients_tell_of_the_step() -> None:
    """Set-up: a sech^2 barrier; layers take 40 % of the density at once in steps given by hand.

    Formula: one run forward and backward. Budget: the bars hold the closed form.
    """
    problem = Problem(EckartBarrier(0.9, 1.5), GaussianPacket(center=-14.0, width=2.5, momentum=1.2))
    grid, layer = Grid.line(-42.0, 42.0, 128), Absorber(width=12.0, energy=0.28)
    by_hand = {"grid": grid, "absorber": layer, "dt": 91.0 / 64, "scheme": "chebyshev", "frames": 32}
    for given, duration in (({}, None), (by_hand, 91.0)):
        asked, report = requests(dataclasses.replace(problem, duration=duration), 1e-4, **given)
        assert asked == [1]
        assert report.quantities["transmitted_probability"].agrees
