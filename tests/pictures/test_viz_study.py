"""The picture of several cases: what stands against what, what is drawn in decades, and that each kind is drawn whole."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from tests.pictures.viz_runs import channel, double_well, drifting, report_of, spectrum
from wavesim import potentials as P, units
from wavesim._typing import DIMENSIONLESS, ENERGY, TIME
from wavesim.analysis import Axis, BoundStates, Curve, Report, Study
from wavesim.units import NATURAL
from wavesim.viz import study_summary
from wavesim.viz.draw._table import draw_cases
from wavesim.viz.pages._comparison import draw_distances, draw_series, series_of
from wavesim.viz.pages._study import _side_by_side


def ink(path: Path) -> float:
    """The share of the page that is not white, after a look at its size."""
    with Image.open(path) as image:
        pixels = np.asarray(image.convert("RGB")).astype(int)
    assert pixels.shape == (1000, 1600, 3)
    return float(np.mean(pixels.sum(axis=2) < 720))


def levels(count: int = 3) -> Study:
    """Two levels that approach each other as x grows, off by half their error bars, and one number of another size."""
    x = np.arange(1.0, count + 1)
    reports = [
        report_of(
            {
                "level_0": (
                    -1 - np.exp(-d) + 5e-5,
                    1e-4,
                    ENERGY,
                    {"levels": -1 - np.exp(-d), "wkb": -1.1 - np.exp(-d)},
                ),
                "level_1": (-1 + np.exp(-d), 1e-4, ENERGY, {"levels": -1 + np.exp(-d)}),
                "gap": (1e-4 * np.exp(-d), 1e-9, ENERGY, {}),
                "lifetime": (3.0, 1e-3, TIME, {}),
            }
        )
        for d in x
    ]
    return Study(tuple(f"{d:g} nm" for d in x), tuple(reports), Axis("distance (nm)", tuple(x)))


def half_lives(labels: tuple[str, ...] = ("Po-212", "Po-214", "U-238")) -> Study:
    """Numbers over 20 decades, and no run."""
    lives = np.geomspace(1e-7, 1e13, len(labels))
    reports = [report_of({"half_life": (t, t / 1e6, TIME, {"exact": t, "gamow": 2 * t})}) for t in lives]
    return Study(labels, tuple(reports), Axis("energy (MeV)", tuple(np.linspace(9.0, 4.0, len(labels)))))


def wells(count: int = 2) -> Study:
    """Double wells whose left population is known."""
    result = double_well(frames=8)
    theory = np.cos(np.pi * result.times / 16) ** 2
    curve = Curve("left_population", result.times, theory + 1e-5, DIMENSIONLESS, {"exact": theory}, 2e-5)
    numbers = {"left_population": (0.5, 2e-5, DIMENSIONLESS, {"exact": 0.50001})}
    report = report_of(numbers, result, {"left_population": curve})
    return Study(tuple("abcdefg"[:count]), (report,) * count)


def test_energies_stand_together_and_sizes_do_not_mix() -> None:
    """Lab note: level_1 is of the headline's size; the gap is 1e4 times smaller, the lifetime no energy."""
    first, second = series_of(levels(), NATURAL)
    assert (first.name, second.name) == ("level 0", "level 1")
    assert list(first.theories) == ["levels", "wkb"]
    in_eV = series_of(levels(), units.UnitSystem())[0]
    assert in_eV.values == pytest.approx(first.values * 27.2114, rel=1e-5)
    assert in_eV.errors == pytest.approx(first.errors * 27.2114, rel=1e-5)


def test_decades_get_a_logarithmic_axis() -> None:
    study = half_lives()
    assert study.axis is not None
    x = np.array(study.axis.values)
    (series,) = series_of(study, NATURAL)
    axes = Figure().add_axes((0, 0, 1, 1))
    draw_series(axes, x, [series], "computed")
    assert axes.get_yscale() == "log"
    names = axes.get_legend_handles_labels()[1]
    assert names == ["exact", "Gamow", "computed"]
    straight = Figure().add_axes((0, 0, 1, 1))
    draw_series(straight, x, series_of(levels(), NATURAL), "measured")
    assert straight.get_yscale() == "linear"


def test_experiments_are_dots_and_no_theory() -> None:
    lives = [report_of({"half_life": (t, t / 1e6, TIME, {"exact": t, "experiment": 2 * t})}) for t in (1.0, 9.0)]
    (series,) = series_of(Study(("a", "b"), tuple(lives)), NATURAL)
    assert list(series.theories) == ["exact"]
    assert series.given == pytest.approx([2.0, 18.0])


