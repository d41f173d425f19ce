"""Rows of a sweep are what a scenario with their values would be; how they are cut into chunks; what they would take."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

from tests.scenario_files import SMALL, content
from wavesim.errors import WavesimError
from wavesim.scenario import find_scenario, load_scenario, read_scenario, shipped
from wavesim.sweeps import Layout, Sweep
from wavesim.sweeps._check import check
from wavesim.units import parse_any


def swept(folder: Path, axes: str, scenario: str = SMALL) -> Sweep:
    """A sweep over the small scenario."""
    (folder / "small.toml").write_text(scenario)
    path = folder / "sweep.toml"
    path.write_text(f'format = 1\ntitle = "Swept"\nscenario = "small.toml"\n{axes}')
    return Sweep.read(path)


def leaves(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Paths and values of the numbers in a scenario's physics."""
    if isinstance(node, dict | list):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from leaves(value, f"{path}.{key}".lstrip("."))
    elif isinstance(node, float) or (isinstance(node, str) and re.match(r"-?\d", node)):
        yield path, node


@pytest.mark.parametrize("name", sorted(shipped()))
def test_a_row_is_what_the_scenario_would_be_with_its_values(name: str, tmp_path: Path) -> None:
    data = tomllib.loads(find_scenario(name)[1])
    physics = {key: data[key] for key in ("potential", "state", "particle") if key in data}
    compared = 0
    for path, value in leaves(physics):
        number = (
            value * 1.0625
            if isinstance(value, float)
            else f"{1.0625 * float(value.split()[0])!r} {value.split(' ', 1)[1]}"
        )
        file = tmp_path / "sweep.toml"
        file.write_text(
            f'format = 1\ntitle = "s"\nscenario = "{name}"\naxes."{path}" = [{_toml(value)}, {_toml(number)}]\nset.vary = {{}}'
        )
        sweep = Sweep.read(file)
        row = sweep.request(1)
        if "vary" in data:
            alone = load_scenario(name, ["vary={}", f"{path}={_toml(number)}"])
        else:
            alone = load_scenario(name, [f"{path}={_toml(number)}"])
        assert jax.tree.structure(row.problem) == jax.tree.structure(alone.problem)
        for mine, theirs in zip(jax.tree.leaves(row.problem), jax.tree.leaves(alone.problem), strict=True):
            assert np.array_equal(mine, theirs)
        assert (row.tolerance, row.fixed.keys()) == (alone.tolerance, alone.fixed.keys())
        assert row.question == alone.find or alone.find is None
        # the table's label times its unit is the number that the row has
        numbers, unit = sweep.axes[0].numbers(path), sweep.axes[0].unit(path)
        assert numbers is not None
        scale = 1.0 if unit in ("1", "natural") else parse_any(f"1 {unit}")
        assert numbers[1] * scale == pytest.approx(
            number if isinstance(number, float) else parse_any(str(number)), rel=1e-14
        )
        compared += 1
    assert compared > 0


def _toml(value: float | str) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)


@pytest.mark.parametrize("path", ["accuracy.tolerance", "state.width", "duration", "particle.mass"])
def test_units_of_plain_numbers_follow_from_what_they_are(path: str, tmp_path: Path) -> None:
    sweep = swept(tmp_path, f'axes."{path}" = [0.001, 0.002]')
    assert sweep.axes[0].unit(path) == ("1" if path == "accuracy.tolerance" else "natural")


def test_units_are_found_inside_lists_and_dictionaries(tmp_path: Path) -> None:
    terms = (
        '[{ kind = "step", height = 1.0 }, { kind = "expression", formula = "a*exp(-x**2)", parameters = { a = 1.0 } }]'
    )
    scenario = SMALL.replace('kind = "gaussian_barrier"\nheight = 1.0\nwidth = 1.0', f'kind = "sum"\nterms = {terms}')
    heights = swept(tmp_path, 'axes."potential.terms.0.height" = [1.0, 2.0]', scenario)
    assert heights.axes[0].unit("potential.terms.0.height") == "natural"
    parameters = swept(tmp_path, 'axes."potential.terms.1.parameters.a" = [1.0, 2.0]', scenario)
    assert parameters.axes[0].unit("potential.terms.1.parameters.a") == "1"


