"""Every preset opens, ends where its certificate is, and compiles nothing while its sliders move; files of the reader's own open too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.compilations import Compilations
from tests.explorer.pages import Page
from wavesim import certify
from wavesim.errors import ScenarioError, WavesimError
from wavesim.explorer._opening import opened, presets
from wavesim.explorer.figures._page_state import PageState
from wavesim.scenario import shipped

LINES = [name for name in presets() if name != "double_slit"]
BARRIERS = [name for name, row in presets().items() if row["group"] == "Barriers"]


def shown(name: str) -> PageState:
    """A page's state with all sizes compiled and its run complete."""
    state = PageState.of(*opened(name))
    while state.warm() or state.extend(16):
        pass
    return state


@pytest.mark.parametrize("name", LINES)
def test_sliders_compile_nothing(name: str) -> None:
    state = shown(name)
    state.seek(40)
    # the first change makes what eager operations of NumPy's side need once
    slider = state.opening.sliders[0]
    state.change({slider.path: (slider.low + slider.high) / 2}, "same")
    compilations = Compilations()
    for slider in state.opening.sliders:
        for share in (0.0, 0.6, 1.0):
            state.change({slider.path: slider.low + share * (slider.high - slider.low)}, "same")
            state.scene()
        state.change({slider.path: state.opening.values[slider.path]}, "same")
    assert compilations.count == 0


@pytest.mark.parametrize("name", BARRIERS)
def test_the_end_of_a_live_run_is_what_is_certified(name: str) -> None:
    """Single precision on a grid for 3e-4, and the same by `certify` to 1e-4: they are within 1e-4 (7e-5 at most), and theory likewise."""
    state = shown(name)
    live = {key: float(values[-1]) for key, values in state.curves.items()}
    report = certify(state.scenario.problem, 1e-4, find=state.kind.question)
    for key in ("transmitted_probability", "reflected_probability"):
        sure = report.quantities[key]
        assert live[key] == pytest.approx(sure.value, abs=1e-4)
        assert live[key] == pytest.approx(next(iter(sure.theory.values())), abs=1e-4)


@pytest.mark.parametrize("name", ["quartic_double_well", "square_double_well"])
def test_wells_follow_their_theory(name: str) -> None:
    """Populations at all frames, beside the overlap-corrected curve of the two lowest levels: 1e-3 of the grid's gap over two periods."""
    page = Page(name, run_jobs=True)
    page.session.receive({"type": "play", "on": False})
    page.settle()
    measured, expected = page.card("history")[1], page.card("theory")[1]
    np.testing.assert_allclose(measured["right_population"], expected["right_population"], atol=2e-3)
    gap, curve = page.card("gap")
    at = np.interp(page.session.state.opening.values[gap["path"]], curve["value"], curve["exact"])  # type: ignore[union-attr]
    assert at == pytest.approx(gap["gap"], rel=0.02)
    assert gap["wkb"] == pytest.approx(gap["gap"], rel=0.3)


def test_a_decay_follows_the_resonance() -> None:
    """exp(-t/123.74) up to the first moment, in which no decay is exponential."""
    page = Page("alpha_decay_watched")
    page.session.receive({"type": "play", "on": False})
    page.settle()
    survival = page.card("history")[1]["survival_probability"]
    times = page.card("scene")[0]["duration"] * np.linspace(0, 1, survival.size)
    rate = np.polyfit(times[60:], np.log(survival[60:]), 1)[0]
    assert -1 / rate == pytest.approx(123.74, rel=0.01)


def test_slits_pass_a_quarter() -> None:
    """The scenario's own number, 0.2660, at the end of the run on its own grid; the pattern has its fringes."""
    state = PageState.of(*opened("double_slit"))
    while state.extend(16):
        pass
    assert state.curves["transmitted_probability"][-1] == pytest.approx(0.2660, abs=1e-3)
    psi, first, spacing = state.picture(100)
    assert psi.ndim == 2 and abs(first + 32) < 1 and spacing == pytest.approx(0.25)


# moving V, a wall on either side, deltas, a tunnel of an atom's kind, a plane that holds its particle, a ring
OTHERS = (
    "driven_double_well",
    "box_revival",
    "delta_barrier",
    "stm_gap",
    "henon_heiles",
    "methyl_rotor",
    "alpha_decay",
)


@pytest.mark.parametrize("name", OTHERS)
def test_any_other_scenario_opens_or_says_why(name: str) -> None:
    """Of every shipped file a live picture is made, with sliders of its own, or one sentence says why not."""
    opening, values = opened(name)
    assert opening.sliders
    try:
        state = PageState.of(opening, values)
    except WavesimError as error:
        assert len(str(error)) > 30
        return
    picture, _, _ = state.picture(0)
    assert np.all(np.isfinite(picture)) and state.curves
    assert state.scene()[0]["frames"] == state.run.frames


def test_a_file_of_ones_own_gets_sliders_for_its_floats(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(shipped()["gaussian_barrier"].read_text(encoding="utf-8").replace("height = 1.0", "height = 0.8"))
    opening, values = opened(file)
    assert not opening.shipped and values["potential.height"] == 0.8
    assert [s.path for s in opening.sliders] == [
        "potential.height", "potential.width", "state.center", "state.width", "state.energy"
    ]  # fmt: skip
    slider = opening.sliders[0]
    assert (
        slider.low == pytest.approx(0.2) and slider.high == pytest.approx(3.2) and slider.label == "Potential: height"
    )
    with pytest.raises(ScenarioError, match="no scenario and no file"):
        opened("no_such_scenario")


def test_the_axis_of_a_pair_is_their_distance() -> None:
    assert PageState.of(*opened("two_particles")).facts()["coordinate"] == "distance x1 - x2"
    assert PageState.of(*opened("gaussian_barrier")).facts()["coordinate"] == "x"
