"""Layers: samples, T(E) against a transfer matrix written out here, one vocabulary for files, Python and sweeps, refusals."""

from __future__ import annotations

import functools
from typing import Any

import jax
import numpy as np
import pytest

from tests.scenario_files import content
from wavesim import Grid, Problem
from wavesim.analysis.predictions.scattering._transmission import scattering_transmission
from wavesim.errors import ArgumentError, ScenarioError
from wavesim.potentials import Layers, RectangularBarrier, Sampled, Step, Sum, values_at
from wavesim.scenario import read_scenario
from wavesim.states import GaussianPacket
from wavesim.sweeps._answer import RowRequest
from wavesim.sweeps._rows import dimension_at
from wavesim.units import eV, nm

STACK = Layers(((1.0, 0.8), (2.5, -0.3), (0.7, 1.4), (1.3, 0.2)), left=-2.0, before=0.1, after=0.35)


def scenario(layers: Any, **more: Any) -> Any:
    return read_scenario("x", {**content(), "potential": {"kind": "layers", "layers": layers, **more}})


def transfer_matrix(stack: Layers, energies: np.ndarray, mass: float) -> np.ndarray:
    """T of energies counted from V on the left: products of 2 x 2 matrices of psi and psi' across the layers, in complex arithmetic."""
    heights = np.array([stack.before, *(height for _, height in stack.layers), stack.after])
    total = energies[:, None] + stack.before - heights
    k = np.sqrt(2 * mass * total.astype(complex))
    psi, slope = np.ones(len(energies), complex), 1j * k[:, -1]
    for place in reversed(range(len(stack.layers))):
        q, width = k[:, place + 1], stack.layers[place][0]
        cos, sin = np.cos(q * width), np.sin(q * width)
        psi, slope = psi * cos - slope * sin / q, psi * q * sin + slope * cos
    incoming = (psi + slope / (1j * k[:, 0])) / 2
    return np.where(np.imag(k[:, -1]) > 0, 0.0, (k[:, -1] / k[:, 0]).real / np.abs(incoming) ** 2)


def test_transmission_is_that_of_the_transfer_matrix() -> None:
    """T(E) of four layers between unequal ends, 100 energies from below to above: 1e-11, the rounding of products of ten matrices."""
    energies = np.linspace(0.27, 3.0, 100)
    measured = np.asarray(scattering_transmission(STACK, 1.3)(energies))
    assert np.abs(measured - transfer_matrix(STACK, energies, 1.3)).max() < 1e-11


def test_layers_are_rectangles_side_by_side() -> None:
    """Edges moment-matched one by one are those of the sum of shifted rectangles and a step; 1e-13 of rounding."""
    grid = Grid.line(-12.0, 12.0, 160)
    places = np.cumsum([-2.0, *(thickness for thickness, _ in STACK.layers)])
    terms = [
        RectangularBarrier(height - 0.1, width, left + width / 2)
        for (width, height), left in zip(STACK.layers, places[:-1], strict=True)
    ]
    whole = Sum((*terms, Step(0.25, places[-1])))
    assert np.abs(np.asarray(STACK.sample(grid)) - 0.1 - np.asarray(whole.sample(grid))).max() < 1e-13
    x = np.linspace(-3.0, 4.0, 1001)
    assert np.abs(values_at(STACK, x) - 0.1 - values_at(whole, x)).max() < 1e-15
    assert np.array_equal(np.asarray(jax.jit(lambda p, x: p.value((x,)))(STACK, x)), values_at(STACK, x))
    assert STACK.edges == pytest.approx(places) and STACK.asymptotes() == (0.1, 0.35)
    assert STACK.support(1e-3) == pytest.approx((-2.0, 3.5))