@pytest.mark.parametrize(
    "shape",
    [
        (1,),
        (2,),
        (17,),
        (1000,),
        (10_000,),
        (100, 100),
        (101, 7),
        (3, 5000),
        (5, 4, 3),
        (40, 1, 50),
        (7, 11, 13, 2),
        (2, 40_000),
    ],
)
def test_chunks_hold_every_row_once_and_in_order(shape: tuple[int, ...]) -> None:
    layout = Layout.of(shape)
    rows = [layout.rows_of(chunk) for chunk in range(layout.chunks)]
    assert [row for chunk in rows for row in chunk] == list(range(math.prod(shape))) and layout.rows == math.prod(shape)
    sizes = [len(chunk) for chunk in rows]
    assert max(sizes) <= min(math.prod(layout.chunk), 1024)
    if layout.rows >= 400:
        assert layout.chunks >= 20
    # each is a block of the table
    table = np.arange(layout.rows).reshape(shape)
    for chunk in rows:
        places = np.array([layout.place_of(row) for row in chunk])
        block = tuple(slice(low, high + 1) for low, high in zip(places.min(axis=0), places.max(axis=0), strict=True))
        assert table[block].ravel().tolist() == chunk


@pytest.mark.parametrize(
    ("shape", "chunk"), [((10,), (10,)), ((100, 100), (4, 100)), ((1000, 1000), (1, 1000)), ((5, 4, 3), (1, 4, 3))]
)
def test_chunks_are_neither_small_nor_few(shape: tuple[int, ...], chunk: tuple[int, ...]) -> None:
    assert Layout.of(shape).chunk == chunk


def test_chunks_of_slow_rows_are_small(tmp_path: Path) -> None:
    path = tmp_path / "sweep.toml"
    path.write_text(
        'format = 1\ntitle = "s"\nscenario = "double_slit"\naxes."state.factors.1.width" = { from = "3 nm", to = "5 nm", count = 2000 }'
    )
    assert math.prod(Sweep.read(path).layout.chunk) <= 32 < math.prod(Layout.of((2000,)).chunk)


def test_a_problem_refuses_rows_as_a_scenario_does() -> None:
    problem = read_scenario("small", content()).problem
    sweep = Sweep.of(problem, {"potential.width": [1.0, -1.0]})
    with pytest.raises(WavesimError, match="must be positive"):
        sweep.request(1)


def test_check_tells_what_a_sweep_would_take(tmp_path: Path) -> None:
    axes = """
[axes]
"potential.height" = { from = 0.5, to = 1.5, count = 20 }
"potential.kind" = ["gaussian_barrier", "eckart_barrier"]
"potential.width" = [1.0, -1.0]
"""
    sweep = swept(tmp_path, axes)
    told = check(sweep)
    assert (told.rows, told.chunks, told.chunk_rows) == (80, 5, 16) and told.sizes == {
        "height": 20,
        "kind": 2,
        "width": 2,
    }
    assert told.traced == ("height", "width") and told.structural == ("kind",)
    assert told.sampled == 24 and 6 <= len(told.impossible) <= 18
    assert all("width must be positive" in reason for reason in told.impossible)
    # at least one for each kind; rows of a kind and their repetitions share it where their sizes do
    assert 2 <= told.programs <= 12
    assert told.points is not None and 64 <= told.points[0] <= told.points[1] <= 4096
    assert told.fft_pairs > 80 and told.memory > 1000 and told.store > 80 * 25
    assert told.seconds is not None and told.seconds > 0
    text = str(told)
    for words in (
        "80 (20 height x 2 kind x 2 width) in 5 chunks",
        "along kind the structure changes",
        "of 24 sampled rows; the first: ",
    ):
        assert words in text


def test_check_of_what_propagates_nothing(tmp_path: Path) -> None:
    path = tmp_path / "sweep.toml"
    path.write_text(
        'format = 1\ntitle = "s"\nscenario = "bond"\naxes."potential.separation" = [1.0, 2.0]\nset.vary = {}'
    )
    told = check(Sweep.read(path))
    assert told.points is None and told.seconds is None and "nothing is propagated" in str(told)
