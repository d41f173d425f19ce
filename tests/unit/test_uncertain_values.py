"""Values with uncertainties in files: how they are written, where they go, what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenario_files import content
from wavesim.errors import ScenarioError
from wavesim.scenario import load_scenario, read_scenario
from wavesim.sweeps._file import Sweep
from wavesim.units import eV, fs, m_e, meV, nm, recoil_energy, split_uncertain, u


def physical(**tables: Any) -> dict[str, Any]:
    """A scenario with units."""
    barrier = {"kind": "gaussian_barrier", "height": "0.30 +- 0.01 eV", "width": "1.00(5) nm"}
    packet = {"kind": "gaussian_packet", "center": "-12 nm", "width": "2 nm", "energy": "0.2 eV +- 5 %"}
    file = {
        "format": 1,
        "title": "0.3 +- 0.1",
        "particle": {"mass": "0.067(1) m_e"},
        "potential": barrier,
        "state": packet,
    }
    return {**file, "duration": "20 fs +- 500 as", **tables}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("0.30 +- 0.01 eV", ("0.30 eV", "0.01 eV")),
        ("0.30 \u00b1 0.01 eV", ("0.30 eV", "0.01 eV")),
        ("0.30 +/- 0.01 eV", ("0.30 eV", "0.01 eV")),
        ("(0.30 +- 0.01) eV", ("0.30 eV", "0.01 eV")),
        ("0.30 eV +- 10 meV", ("0.30 eV", "10 meV")),
        ("-2 eV +- 3 %", ("-2 eV", "0.06 eV")),
        ("0.301(12) eV", ("0.301 eV", "0.012 eV")),
        ("1.5(2)e-3 nm", ("1.5e-3 nm", "0.0002 nm")),
        ("12(3) nm", ("12 nm", "3.0 nm")),
        ("232 +- 2 1/cm", ("232 1/cm", "2 1/cm")),
        ("0.3 +- 0.01", ("0.3", "0.01")),
        ("0.3 eV", None),
        ("5e+3 nm", None),
        ("0.3 +- -0.1 eV", None),
        ("exp(-x^2)", None),
        ("2 E_r(780 nm)", None),
    ],
)
def test_values_and_uncertainties_are_split(text: str, parts: tuple[str, str] | None) -> None:
    assert split_uncertain(text) == parts


def test_the_problem_has_the_values_and_the_scenario_the_rest() -> None:
    made = read_scenario("x", physical())
    potential: Any = made.problem.potential
    assert (potential.height, potential.width) == pytest.approx((0.3 * eV, nm), rel=1e-12)
    assert (made.problem.mass, made.problem.duration) == pytest.approx((0.067 * m_e, 20 * fs), rel=1e-12)
    assert made.uncertainties == pytest.approx(
        {
            "potential.height": 0.01 * eV,
            "potential.width": 0.05 * nm,
            "particle.mass": 0.001,
            "state.energy": 0.01 * eV,
            "duration": 0.5 * fs,
        },
        rel=1e-12,
    )
    # the numbers are shown in the units of the values, and another uncertainty is another content
    assert made.units.energy == "eV" and made.hash != read_scenario("x", physical(duration="20 fs")).hash
    assert load_scenario("rectangular_barrier").uncertainties == {}


def test_paths_lead_into_lists_sums_and_parameters() -> None:
    layers = {"kind": "layers", "layers": [["2.0 +- 0.1 nm", "0.3 eV"], ["5 nm", "10 +- 2 meV"]]}
    formula = {"kind": "expression", "formula": "V0*exp(-(x/a)^2)", "parameters": {"V0": "0.3(1) eV", "a": "1 nm"}}
    made = read_scenario("x", physical(potential={"kind": "sum", "terms": [layers, formula]}, duration="20 fs"))
    assert {k: v for k, v in made.uncertainties.items() if k.startswith("potential")} == pytest.approx(
        {
            "potential.terms.0.layers.0.0": 0.1 * nm,
            "potential.terms.0.layers.1.1": 2 * meV,
            "potential.terms.1.parameters.V0": 0.1 * eV,
        },
        rel=1e-12,
    )


def test_recoil_energies_have_uncertainties_too() -> None:
    barrier = {"kind": "gaussian_barrier", "height": "5 +- 0.5 E_r(780 nm)", "width": "1 nm"}
    made = read_scenario("x", physical(potential=barrier, particle={"mass": "87 u"}))
    assert made.uncertainties["potential.height"] == pytest.approx(0.5 * recoil_energy(780 * nm, 87 * u), rel=1e-12)


def test_natural_units_set_and_vary() -> None:
    file = {**content(), "potential": {"kind": "gaussian_barrier", "height": "1.0 +- 0.1", "width": 1.0}}
    made = read_scenario("x", file)
    assert made.problem.potential.height == 1.0 and made.uncertainties == {"potential.height": 0.1}  # type: ignore[attr-defined]
    varied = read_scenario("x", {**content(), "vary": {"potential.height": ["1.0 +- 0.1", "2.0 +- 0.3"]}})
    assert [case.uncertainties["potential.height"] for case in varied.cases] == [0.1, 0.3]
    assert varied.axis is not None and varied.axis.values == (1.0, 2.0)
    changed = load_scenario("rectangular_barrier", set=["potential.width=1.50(2)"])
    assert changed.uncertainties == {"potential.width": 0.02}


def test_sweeps_take_the_values(tmp_path: Any) -> None:
    path = tmp_path / "s.toml"
    path.write_text(
        'format = 1\ntitle = "t"\nscenario = "rectangular_barrier"\n[axes]\n"potential.width" = ["1.0 +- 0.1", "2.0 +- 0.1"]\n'
    )
    sweep = Sweep.read(path)
    assert sweep.request(1).problem.potential.width == 2.0  # type: ignore[attr-defined]
    assert sweep.axes[0].numbers("potential.width").tolist() == [1.0, 2.0]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({"accuracy": {"tolerance": "1e-4 +- 1e-5"}}, r"accuracy\.tolerance must have no uncertainty"),
        ({"find": {"kind": "levels", "count": "4 +- 1"}}, r"find\.count must have no uncertainty"),
        ({"duration": "20 fs +- 1 nm"}, r"duration: the uncertainty '1 nm' must be of its value's kind"),
        ({"duration": "20 fs +- fs"}, "duration"),
        (
            {"duration": "20 fs +- "},
            r"duration must have a positive number after the \+-, but is '20 fs \+- '; write it as in",
        ),
        (
            {"duration": "20 +- -1 fs"},
            r"duration must have a positive number after the \+-, but is '20 \+- -1 fs'; write it as in",
        ),
        (
            {"duration": "20 fs +- -3 %"},
            r"duration must have a positive number after the \+-, but is '20 fs \+- -3 %'; write",
        ),
        ({"particle": {"mass": "1 +- 0.1"}}, r"particle\.mass: '1' has no unit"),
    ],
)
def test_refusals(tables: dict[str, Any], words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        read_scenario("x", physical(**tables))