def test_layers_are_samples_in_layers() -> None:
    """`sampled` with interpolation layers and an outer layer on each side is the same V, samples included."""
    grid = Grid.line(-12.0, 12.0, 160)
    values = (0.1, *(height for _, height in STACK.layers), 0.35)
    places = (-3.0, *np.cumsum([-2.0, *(thickness for thickness, _ in STACK.layers)]), 4.5)
    other = Sampled(values, interpolation="layers", positions=tuple(map(float, places)))
    assert np.abs(np.asarray(STACK.sample(grid)) - np.asarray(other.sample(grid))).max() < 1e-12


def test_alike_neighbors_have_no_edge() -> None:
    stack = Layers(((1.0, 0.5), (2.0, 0.5), (1.0, 0.0)))
    assert stack.edges == (0.0, 3.0)


def test_thicknesses_and_heights_have_gradients() -> None:
    """d(sum of samples x cell)/d(thickness of layer 0) = its height - `after`'s shift of all that follows; 1e-9."""
    grid = Grid.line(-12.0, 12.0, 160)

    def area(thickness: Any) -> Any:
        stack = Layers(((thickness, 0.8), (2.5, -0.3)), left=-2.0)
        return stack.placed(grid).sum() * grid.cell

    assert float(jax.grad(area)(1.0)) == pytest.approx(0.8, abs=1e-9)


def test_files_python_and_sweeps_say_the_same() -> None:
    file = content() | {"particle": {"mass": "0.067 m_e"}}
    del file["units"], file["run"], file["expect"]
    file["potential"] = {"kind": "layers", "layers": [["2 nm", "0.3 eV"], ["5 nm", "0 eV"]], "left": "-1 nm"}
    file["state"] = {"kind": "gaussian_packet", "center": "-60 nm", "width": "10 nm", "energy": "0.1 eV"}
    problem = read_scenario("x", file).problem
    assert problem.potential == Layers(((2 * nm, 0.3 * eV), (5 * nm, 0.0)), left=-1 * nm)
    row = RowRequest(None, problem, 1e-4)  # type: ignore[arg-type]
    assert dimension_at(row, "potential.layers.1.0").name == "length"
    assert dimension_at(row, "potential.layers.1.1").name == "energy"
    changed: Any = functools.reduce(
        lambda p, change: p.replace(*change), [("potential.layers.0.0", 1.0), ("potential.layers.1.1", 2.0)], problem
    )
    assert changed.potential.layers == ((1.0, 0.3 * eV), (5 * nm, 2.0))
    varied = {**content(), "vary": {"potential.layers.0.1": [0.5, 1.0]}}
    varied["potential"] = {"kind": "layers", "layers": [[1.0, 0.0]]}
    assert [case.problem.potential.layers[0][1] for case in read_scenario("x", varied).cases] == [0.5, 1.0]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ([[1.0]], r"potential\.layers\.0 must be complete, but is \[1.0\]"),
        ([[1.0, 0.3], [1.0, 0.3, 2.0]], r"potential\.layers\.1 must have 2 entries, but has 3"),
        ([], r"potential\.layers must hold at least one layer"),
        ("a", r"potential\.layers must be a list"),
        ([[1.0, 0.1], [-1.0, 0.3]], r"potential\.layers\.1\.0 must be positive"),
        ([[1.0, "0.3 eV"]], r"potential\.layers\.0\.1 must be a plain number in natural units"),
        ([1.0, 0.3], r"potential\.layers\.0 must be a list"),
        ([[1.0, 0.3]] * 1001, r"potential\.layers must be at most 1,000, but are 1,001; take a sampled potential"),
    ],
)
def test_refusals(layers: Any, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        scenario(layers)


def test_refusals_of_python() -> None:
    with pytest.raises(ArgumentError, match=r"layers\.0\.1.*finite"):
        Layers(((1.0, float("nan")),))
    with pytest.raises(ArgumentError, match="pairs of a thickness and a height"):
        Layers(((1.0, 2.0, 3.0),))  # type: ignore[arg-type]
    assert Layers([[1.0, 2.0]]) == Layers(((1.0, 2.0),))  # type: ignore[arg-type]
    assert Problem(STACK, GaussianPacket(-30.0, 5.0, 1.0)).open
