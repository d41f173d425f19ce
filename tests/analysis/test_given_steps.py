"""Steps that are given by hand, however many: what they leave wrong is in every bar."""

from __future__ import annotations

import pytest

import wavesim as ws
from wavesim.analysis import Motion
from wavesim.analysis.bars._accuracy import coarser_in_time, converges, time_error
from wavesim.potentials import Expression
from wavesim.states import GaussianPacket

_LASTING = 5.4
_SHAKEN = ws.Problem(
    Expression("x^2/2 + x^4/10 + 0.5*x*cos(1.3*t)"), GaussianPacket(-1.0, 0.6, momentum=0.5), duration=_LASTING
)
_GRID = ws.Grid.line(-12.0, 12.0, 96)


def _numerics(steps: int, frames: int, scheme: str) -> ws.Numerics:
    # a given step is shortened until whole ones fill the frames, never lengthened
    dt = _LASTING / steps * (1 + 1e-9)
    return ws.plan(_SHAKEN, 1e-2, grid=_GRID, dt=dt, scheme=scheme, frames=frames).numerics


@pytest.mark.parametrize("scheme", ["strang", "chin4a", "g6t4"])
@pytest.mark.parametrize(("steps", "frames"), [(9, 1), (9, 3), (18, 3), (6, 2), (3, 3)])
def test_a_bar_holds_what_any_number_of_steps_leaves_wrong(scheme: str, steps: int, frames: int) -> None:
    """Set-up: a packet in x^2/2 + x^4/10 + 0.5 x cos(1.3 t), 5.4 long, in steps that cannot be doubled twice within whole frames.

    Formula: <x> at the end, -1.10375169332 by 90 states of the oscillator (an ODE in time) and by Suzuki's splitting with 8,000 steps on 256 points,
    which agree to 4e-12. Budget: the stated bars, and that the step has its part in them. Nine steps of Strang's in one frame were held against no
    longer step, and the bar had no part for them.
    """
    dt = _LASTING / steps * (1 + 1e-9)
    report = ws.certify(_SHAKEN, 1e-2, find=Motion(), grid=_GRID, dt=dt, scheme=scheme, frames=frames)
    assert report.record is not None and report.record.numerics.steps == steps
    place = report["mean_position"]
    assert place.budget["time_step"] > 0
    assert abs(place.value + 1.10375169332) <= place.error


@pytest.mark.parametrize(
    ("steps", "frames", "others"),
    [
        (16, 2, [8, 4]),
        (27, 3, [15, 9]),
        (27, 1, [14, 7]),
        (18, 9, [9, 36]),
        (18, 3, [9, 6]),
        (9, 3, [18, 36]),
        (8, 2, [16, 32]),
        (1, 1, [2, 4]),
    ],
)
def test_the_steps_of_repeated_runs(steps: int, frames: int, others: list[int]) -> None:
    """Half and a quarter of the steps, rounded up from frame to frame; shorter ones where that leaves no two, or too few. Each fills the duration."""
    repeated = coarser_in_time(_SHAKEN, _numerics(steps, frames, "strang"))
    assert [one.numerics.steps for one in repeated] == others
    for one in repeated:
        assert one.numerics.duration == pytest.approx(_LASTING, rel=1e-12)
        assert one.ratio == pytest.approx(steps / one.numerics.steps, rel=1e-12)


@pytest.mark.parametrize("order", [2, 4, 6])
@pytest.mark.parametrize("ratios", [(1.8, 3.0), (1.5, 3.0), (2.0, 0.5), (0.5, 0.25)])
def test_the_time_error_of_a_clean_power_for_any_ratios(order: int, ratios: tuple[float, float]) -> None:
    """Set-up: Q = 0.3 + 1e-7 h^p. Formula: three times the error at h = 1, whatever the other steps are; kicks with gradients add nothing. Budget: rounding."""
    values = [0.3 + 1e-7 * h**order for h in (1.0, *ratios)]
    assert time_error(order, values, ratios=ratios) == pytest.approx(3e-7, rel=1e-6)
    assert time_error(order, values, gradients=True, ratios=ratios) == pytest.approx(3e-7, rel=1e-6)


def test_runs_that_agree_on_one_number_alone_have_not_converged() -> None:
    """Set-up: steps h, 2h, 4h whose records differ by 1 and 1.2 somewhere: that is no first order, which makes 2. By 1 and 4 they fall."""
    assert not converges([[0.0, 0.1], [1.0, 0.1], [2.2, 0.1]], (2, 4))
    assert converges([[0.0, 0.1], [1.0, 0.1], [5.0, 0.1]], (2, 4))
    # the same law, told by shorter steps: D1 and D2 between the two shortest and the two longest
    assert converges([[16.0], [4.0], [1.0]], (0.5, 0.25))
