"""The picture of a sweep: which one is chosen, what is on its axes, what is said of rows without a good number; and runs side by side."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from PIL import Image

from tests.pictures.viz_runs import channel, double_well, drifting
from tests.sweeps.sweep_tables import MEASURED, line, periods, plane, samples, spoiled, table
from wavesim.errors import ArgumentError, NumericsError
from wavesim.grid import Grid
from wavesim.viz import small_multiples, spread, sweep_summary
from wavesim.viz._colors import BLUE, house_style
from wavesim.viz.pages.sweeps._sweep_data import read_table, status_line
from wavesim.viz.pages.sweeps._sweep_line import draw_line, draw_normalized_distance, draw_one
from wavesim.viz.pages.sweeps._sweep_map import draw_map, draw_maps, norm_of
from wavesim.viz.pages.sweeps._sweep_sample import Ensemble, draw_ensemble, draw_histogram
from wavesim.viz.pages.sweeps._sweep_summary import _drawing, _squeezed


def test_a_table_is_read_in_order_and_in_its_units() -> None:
    """Values that stand in disorder in the file are sorted; what has no unit says none; an unknown bar is no bar."""
    shuffled = line().isel(energy=[3, 0, 2, 1, 4, 5, 6, 7, 8])
    shuffled[f"{MEASURED}_error"].values[5] = math.inf
    found = read_table(shuffled)
    (axis,) = found.axes
    assert np.all(np.diff(axis.places) > 0) and axis.label == "energy (eV)" and axis.texts[0] == "0.55 eV"
    assert found.values == pytest.approx(read_table(line()).values)
    assert (found.label, found.kind) == ("transmitted probability", "closed form")
    assert np.isnan(found.errors).sum() == 1 and found.distance[0] == pytest.approx(0.5)
    assert read_table(periods()).label == "tunneling period (natural units)"
    assert list(read_table(periods()).further) == ["wkb"]
    with pytest.raises(ArgumentError, match="must be measured by the sweep, which has tunneling_period, but is 'gap'"):
        read_table(periods(), "gap")


def test_axes_are_logarithmic_where_values_are_geometric() -> None:
    assert read_table(periods()).axes[0].logarithmic and not read_table(line()).axes[0].logarithmic
    edges = read_table(periods()).axes[0].edges
    # midway in the logarithm: each value is the geometric mean of its borders
    assert np.sqrt(edges[1:] * edges[:-1]) == pytest.approx(read_table(periods()).axes[0].places)
    assert read_table(line()).axes[0].edges[[0, -1]] == pytest.approx([0.55 - 0.09375, 2.05 + 0.09375])


def test_decades_are_told_by_what_is_above_its_own_bar() -> None:
    """Lab note: T from 0.5 down to 1e-7 with bars of 1e-3 spans a factor of 100 that is known, down to 5e-3."""
    exact = np.array([0.5, 5e-2, 4.5e-3, 1e-7])
    found = read_table(table({"width": (np.arange(1.0, 5.0), "nm")}, exact))
    assert found.floor == pytest.approx(5e-3) and found.in_decades
    lower = dataclasses.replace(found, values=found.values - 0.01)
    assert not lower.in_decades
    assert isinstance(norm_of(found), LogNorm) and norm_of(found).vmin == pytest.approx(5e-3)
    plain = norm_of(read_table(line()))
    assert type(plain) is Normalize and (plain.vmin, plain.vmax) == (0, 1)


def _text_axis(few: int) -> xr.Dataset:
    names = ["rectangular_barrier", "gaussian_barrier", "step"][:few]
    return table({"kind": (names, ""), "height": (np.linspace(1, 2, 9), "eV")}, np.full((few, 9), 0.5))


@pytest.mark.parametrize(
    ("dataset", "kind", "drawn"),
    [
        (line(), None, draw_line),
        (plane(), None, draw_map),
        (plane(), "line", draw_line),
        (plane(4), None, draw_line),
        (_text_axis(2), None, draw_line),
        (_text_axis(2), "map", draw_map),
        (samples(), None, draw_histogram),
        (samples(), "line", draw_line),
        (samples(3), None, draw_ensemble),
        (plane().expand_dims(mass=[0.1, 0.2]), None, draw_maps),
        (plane().expand_dims(mass=[0.1]), None, draw_map),
    ],
)
def test_the_axes_choose_the_picture(dataset: xr.Dataset, kind: str | None, drawn: object) -> None:
    assert _drawing(_squeezed(read_table(dataset)), kind) is drawn


@pytest.mark.parametrize(
    ("dataset", "kind", "said"),
    [
        (line(), "pie", "must be one of line, map, histogram, but is 'pie'"),
        (line(), "map", "must suit a table of 1 axes, but is 'map'; take histogram or line"),
        (plane(), "histogram", "must suit a table of 2 axes, but is 'histogram'; take line or map"),
    ],
)
def test_a_kind_that_does_not_suit_is_refused(dataset: xr.Dataset, kind: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=said):
        sweep_summary(dataset, tmp_path / "summary.png", kind)
    assert not list(tmp_path.iterdir())


def test_a_line_stands_beside_theory_and_its_distance_is_in_error_bars() -> None:
    axes, below = Figure().add_axes((0, 0, 1, 1)), Figure().add_axes((0, 0, 1, 1))
    found = read_table(spoiled(line(9)))
    draw_one(axes, found)
    names = axes.get_legend_handles_labels()[1]
    assert set(names) == {"closed form", "measured", "tolerance missed", "failed"}
    draw_normalized_distance(below, [(found, BLUE)])
    drawn = np.asarray(below.lines[-1].get_ydata(), dtype=float)
    assert drawn == pytest.approx(np.full(7, 0.5))
    decades = Figure().add_axes((0, 0, 1, 1))
    draw_one(decades, read_table(periods()))
    assert decades.get_yscale() == "log" and "WKB" in decades.get_legend_handles_labels()[1]


def test_a_map_has_the_first_axis_across_and_counts_what_is_inside_its_bar() -> None:
    figure = Figure()
    dataset = plane()
    dataset[MEASURED].values[0, 0] += 0.01
    with house_style(12):
        draw_map(figure, read_table(dataset))
    values, _, distance, _, cuts, spread_panel = figure.axes
    assert values.get_xlabel() == "energy (eV)" and values.get_ylabel() == "width (nm)"
    assert distance.get_title(loc="left") == "distance from theory, in error bars"
    # 71 of 72 rows
    assert spread_panel.get_title(loc="left") == "98.61 % within their error bar, the farthest at 10.50"
    assert cuts.get_legend_handles_labels()[1][-1] == "closed form"


def test_the_mean_of_a_sample_is_that_of_its_logarithms() -> None:
    """Lab note: ln T = -1, -2, -3, -6: mean -3, sample deviation sqrt(14/3), standard error half of it plus the bars of 1e-3."""
    exact = np.exp(-np.array([1.0, 2.0, 3.0, 6.0]))
    dataset = table({"sample": (np.arange(4), "-")}, exact, relative=True)
    dataset[MEASURED].values[:] = exact
    found = Ensemble.of(read_table(dataset))
    assert found.label == "ln(transmitted probability)"
    assert (float(found.mean), float(found.spread)) == pytest.approx((-3.0, math.sqrt(14 / 3)))
    assert float(found.standard_error) == pytest.approx(math.sqrt(14 / 3) / 2 + 1e-3)
    plain = Ensemble.of(read_table(table({"sample": (np.arange(3), "-")}, np.array([0.2, 0.3, 0.4]))))
    assert plain.label == "transmitted probability" and float(plain.mean) == pytest.approx(0.3005)


def test_the_last_line_counts_rows_and_cost() -> None:
    words = status_line(spoiled(line(9)), read_table(spoiled(line(9))))
    assert words == (
        "9 rows: 1 not yet done, 6 good, 1 missed the tolerance or theory, 1 failed.  36 propagations, 9,000 FFT pairs."
    )


@pytest.mark.parametrize(
    "dataset",
    [
        spoiled(line(9)),
        spoiled(line(90)),
        periods(),
        plane(4),
        _text_axis(3),
        _text_axis(3).isel(height=0),
        spoiled(plane()),
        plane(8, widest=12.0),
        plane().drop_vars(f"{MEASURED}_theory"),
        samples(),
        samples(4),
        plane().expand_dims(mass=np.arange(1.0, 15.0)),
        spoiled(line(9)).where(False).assign(status=0 * line(9)["status"]),
    ],
    ids=[
        "dots",
        "many points",
        "decades",
        "a line each",
        "texts",
        "texts alone",
        "map",
        "map in decades",
        "no theory",
        "histogram",
        "ensemble",
        "maps",
        "nothing yet",
    ],
)
def test_every_kind_of_sweep_has_a_picture(dataset: xr.Dataset, tmp_path: Path) -> None:
    path = sweep_summary(dataset, tmp_path / "new" / "summary.png")
    with Image.open(path) as image:
        pixels = np.asarray(image.convert("RGB")).astype(int)
    assert pixels.shape == (1000, 1600, 3)
    assert 0.002 < float(np.mean(pixels.sum(axis=2) < 720)) < 0.7
    assert [item.name for item in path.parent.iterdir()] == ["summary.png"]


@pytest.mark.parametrize(
    ("shape", "count", "first", "last"),
    [((100, 100), 12, 0, 9999), ((5,), 5, 0, 4), ((61,), 12, 0, 60), ((1, 1), 1, 0, 0), ((2, 2, 2, 2), 8, 0, 15)],
)
def test_rows_are_spread_over_all_axes(shape: tuple[int, ...], count: int, first: int, last: int) -> None:
    rows = spread(shape)
    assert len(rows) == len(set(rows)) == count
    assert rows == sorted(rows) and rows[0] == first
    assert rows[-1] == last or 1 in np.ptp(np.array(np.unravel_index(rows, shape)), axis=1) + 1


def test_runs_stand_side_by_side_on_one_clock() -> None:
    """Lab note: of two runs of 4 and 6 units of time the shorter one stands still at its end, and so does its clock; 9 and 10 both end at 9."""
    runs = {"low": drifting(frames=4, height=0.5), "high barrier": drifting(frames=6, height=1.2)}
    movie = small_multiples(runs, count=12, width=640, height=368)
    assert [float(scene.times[-1]) for scene in movie.scenes] == [4.0, 6.0]
    assert [float(scene.times[6]) for scene in movie.scenes] == [3.0, 3.0]
    assert movie.results[0].psi[-1] == pytest.approx(runs["low"].psi[-1])
    windows = [scene.window for scene in movie.scenes]
    assert windows[0] == pytest.approx(windows[1])
    assert movie.scenes[0].energies == movie.scenes[1].energies
    assert movie.scenes[0].density_top == movie.scenes[1].density_top
    pictures = [frame.copy() for frame in movie.frames()]
    assert len(pictures) == 13 and pictures[0].shape == (368, 640, 4)
    assert not np.array_equal(pictures[0], pictures[6])
    nearly = small_multiples({"ten": drifting(frames=10), "nine": drifting(frames=9)}, count=9)
    assert [float(scene.times[-1]) for scene in nearly.scenes] == [9.0, 9.0]


def test_runs_of_very_different_length_have_clocks_of_their_own() -> None:
    movie = small_multiples({"short": double_well(frames=4), "long": double_well(frames=40)}, count=8)
    assert [float(scene.times[-1]) for scene in movie.scenes] == [4.0, 40.0]


def test_problems_are_propagated_and_written_as_a_movie(tmp_path: Path) -> None:
    done: list[tuple[int, int]] = []
    problem = dataclasses.replace(drifting().problem, duration=6.0)
    path = tmp_path / "sweep.gif"
    small_multiples(
        {"one": problem, "two": problem}, path, count=6, fixed=[{"grid": Grid.line(-20.0, 20.0, 96), "absorber": None}] * 2,
        width=320, height=180, progress=lambda now, total: done.append((now, total)),
    )  # fmt: skip
    assert done[-1] == (7, 7)
    assert [item.name for item in tmp_path.iterdir()] == ["sweep.gif"]
    with Image.open(path) as shown:
        assert shown.size == (320, 180)


def test_what_cannot_stand_side_by_side_is_refused() -> None:
    run = drifting()
    with pytest.raises(ArgumentError, match="must be 1 to 12, but are 13"):
        small_multiples({str(number): run for number in range(13)})
    with pytest.raises(NumericsError, match="one or two dimensions, but body has three"):
        small_multiples({"body": channel(3)})
    with pytest.raises(NumericsError, match="as many dimensions as the first, 1, but plane has 2"):
        small_multiples({"line": run, "plane": channel(2)})
    with pytest.raises(NumericsError, match="but bare kept none"):
        small_multiples({"line": run, "bare": dataclasses.replace(run, psi=run.psi[:0])})