def test_few_cases_stand_side_by_side_unless_they_fall_over_decades() -> None:
    few = wells(4)
    assert _side_by_side(few) and not _side_by_side(wells(5)) and not _side_by_side(half_lives())
    # 0.5 in the first case, 500 in the last
    large = dataclasses.replace(few.reports[0].headline, value=500.0)
    last = dataclasses.replace(few.reports[0], quantities={large.name: large})
    falling = Study(few.labels, (*few.reports[:3], last), Axis("width (nm)", (1.0, 2.0, 3.0, 4.0)))
    assert not _side_by_side(falling)


def test_distances_are_shares_of_the_first_theory() -> None:
    """Lab note: wkb is off by 0.1 of 1 + exp(-d): 7.3 % at d = 1; the level by 5e-5 of it, its bar is twice as long."""
    axes = Figure().add_axes((0, 0, 1, 1))
    draw_distances(axes, np.arange(1.0, 4.0), series_of(levels(), NATURAL)[:1])
    drawn = [np.asarray(line.get_ydata(), dtype=float) for line in axes.lines]
    wkb, dots, bars = (heights for heights in drawn if len(heights) > 2 and not np.isnan(heights).any())
    exact = 1 + np.exp(-np.arange(1.0, 4.0))
    assert wkb[[0, -1]] == pytest.approx(0.1 / exact[[0, -1]], rel=1e-6)
    assert dots == pytest.approx(5e-5 / exact, rel=1e-6)
    assert bars == pytest.approx(1e-4 / exact, rel=1e-6)


def test_the_table_names_cases_and_ends_with_their_ratio() -> None:
    figure = Figure()
    draw_cases(figure, half_lives(("a", "b")), NATURAL, 0.2)
    texts = [text.get_text() for text in figure.texts]
    assert texts[:2] == ["case", "half life"]
    assert texts.index("a") < texts.index("b") < texts.index("ratio, last to first")
    figure = Figure()
    mixed = Study(("well", "freedom"), (wells().reports[0], half_lives().reports[0]))
    draw_cases(figure, mixed, NATURAL, 0.2)
    assert {"well: left population", "freedom: half life"} < {text.get_text() for text in figure.texts}


def bound(study: Study) -> Study:
    """The study's reports with states on a line, of a well that is narrower from case to case."""
    states = []
    for width in range(1, len(study.reports) + 1):
        result = double_well()
        problem = dataclasses.replace(result.problem, potential=P.Harmonic(float(width)))
        x = np.asarray(result.numerics.grid.x)
        states.append(BoundStates(problem, result.numerics.grid, np.array([0.5]), np.exp(-width * x[None] ** 2 / 2)))
    reports = [dataclasses.replace(report, states=found) for report, found in zip(study.reports, states, strict=True)]
    return dataclasses.replace(study, reports=tuple(reports))


def planes(count: int) -> Study:
    """Runs in two dimensions."""
    result = channel(2)
    curve = Curve("transmitted_probability", result.times, result.times / 4, DIMENSIONLESS)
    report = report_of({"transmitted_probability": (0.5, 1e-4, DIMENSIONLESS, {})}, result, {curve.name: curve})
    return Study(tuple("abcdefg"[:count]), (report,) * count)


def spectra(count: int) -> Study:
    report: Report = spectrum(drifting())
    return Study(tuple("abcdefg"[:count]), (report,) * count)


@pytest.mark.parametrize(
    "study",
    [
        levels(),
        dataclasses.replace(levels(2), axis=None),
        bound(levels()),
        half_lives(tuple("abcdefgh")),
        wells(2),
        wells(6),
        spectra(3),
        spectra(5),
        planes(2),
        Study(("whole", "lost"), wells(1).reports),
    ],
    ids=[
        "numbers against an axis",
        "labels",
        "levels",
        "decades",
        "columns over time",
        "many over time",
        "columns over energy",
        "many over energy",
        "planes",
        "interrupted",
    ],
)
def test_every_kind_of_study_has_a_picture(study: Study, tmp_path: Path) -> None:
    path = study_summary(study, tmp_path / "new" / "summary.png", title="Cases")
    assert 0.008 < ink(path) < 0.5
    assert [item.name for item in path.parent.iterdir()] == ["summary.png"]
