"""Films: styles and shapes in which no word is cut, psi where it should be, times and seconds as asked, transparent pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.pictures.viz_runs import channel, double_well, drifting
from wavesim.errors import ArgumentError
from wavesim.viz import Look, animate, size_of
from wavesim.viz.movie._look import PANELS, vivid_table
from wavesim.viz.movie._talk import TalkPainter

TALK = Look(style="talk")
EVERYTHING = Look(style="talk", show=PANELS)


def painter(result, look: Look, width: int, height: int, title: str = "A packet at a barrier") -> TalkPainter:
    """The painter of a film."""
    made = animate(result, look=look, width=width, height=height, title=title)._painter()
    assert isinstance(made, TalkPainter)
    return made


@pytest.mark.parametrize("size", ["16:9", "1:1", "9:16", "4:3", "4k", "480x320"])
@pytest.mark.parametrize("style", ["talk", "print"])
def test_no_word_is_cut_in_any_shape(size: str, style: str) -> None:
    """Every text of the figure lies inside the frame, and no two of them on each other, with all panels and a long title."""
    width, height = size_of(size)
    title = "How much of a packet tuned to the resonance between two barriers passes both of them"
    made = painter(drifting(), Look(style=style, show=PANELS), width, height, title)
    renderer = made.figure.canvas.get_renderer()  # type: ignore[attr-defined]
    for index in (0, len(made.scene.times) - 1):
        texts = [text for text, _ in made._moment(index)]
        for text, words in made._moment(index):
            text.set_text(words)
        texts += [text for text in made.figure.texts if text not in texts]
        boxes = [text.get_window_extent(renderer) for text in texts if text.get_text()]
        for box in boxes:
            assert box.x0 >= -1 and box.y0 >= -1 and box.x1 <= width + 17 and box.y1 <= height + 17
        for n, one in enumerate(boxes):
            for other in boxes[:n]:
                apart = one.x1 <= other.x0 or other.x1 <= one.x0 or one.y1 <= other.y0 or other.y1 <= one.y0
                assert apart or min(one.y1, other.y1) - max(one.y0, other.y0) < 3


def test_a_talk_is_dark_and_the_wave_stands_where_psi_is() -> None:
    """The packet at -8 of -20 .. 20: its columns are painted in color, the far ones are ground."""
    movie = animate(drifting(), look=Look(style="talk", show=("density",)), width=640, height=368)
    picture = next(iter(movie.frames()))
    ground = picture[2, 2, :3].astype(int)
    assert ground.max() < 30
    painted = (np.abs(picture[..., :3].astype(int) - ground).max(axis=2) > 60).sum(axis=0)
    window = movie.scene.window[0]
    center = float((painted * np.linspace(window[0], window[1], painted.size)).sum() / painted.sum())
    assert center == pytest.approx(-8.0, abs=1.0)


def test_the_real_part_swings_about_the_middle() -> None:
    look = Look(style="talk", part="real", show=("density",))
    made = painter(drifting(), look, 640, 368)
    psi = np.zeros(len(made.scene.x), complex)
    psi[: len(psi) // 2] = np.sqrt(made.scene.density_top)
    psi[len(psi) // 2 :] = -np.sqrt(made.scene.density_top)
    picture = made.paint(0, psi)[..., :3].astype(int)
    painted = np.abs(picture - picture[2, 2]).max(axis=2) > 60
    half = made.panel.shape[0] - round(0.5 * made.share * made.panel.shape[0])
    assert painted[:half, 100].sum() > 60 > painted[half + 9 :, 100].sum()
    assert painted[half:, 600].sum() > 60 > painted[: half - 9, 600].sum()


def test_the_momentum_stands_at_its_mean() -> None:
    """exp(i k x) with k = 1 and width 1: the density of momenta is largest at 1, and 1/2 wide."""
    movie = animate(drifting(), look=Look(style="talk", part="momentum"), width=640, height=368)
    from wavesim.units import NATURAL
    from wavesim.viz.movie._cut import momenta

    scene, waves = momenta(movie.result, movie.scene, NATURAL)
    density = np.abs(waves[0]) ** 2
    step = scene.x[1] - scene.x[0]
    assert density.sum() * step == pytest.approx(1.0, abs=5e-3)
    assert (density * scene.x).sum() / density.sum() == pytest.approx(1.0, abs=5e-3)
    assert "k" in scene.labels["x"]
    with pytest.raises(ArgumentError, match="must be density or real in two dimensions"):
        animate(channel(2), look=Look(part="momentum"), width=320, height=192)


def test_times_and_seconds_are_as_asked() -> None:
    result = drifting(frames=8)
    film = animate(result, look=Look(tlim=(2.0, 6.0), hold=0.0), fps=10)
    assert film.scene.times.tolist() == [2.0, 3.0, 4.0, 5.0, 6.0] and film.order.tolist() == [0, 1, 2, 3, 4]
    film = animate(result, look=Look(duration=2.0, hold=0.5), fps=10)
    assert len(film.order) == 20 and film.order[0] == 0 and (film.order[14:] == 8).all() and film.order[13] < 8
    with pytest.raises(ArgumentError, match="must hold two frames"):
        animate(result, look=Look(tlim=(100.0, 200.0)))


def test_a_run_that_ends_holds_and_one_that_comes_back_goes_round() -> None:
    assert len(animate(drifting(), look=TALK, fps=10).order) == 5 + 10
    there = double_well()
    import dataclasses

    back = dataclasses.replace(there, psi=np.concatenate([there.psi, there.psi[::-1][1:]]), times=np.arange(9.0))
    assert len(animate(back, look=TALK, fps=10).order) == 9


def test_the_window_is_as_asked() -> None:
    film = animate(drifting(), look=Look(style="talk", xlim=(-5.0, 3.0)), width=320, height=192)
    assert film.scene.window[0].tolist() == [-5.0, 3.0]


def test_a_plane_is_dark_and_smooth() -> None:
    """48 x 24 points on a panel of some 400 x 360 pixels, straight lines between: the light of neighbors differs by the light of the
    brightest over the eight or more pixels from point to point, and not by a whole block's.
    """
    made = painter(channel(2), Look(style="talk", show=("density",)), 640, 368)
    picture = next(
        iter(animate(channel(2), look=Look(style="talk", show=("density",)), width=640, height=368).frames())
    )
    assert picture[2, 2, :3].max() < 30
    psi = np.zeros((24, 48), complex)
    psi[12, 20:28] = np.sqrt(made.scene.density_top) * np.array([0.1, 0.3, 0.6, 0.9, 0.9, 0.6, 0.3, 0.1])
    made.paint(0, psi)
    light = made.panel.astype(int).max(axis=2)
    assert light.max() > 200
    assert np.abs(np.diff(light, axis=1)).max() < 90 and np.abs(np.diff(light, axis=0)).max() < 90


def test_single_pictures_are_transparent(tmp_path: Path) -> None:
    """Nothing where there is nothing, all where there is a wave: the numbers of the ground are let through."""
    look = Look(style="talk", show=("density",), duration=0.2, hold=0.0)
    film = animate(drifting(), look=look, width=320, height=192, fps=10)
    first = film.save(tmp_path / "film.png")
    assert [file.name for file in sorted(tmp_path.iterdir())] == ["film_0001.png", "film_0002.png"]
    picture = np.asarray(Image.open(first))
    assert picture.shape == (192, 320, 4) and picture[2, 2, 3] == 0
    assert (picture[..., 3] == 255).sum() > 100


def test_a_callback_draws_into_the_picture() -> None:
    seen: list[tuple[int, float]] = []

    def mark(picture: np.ndarray, place: int, time: float) -> None:
        seen.append((place, time))
        picture[:5, :5] = (1, 2, 3, 255)

    pictures = list(animate(drifting(), on_frame=mark, width=320, height=192, look=Look(hold=0.0)).frames())
    assert seen == [(n, float(n)) for n in range(5)] and pictures[0][0, 0].tolist() == [1, 2, 3, 255]
    other = np.zeros((192, 320, 4), np.uint8)
    shown = list(animate(drifting(), on_frame=lambda *given: other, width=320, height=192).frames())
    assert shown[0] is other


def test_vivid_hues_go_round_once() -> None:
    table = vivid_table().astype(int)
    assert table.shape == (256, 3) and np.abs(table[0] - table[-1]).max() < 12
    assert len({tuple(row) for row in table.tolist()}) > 240


def test_bad_looks_are_refused() -> None:
    for wrong, words in (
        ({"style": "loud"}, "must be one of paper, talk, print"),
        ({"show": ("density", "legend")}, "must be one of density"),
        ({"part": "phase"}, "must be one of density, real, momentum"),
        ({"colors": "jet"}, "must be one of safe, vivid"),
        ({"xlim": (3.0, 1.0)}, "must begin before it ends"),
        ({"duration": 0.0}, "must be positive"),
    ):
        with pytest.raises(ArgumentError, match=words):
            Look(**wrong)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="must read 1920x1080"):
        size_of("large")
    assert size_of("1920 x 1080") == (1920, 1080) and size_of("4K") == (3840, 2160)
