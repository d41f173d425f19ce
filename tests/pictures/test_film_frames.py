"""Which frames a film has: no empty stage at its end, thirty a second where the run kept fewer, and nothing that the grid does not hold."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tests.pictures.viz_runs import channel, double_well, drifting, gaussian, record, report_of
from wavesim import potentials as P, states as S
from wavesim._typing import DIMENSIONLESS
from wavesim.analysis import Curve
from wavesim.grid import Grid
from wavesim.problem import Problem
from wavesim.units import NATURAL
from wavesim.viz import Look, animate
from wavesim.viz.movie._cut import until_empty
from wavesim.viz.movie._talk import TalkPainter
from wavesim.viz.scene import refined, result_of


def moving(frames: int, steps: float = 0.2):
    """A packet of width 1 and momentum 1 that moves by `steps` from frame to frame, with the phase of its energy."""
    grid = Grid.line(-20.0, 20.0, 160)
    x = np.asarray(grid.x)
    psi = np.array([gaussian(x, -8.0 + steps * k, 1.0) * np.exp(-1j * steps * k) for k in range(frames + 1)])
    return record(Problem(P.Free(), S.GaussianPacket(center=-8.0, width=1.0, momentum=1.0)), grid, psi)


def test_frames_between_are_those_that_were_not_kept() -> None:
    """Lab note: every second frame of 41 is taken away; a straight line misses 0.4^2/8 psi'', of which
    what is along psi is mended with the norm: 0.02 sqrt(3/16 - 1/16) = 7.1e-3."""
    whole = moving(40)
    half = dataclasses.replace(whole, times=whole.times[::2], psi=whole.psi[::2], absorbed=whole.absorbed[::2])
    again = result_of(refined(half, 41))
    assert again.times == pytest.approx(whole.times)
    assert np.allclose(again.psi[::2], half.psi, rtol=0, atol=1e-12)
    step = float(whole.numerics.grid.spacing[0])
    far = np.sqrt((np.abs(again.psi - whole.psi) ** 2).sum(axis=1) * step)
    assert far[1::2] == pytest.approx(7.1e-3, rel=0.05)
    assert (np.abs(again.psi) ** 2).sum(axis=1) * step == pytest.approx(1.0, abs=1e-6)


def test_curves_and_series_go_along() -> None:
    run = moving(10)
    values = np.linspace(0, 1, 11) ** 2
    curve = Curve("transmitted_probability", run.times, values, DIMENSIONLESS, {"exact": values})
    report = refined(
        report_of({"transmitted_probability": (1.0, 1e-3, DIMENSIONLESS, {})}, run, {curve.name: curve}), 21
    )
    made = report.curves[curve.name]  # type: ignore[union-attr]
    assert np.array_equal(made.points, result_of(report).times)
    assert made.values[::2] == pytest.approx(values) and made.theory["exact"][1] == pytest.approx(values[:2].mean())


def test_what_lies_between_is_not_invented() -> None:
    """Frames that jump by two widths (overlap 0.61), runs with frames enough, and single frames stay as they are."""
    assert refined(jumping := moving(10, steps=2.0), 100) is jumping
    assert refined(run := moving(10), 11) is run
    one = dataclasses.replace(run, times=run.times[:1], psi=run.psi[:1], absorbed=run.absorbed[:1])
    assert refined(one, 50) is one


def test_a_film_has_thirty_frames_a_second_for_six_seconds() -> None:
    film = animate(moving(40), width=320, height=192)
    assert film.fps == 30 and len(film.order) == 181
    film = animate(moving(40), look=Look(duration=4.0), fps=20, width=320, height=192)
    assert len(film.order) == 80 and len(np.unique(film.order)) == 80
    film = animate(moving(40), fps=10, width=320, height=192)
    assert len(film.order) == 41


def test_no_film_ends_on_an_empty_stage() -> None:
    """Lab note: a tenth of the wave is left when the center of a packet of width 1 is 1.28 beyond the layer that begins at 12: near frame 106 of 140."""
    run = moving(140)
    from wavesim.absorbers import Absorber

    open_run = dataclasses.replace(run, numerics=dataclasses.replace(run.numerics, absorber=Absorber(width=8.0, energy=0.5)))  # fmt: skip
    assert len(result_of(until_empty(open_run)).psi) == pytest.approx(107, abs=2)
    assert until_empty(run) is run


def test_a_plane_is_dark_by_default_and_stands_beside_its_words() -> None:
    film = animate(channel(2), width=1280, height=720)
    assert film.look.style == "talk" and next(iter(film.frames()))[2, 2, :3].max() < 30
    assert animate(drifting()).look.style == "paper"
    narrow = dataclasses.replace(film.scene, window=np.array([[-6.0, 6.0], [-6.0, 6.0]]))
    painter = TalkPainter(narrow, film.look, 1280, 720)
    assert painter.panel.shape[:2] == pytest.approx((720, 720), abs=8) and painter.beside
    right = max(text.get_window_extent().x1 for text in painter.figure.texts if text.get_text())
    assert right <= 1280 - 720
    wide = TalkPainter(dataclasses.replace(narrow, window=np.array([[-12.0, 12.0], [-6.0, 6.0]])), film.look, 1280, 720)
    assert not wide.beside and wide.panel.shape[1] == pytest.approx(2 * wide.panel.shape[0], abs=3)


def test_a_window_in_a_plane_and_beyond_the_grid() -> None:
    """What lies beyond the grid's ends is empty: the grid of a line goes round, the picture does not."""
    film = animate(channel(2), look=Look(xlim=(-9.0, 0.0)), width=320, height=192)
    assert film.scene.window[0].tolist() == [-9.0, 0.0] and film.scene.window[1, 0] < -1.0
    film = animate(moving(4), look=Look(style="talk", xlim=(-60.0, 60.0), show=("density",)), width=640, height=368)
    picture = next(iter(film.frames()))[..., :3].astype(int)
    painted = np.flatnonzero((np.abs(picture - picture[2, 2]).max(axis=2) > 90).sum(axis=0) > 20)
    x = -60 + (painted + 0.5) / 640 * 120
    assert x.min() > -13 and x.max() < -3


def test_no_line_goes_through_the_words() -> None:
    """The walls of a double well reach the upper edge; above the panel they fade, and their outline ends."""
    film = animate(double_well(), look=Look(style="talk"), title="Two wells", width=640, height=368)
    painter = film._painter()
    assert isinstance(painter, TalkPainter)
    head = round((1 - painter.top) * 368)
    picture = painter.paint(0, np.zeros(len(film.scene.x), complex))[..., :3].astype(int)
    ground = np.round(painter.ground).astype(int)
    assert head > 40 and np.abs(picture[:2, -60:] - ground).max() <= 2
    assert film.units is NATURAL
