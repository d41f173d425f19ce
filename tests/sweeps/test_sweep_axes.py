"""Axes and samples of a sweep: what a file says of them, and the values, names and units that come of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from wavesim.errors import ScenarioError
from wavesim.scenario.sweep_files._sweep_axes import SAMPLE, SweepAxis, axes_of, names_of
from wavesim.scenario.sweep_files._sweep_values import (
    MOST_ROWS,
    Sample,
    axis_values,
    read_table,
    refuse_too_many,
    sample_bounds,
    sample_values,
)

HEIGHT, WIDTH = "potential.height", "state.width"


def axis(path: str, *values: Any, plain: str = "1") -> SweepAxis:
    """An axis over one path."""
    return axes_of([[path]], {path: values}, {path: plain}, sample=False)[0]


def told(given: Any) -> list[str]:
    """What is said of an axis over the height."""
    wrong: list[str] = []
    axis_values(HEIGHT, given, wrong)
    return wrong


@pytest.mark.parametrize(
    ("given", "values"),
    [
        ({"from": 0.1, "to": 0.5, "count": 5}, [0.1, 0.2, 0.3, 0.4, 0.5]),
        ({"from": 2.0, "to": 1.0, "count": 3}, [2.0, 1.5, 1.0]),
        ({"from": 1e-3, "to": 10.0, "count": 5, "spacing": "log"}, [1e-3, 1e-2, 0.1, 1.0, 10.0]),
        ({"from": "0.5 eV", "to": "900 meV", "count": 3}, ["0.5 eV", "0.7 eV", "0.9 eV"]),
        ({"from": 64, "to": 512, "count": 4, "spacing": "log"}, [64, 128, 256, 512]),
        ({"from": 1, "to": 2, "count": 3}, [1, 1.5, 2]),
        ({"values": ["1 nm", "2 nm"]}, ["1 nm", "2 nm"]),
        (["step", "eckart_barrier"], ["step", "eckart_barrier"]),
        ([{"kind": "free"}], [{"kind": "free"}]),
    ],
)
def test_values_are_written_out_as_a_scenario_would_hold_them(given: Any, values: list[Any]) -> None:
    wrong: list[str] = []
    found = axis_values(HEIGHT, given, wrong)
    assert found == values and wrong == []
    if isinstance(values[0], int) and isinstance(values[1], int):
        # counts and points must be whole numbers in a file
        assert all(isinstance(value, int) for value in found)


def test_the_ends_of_a_span_are_what_was_given() -> None:
    low, high = 0.1234567890123456789, 7.000000000000001
    found = axis_values(HEIGHT, {"from": low, "to": high, "count": 7}, [])
    assert (found[0], found[-1]) == (low, high)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([], "at least one value"),
        (3.0, "must be a list of values"),
        ({"height": {"from": 1}}, "quotation marks"),
        ({"from": 1.0, "to": 2.0}, "axes.potential.height.count must be given"),
        ({"from": 1.0, "to": 2.0, "count": 1}, "count must be at least 2"),
        ({"from": 1.0, "to": 2.0, "count": 10**9}, f"at most {MOST_ROWS:,}"),
        ({"from": 1.0, "to": 2.0, "count": 2.0}, "whole number"),
        ({"from": 1.0, "to": 2.0, "count": 3, "spacing": "lag"}, "did you mean 'log'"),
        ({"from": 1.0, "to": 2.0, "count": 3, "space": "log"}, "did you mean 'spacing'? The keys here are from, to"),
        ({"from": 1.0, "to": "2 eV", "count": 3}, "numbers of one unit"),
        ({"from": "1 nm", "to": "2 eV", "count": 3}, "numbers of one unit"),
        ({"from": 1.0, "to": float("inf"), "count": 3}, "numbers of one unit"),
        ({"from": 1.0, "to": 1.0, "count": 3}, "must differ"),
        ({"from": -1.0, "to": 1.0, "count": 3, "spacing": "log"}, "must be positive"),
    ],
)
def test_what_is_no_axis_is_told_in_a_sentence(given: Any, words: str) -> None:
    (sentence,) = told(given)
    assert "axes.potential.height" in sentence and words in sentence


def test_numbers_have_the_unit_they_were_given_in() -> None:
    energies = axis("state.energy", "200 meV", "0.25 eV")
    assert energies.unit("state.energy") == "meV"
    assert energies.numbers("state.energy") == pytest.approx([200.0, 250.0], rel=1e-15)
    assert energies.labels("state.energy") == ("200 meV", "0.25 eV")
    plain = axis(HEIGHT, 0.5, 1, plain="natural")
    assert plain.unit(HEIGHT) == "natural" and list(plain.numbers(HEIGHT)) == [0.5, 1.0]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        (("step", "eckart_barrier"), ("step", "eckart_barrier")),
        (({"kind": "free"}, {"kind": "step", "height": 1.0}), ("free", "step")),
        (([1, 2], [3, 4]), ("[1, 2]", "[3, 4]")),
        ((True, False), ("true", "false")),
        (("1 eV", "2 nm"), ("1 eV", "2 nm")),
        (("1 eV", "tall"), ("1 eV", "tall")),
    ],
)
def test_what_is_no_number_is_a_label(values: tuple[Any, ...], labels: tuple[str, ...]) -> None:
    words = axis("potential.kind", *values)
    assert words.numbers("potential.kind") is None and words.unit("potential.kind") == ""
    assert words.labels("potential.kind") == labels


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["potential.height"], ["height"]),
        (["potential.width", "state.width"], ["potential_width", "state_width"]),
        (["potential.terms.0.height", "potential.terms.1.height"], ["terms_0_height", "terms_1_height"]),
        (["grid.points.0", "state.center"], ["points_0", "center"]),
        (["a.contrast", "b.status", "c.sample"], ["a_contrast", "b_status", "c_sample"]),
        (["status"], ["status"]),
    ],
)
def test_names_are_short_and_tell_paths_apart(paths: list[str], names: list[str]) -> None:
    assert list(names_of(paths).values()) == names


def test_tied_paths_make_one_dimension_and_samples_are_counted() -> None:
    values = {HEIGHT: [1, 2], WIDTH: [3, 4], "state.center": [0.1, 0.2]}
    tied, sample = axes_of([[HEIGHT, WIDTH], ["state.center"]], values, {}, sample=True)
    assert tied.name == "height" and tied.coordinates == {"height": HEIGHT, "width": WIDTH} and len(tied) == 2
    assert sample.name == SAMPLE and sample.coordinates == {"center": "state.center"}


@pytest.mark.parametrize("kind", ["sobol", "uniform"])
def test_more_samples_begin_with_the_same_ones(kind: str) -> None:
    bounds = [(0.0, 1.0, "", "linear"), (1e-3, 10.0, "", "log")]
    few, many = (np.array(sample_values(kind, count, 7, bounds)) for count in (5, 300))
    assert few.tolist() == many[:, :5].tolist()
    other = np.array(sample_values(kind, 300, 8, bounds))
    assert not np.any(other == many)


def test_sobol_points_fill_each_of_equal_boxes_equally() -> None:
    first, second = np.array(sample_values("sobol", 256, 3, [(0.0, 1.0, "", "linear"), (1.0, 16.0, "", "log")]))
    # 16 equal parts of the first, 4 x 4 boxes of both: the logarithm of the second is what is even
    assert np.bincount((16 * first).astype(int)).tolist() == [16] * 16
    boxes = (4 * first).astype(int) * 4 + (4 * np.log(second) / np.log(16.0)).astype(int)
    assert np.bincount(boxes).tolist() == [16] * 16
    assert 0 < first.min() and first.max() < 1


def test_samples_have_the_unit_of_their_bounds() -> None:
    wrong: list[str] = []
    table = read_table(Sample, {"count": 4, "bounds": {HEIGHT: {"low": "0.1 eV", "high": "200 meV"}}}, "sample.", wrong)
    assert table is not None and sample_bounds(table, wrong) == {HEIGHT: (0.1, 0.2, "eV", "linear")}
    (values,) = sample_values("uniform", 4, 0, [(0.1, 0.2, "eV", "linear")])
    assert all(0.1 <= float(value.removesuffix(" eV")) <= 0.2 for value in values) and wrong == []


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"count": 0, "bounds": {}}, "sample.count must be at least 1"),
        ({"count": 4, "kind": "sobl", "bounds": {}}, "did you mean 'sobol'"),
        ({"count": 4}, "sample.bounds must be given"),
        ({"count": 4, "bounds": {}}, "at least one path"),
        ({"count": 4, "bounds": {HEIGHT: 3}}, "sample.bounds.potential.height must be a table"),
        ({"count": 4, "bounds": {HEIGHT: {"low": 1}}}, "sample.bounds.potential.height.high must be given"),
        ({"count": 4, "bounds": {HEIGHT: {"low": 1, "high": 1}}}, "low and high must differ"),
    ],
)
def test_bad_samples_are_told_in_a_sentence(table: dict[str, Any], words: str) -> None:
    wrong: list[str] = []
    sample = read_table(Sample, table, "sample.", wrong)
    if sample is not None:
        sample_bounds(sample, wrong)
    (sentence,) = wrong
    assert words in sentence


def test_too_many_rows_are_refused() -> None:
    refuse_too_many([MOST_ROWS])
    with pytest.raises(ScenarioError, match="at most 10,000,000 rows, but this one has 20,000,000"):
        refuse_too_many([MOST_ROWS, 2])
