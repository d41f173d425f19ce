"""What a picture shows: the mapping of energies and densities to heights, the window, the phase colors, the texts."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

from tests.pictures.viz_runs import double_well, drifting, report_of
from wavesim import potentials as P, units
from wavesim._typing import DIMENSIONLESS, ENERGY
from wavesim.analysis import Curve, Report
from wavesim.units import NATURAL
from wavesim.viz._colors import density_colormap, phase_colors, phase_table
from wavesim.viz._numbers import power_text, scientific, steady, tick_texts, unit_of, with_error
from wavesim.viz.draw._spikes import draw_spikes
from wavesim.viz.scene._gather import gather, on_picture
from wavesim.viz.scene._scene import DENSITY_TOP, ENERGY_TOP, energy_range, onto_points
from wavesim.viz.scene._window import eventful


def scene_of(result, unit_system=NATURAL, title="", columns=200):
    return gather(result, columns, 60, unit_system, title)


def test_a_barrier_stands_on_the_bottom_and_a_well_is_cut_into_the_ground() -> None:
    """Lab note: heights are (V - bottom)/(top - bottom); a barrier of 1 has bottom 0, a well of depth 3 has bottom -3."""
    assert energy_range(0.0, 1.0) == pytest.approx((0.0, 1.0 / ENERGY_TOP))
    low, high = energy_range(-3.0, 0.0)
    assert low == -3.0
    assert (0.0 - low) / (high - low) == pytest.approx(ENERGY_TOP)
    # one scale: 1 above zero is as many pixels as 1 below
    scene = scene_of(double_well())
    up = scene.energy_height(0.5) - scene.energy_height(0.0)
    down = scene.energy_height(0.0) - scene.energy_height(-0.5)
    assert up == pytest.approx(down, rel=1e-12)
    assert up == pytest.approx(0.5 / (scene.energies[1] - scene.energies[0]), rel=1e-12)


def test_the_landscape_of_a_square_double_well_is_to_scale() -> None:
    """Lab note: depth 2, two wells 2 wide, 1.5 apart: ground at height 0 inside, at ENERGY_TOP outside, edges upright."""
    scene = scene_of(double_well())
    height = np.interp([-1.75, 0.0, 1.75], scene.outline, scene.outline_height(0))
    assert height == pytest.approx([0.0, ENERGY_TOP, 0.0], abs=1e-9)
    steps = np.abs(np.diff(scene.outline_height(0))) > 0.1
    assert np.count_nonzero(steps) == 4
    assert np.all(np.diff(scene.outline)[steps] < 1e-5)


def test_density_and_potential_have_scales_of_their_own() -> None:
    low, high = (scene_of(drifting(height=height)) for height in (1.0, 4.0))
    density = np.linspace(0, low.density_top, 200)
    assert np.array_equal(low.density_height(density), high.density_height(density))
    assert low.density_height(density)[-1] == pytest.approx(DENSITY_TOP)
    assert low.energy_height(1.0) > high.energy_height(1.0)


def test_what_passed_a_thick_barrier_is_drawn_larger_and_says_so() -> None:
    """Lab note: 1e-3 of the density right of the barrier; the largest power of ten that keeps it below half is 100."""
    scene = scene_of(drifting(passed=1e-3))
    assert scene.magnified == "\u00d7 100 right of the barrier"
    assert np.all(scene.gain[scene.x < 0.75] == 1)
    assert np.all(scene.gain[scene.x > 0.75] == 100)
    assert scene_of(drifting(passed=0.3)).magnified == ""


def test_absorbing_layers_are_cut_off_and_the_note_says_where() -> None:
    scene = scene_of(drifting(layer=6.0))
    assert scene.window[0, 0] >= -14 and scene.window[0, 1] <= 14
    assert "left of \u221214" in scene.note and "right of 14" in scene.note
    assert scene_of(drifting()).note == ""


@pytest.mark.parametrize(("potential", "sign"), [(P.DeltaBarrier(1.0), 1), (P.DeltaWell(1.0), -1)])
def test_a_delta_is_an_arrow_up_or_down(potential: P.AbstractPotential, sign: int) -> None:
    scene = scene_of(drifting(potential=potential), units.UnitSystem())
    assert scene.spikes == ((0.0, sign),)
    axes = Figure().add_axes((0, 0, 1, 1))
    shaft, head = draw_spikes(axes, scene, scene.energies)
    (foot, end), (tip,) = (np.asarray(line.get_ydata(), dtype=float) for line in (shaft, head))
    assert foot == pytest.approx(0.0, abs=1e-12)
    assert sign * (tip - end) > 0 and sign * (end - foot) > 0
    assert scene.energies[0] <= tip <= scene.energies[1]


def test_many_frames_are_thinned_with_their_curves() -> None:
    """Lab note: 1000 frames are more than 720, so every second stays: 501 with the first and the last."""
    result = double_well(frames=1000)
    curve = Curve("left_population", result.times, np.cos(result.times), DIMENSIONLESS)
    shown = eventful(report_of({"gap": (1.0, 0.0, ENERGY, {})}, result, {"left_population": curve}))
    assert isinstance(shown, Report)
    assert len(shown.result.psi) == len(shown.result.times) == 501
    assert np.array_equal(shown.curves["left_population"].values, curve.values[::2])


def test_units_scale_positions_energies_and_densities() -> None:
    """Lab note: one bohr is 0.0529177 nm, one hartree 27.2114 eV; the integral of the density stays 1."""
    result = drifting()
    plain, scaled = scene_of(result), scene_of(result, units.UnitSystem())
    assert scaled.window == pytest.approx(plain.window * 0.0529177, rel=1e-5)
    assert scaled.energies == pytest.approx(np.array(plain.energies) * 27.2114, rel=1e-5)
    assert scaled.labels["density"].endswith("(1/nm)") and scaled.labels["time"] == "time (fs)"
    for scene, system in ((plain, NATURAL), (scaled, units.UnitSystem())):
        density = np.abs(on_picture(result.psi[0], result, scene, system, 1)) ** 2
        assert density.sum() * (scene.x[1] - scene.x[0]) == pytest.approx(1.0, abs=2e-3)


def test_titles_name_state_and_potential() -> None:
    assert scene_of(drifting()).title == "Gaussian packet meets a rectangular barrier"
    assert scene_of(double_well()).title == "Left localized state in a square double well"
    assert scene_of(drifting(), title="Mine").title == "Mine"


def test_populations_of_a_bare_double_well_add_to_one() -> None:
    left, right = scene_of(double_well()).lines
    assert (left.name, right.name) == ("left", "right")
    assert left.values + right.values == pytest.approx(np.ones(len(left.values)), abs=1e-6)
    assert left.values[0] > 0.9


def test_a_driven_potential_moves() -> None:
    result = drifting(potential=P.Driven(P.GaussianBarrier(1.0, 1.0), 0.3, 2.0))
    scene = scene_of(result)
    assert len(scene.potential) == len(result.times)
    assert not np.allclose(scene.potential[0], scene.potential[-1])


@pytest.mark.parametrize("count", [32, 33])
def test_psi_between_grid_points_is_band_limited(count: int) -> None:
    """Lab note: exp(3ix) on a circle of `count` points; linear alone would err by (3 dx)^2/8 = 4e-2, this by (3 dx/16)^2/8."""
    spacing = 2 * np.pi / count
    points = np.linspace(0.3, 2.0, 800)
    wave = onto_points(np.exp(3j * spacing * np.arange(count)), 0.0, spacing, points, 0)
    assert np.max(np.abs(wave - np.exp(3j * points))) < 2e-4


def test_phase_colors_are_cyclic_and_go_around_once() -> None:
    table = phase_table()
    at = phase_colors(np.exp(1j * np.array([np.pi, -np.pi])), table)
    assert np.array_equal(at[0], at[1])
    steps = np.abs(np.diff(table.astype(int), axis=0, append=table[:1].astype(int))).max(axis=1)
    assert steps.max() <= 12
    assert len(np.unique(table, axis=0)) > 200
    opposite = np.abs(table.astype(int) - np.roll(table, 128, axis=0)).sum(axis=1)
    assert opposite.min() > 60


def test_density_colors_go_from_white_to_dark() -> None:
    colors = density_colormap()
    assert min(colors(0.0)[:3]) > 0.95 and max(colors(1.0)[:3]) < 0.5


def test_numbers_are_written_for_readers() -> None:
    assert with_error(0.1855638, 1.2e-5) == "0.185564"
    assert with_error(-3.2e-9, 1.0e-11) == "\u22123.200 \u00d7 10\u207b\u2079"
    assert with_error(2.5, float("inf")) == "2.5"
    assert scientific(1.2e-6, 1) == "1.2 \u00d7 10\u207b\u2076"
    assert scientific(0.0, 3) == "0"
    assert {len(steady(t, 149.7)) for t in (0.0, 49.94, 149.7)} == {3, 4, 5}
    assert steady(-1e-9, 1.0) == "0.0000"
    assert tick_texts([0.0, 0.25, 0.5]) == ["0.00", "0.25", "0.50"]
    assert tick_texts([-2.0, -1.0, 0.0]) == ["\u22122", "\u22121", "0"]
    assert unit_of("time (fs)") == " fs" and unit_of("x (natural units)") == "" and unit_of("probability") == ""
    assert power_text(100.0) == "100" and power_text(1e8) == "10\u2078"
