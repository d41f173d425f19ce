"""The picture of a report: it is there whole, shows what it should, and leaves Matplotlib's settings alone."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from tests.pictures.viz_runs import channel, double_well, drifting, report_of, spectrum
from wavesim import potentials as P
from wavesim._typing import DIMENSIONLESS, ENERGY, TIME
from wavesim.analysis import Curve, Quantity, Report
from wavesim.errors import ArgumentError
from wavesim.units import NATURAL
from wavesim.viz import summary
from wavesim.viz._colors import BLUE, VERMILION, house_style
from wavesim.viz.draw._curves import draw_lines, suits_log_scale
from wavesim.viz.draw._page import sheet
from wavesim.viz.draw._table import draw_table
from wavesim.viz.scene._gather import gather
from wavesim.viz.scene._lines import bundle_of
from wavesim.viz.scene._scene import Line


def report() -> Report:
    """A double well whose left population is known, and one more number without theory."""
    result = double_well(frames=8)
    t = result.times
    theory = np.cos(np.pi * t / 16) ** 2
    curve = Curve("left_population", t, theory + 1e-5, DIMENSIONLESS, {"overlap_corrected": theory})
    quantities = {
        "left_population": Quantity("left_population", 0.50001, 2e-5, DIMENSIONLESS, {}, {"overlap_corrected": 0.5}),
        "contrast": Quantity("contrast", 0.98765, 1e-3, DIMENSIONLESS),
    }
    return Report(result, 1e-4, quantities, {"left_population": curve}, (), 1, 1, 0.1)


def picture(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def test_a_summary_is_a_whole_picture(tmp_path: Path) -> None:
    path = summary(report(), tmp_path / "new" / "summary.png", title="Two wells")
    assert path == tmp_path / "new" / "summary.png"
    pixels = picture(path)
    assert pixels.shape == (1000, 1600, 3)
    # density, potential, curves, residual, table: each quarter of the page holds ink, and none is flooded
    for part in (pixels[:500, :800], pixels[:500, 800:], pixels[500:, :800], pixels[500:, 800:]):
        assert 0.02 < np.mean(part.sum(axis=2) < 720) < 0.8
    assert [p.name for p in path.parent.iterdir()] == ["summary.png"]


@pytest.mark.parametrize("name", ["x.xyz", "x.pdf", "x", ".png"])
def test_a_picture_is_saved_as_png_alone(name: str, tmp_path: Path) -> None:
    with sheet("A page") as paper:
        pass
    with pytest.raises(ArgumentError, match=rf"`path` must end in \.png, but is '{re.escape(name)}'; rename it\."):
        paper.picture.save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []
    assert paper.picture.save(tmp_path / "x.PNG").read_bytes() == paper.picture.png


@pytest.mark.parametrize(
    "result",
    [
        drifting(layer=6.0),
        channel(2),
        channel(3),
        dataclasses.replace(drifting(), psi=drifting().psi[:0]),
        drifting(frames=0),
        drifting(potential=P.Free()),
    ],
    ids=["absorbing", "plane", "space", "without psi", "one frame", "free"],
)
def test_every_kind_of_run_has_a_summary(result, tmp_path: Path) -> None:
    pixels = picture(summary(result, tmp_path / "s.png"))
    assert np.mean(pixels.sum(axis=2) < 720) > 0.02


@pytest.mark.parametrize(
    "source",
    [
        spectrum(drifting()),
        spectrum(dataclasses.replace(drifting(), psi=drifting().psi[:0])),
        spectrum(None),
        report_of(
            {"half_life": (3e5, 1.0, TIME, {"resonance": 3e5, "wkb": 9e5}), "gap": (0.0, 0.0, ENERGY, {"a": 1.0})}
        ),
        report_of({"half_life": (3e5, 1.0, TIME, {})}),
    ],
    ids=["along energy", "along energy without psi", "along energy without a run", "numbers", "one number"],
)
def test_every_kind_of_report_has_a_summary(source: Report, tmp_path: Path) -> None:
    pixels = picture(summary(source, tmp_path / "s.png", title="Report"))
    assert np.mean(pixels.sum(axis=2) < 720) > 0.003


def test_curves_along_energy_keep_their_error_bars_and_theories() -> None:
    """Lab note: T is off by half its error bar, which grows from 1e-4 to 2e-4; the second theory stands beside the first."""
    bundle = bundle_of(spectrum(None), NATURAL)
    assert bundle is not None and bundle.across == "energy (natural units)" and bundle.up == "probability"
    through, back = bundle.lines
    assert (through.name, through.kind, [name for name, _ in through.others]) == ("transmission", "scattering", ["WKB"])
    assert through.residual == pytest.approx(np.linspace(0.5e-4, 1e-4, 21), rel=1e-9)
    assert np.asarray(through.error)[[0, -1]] == pytest.approx([1e-4, 2e-4])
    assert bundle.along == ENERGY and bundle_of(report(), NATURAL, timed=False) is None
    assert {through.color, back.color} == {BLUE, VERMILION}


def test_decays_and_small_numbers_are_drawn_in_decades() -> None:
    fall = np.exp(-np.linspace(0, 3, 20))
    assert suits_log_scale([Line("survival", BLUE, fall)])
    assert not suits_log_scale([Line("left", BLUE, fall)])
    assert suits_log_scale([Line("transmitted", BLUE, 1e-3 * fall**2)])
    assert not suits_log_scale([Line("transmitted", BLUE, 1e-3 * fall**2 - 1e-4)])
    assert suits_log_scale([Line("transmitted", BLUE, 1e-6 * fall), Line("reflected", BLUE, 1 - fall)])


def test_the_table_says_what_agrees() -> None:
    figure, wrong = Figure(), report()
    draw_table(figure, wrong, NATURAL, 0.2)
    texts = [t.get_text() for t in figure.texts]
    assert "agrees" in texts and "approximation" not in texts
    assert texts.index("left population") < texts.index("contrast")
    assert "0.500010" in texts and "0.500000   (overlap corrected)" in texts
    off = dataclasses.replace(wrong.headline, value=0.6)
    figure = Figure()
    draw_table(figure, dataclasses.replace(wrong, quantities={off.name: off}), NATURAL, 0.2)
    assert "approximation" in [t.get_text() for t in figure.texts]


def test_curves_of_a_report_carry_theory_and_residual() -> None:
    (line,) = gather(report(), 50, 50, NATURAL, "").lines
    assert line.name == "left"
    assert line.residual == pytest.approx(np.full(9, 1e-5), rel=1e-6)


def settings() -> dict[str, object]:
    """All settings but the backend, which Matplotlib chooses when it is looked at."""
    return {name: matplotlib.rcParams[name] for name in matplotlib.rcParams if not name.startswith("backend")}


def test_the_style_stays_inside() -> None:
    before = settings()
    with matplotlib.rc_context({"font.size": 33}):
        with house_style(size=9):
            assert matplotlib.rcParams["font.size"] == 9
        assert matplotlib.rcParams["font.size"] == 33
    assert settings() == before


def test_the_table_counts_what_it_has_no_room_for() -> None:
    many = {f"contrast_{n}": Quantity(f"contrast_{n}", 0.5, 1e-3, DIMENSIONLESS) for n in range(6)}
    figure = Figure()
    draw_table(figure, dataclasses.replace(report(), quantities=report().quantities | many), NATURAL, top=0.2)
    texts = [text.get_text() for text in figure.texts]
    assert sum(text.startswith("contrast") for text in texts) == 4 and "3 more in the report" in texts
    few = Figure()
    draw_table(few, report(), NATURAL, top=0.2)
    assert not any("more in the report" in text.get_text() for text in few.texts)


def test_two_theories_in_a_panel_have_dashes_of_their_own() -> None:
    points = np.linspace(0, 1, 5)
    lines = [
        Line("transmitted", BLUE, points, final=0.9, kind="projection"),
        Line("reflected", VERMILION, 1 - points, final=0.1, kind="closed form"),
    ]
    axes = Figure().add_subplot()
    draw_lines(axes, points, lines)
    dashes = {line.get_label(): line._unscaled_dash_pattern for line in axes.lines}  # type: ignore[attr-defined]
    assert {"projection", "closed form"} <= set(dashes)
    assert dashes["projection"] != dashes["closed form"]
