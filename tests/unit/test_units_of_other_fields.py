"""Units of chemists, of neutron and of cold-atom people, against values of CODATA 2022 worked out by hand in SI."""

from __future__ import annotations

import math

import pytest
from scipy import constants as si

from tests.scenario_files import content
from wavesim import certify, plan, units
from wavesim._typing import (
    DIMENSIONLESS,
    ENERGY,
    FORCE,
    FREQUENCY,
    LENGTH,
    MASS,
    MOMENTUM,
    STRENGTH,
    TIME,
    VELOCITY,
    Dimension,
)
from wavesim.errors import ScenarioError, WavesimError
from wavesim.potentials import Harmonic
from wavesim.scenario import read_scenario
from wavesim.units import UnitSystem, parse, parse_any, ratio, recoil_energy, unit, value_in

_HARTREE, _BOHR = si.physical_constants["Hartree energy"][0], si.physical_constants["Bohr radius"][0]
_TIME = si.physical_constants["atomic unit of time"][0]

# text, dimension, what it is in joules, meters, seconds or kilograms, the atomic unit of that
_TABLE = [
    ("232 1/cm", ENERGY, 232 * si.h * si.c * 100, _HARTREE),
    ("232 cm^-1", ENERGY, 232 * si.h * si.c * 100, _HARTREE),
    ("232 cm-1", ENERGY, 232 * si.h * si.c * 100, _HARTREE),
    ("232cm\u207b\u00b9", ENERGY, 232 * si.h * si.c * 100, _HARTREE),
    ("232 hc/cm", ENERGY, 232 * si.h * si.c * 100, _HARTREE),
    ("2 kcal/mol", ENERGY, 2 * 4184.0 / 6.02214076e23, _HARTREE),
    ("2 kJ/mol", ENERGY, 2000 / 6.02214076e23, _HARTREE),
    ("2 kJ mol^-1", ENERGY, 2000 / 6.02214076e23, _HARTREE),
    ("300 K", ENERGY, 300 * 1.380649e-23, _HARTREE),
    ("300 nK", ENERGY, 300e-9 * 1.380649e-23, _HARTREE),
    ("5 Hz", ENERGY, 5 * 6.62607015e-34, _HARTREE),
    ("5 kHz", ENERGY, 5e3 * 6.62607015e-34, _HARTREE),
    ("5 MHz", ENERGY, 5e6 * 6.62607015e-34, _HARTREE),
    ("5 GHz", ENERGY, 5e9 * 6.62607015e-34, _HARTREE),
    ("5 THz", ENERGY, 5e12 * 6.62607015e-34, _HARTREE),
    ("5 rad/fs", ENERGY, 5e15 * si.hbar, _HARTREE),
    ("1.4 peV", ENERGY, 1.4e-12 * 1.602176634e-19, _HARTREE),
    ("250 neV", ENERGY, 250e-9 * 1.602176634e-19, _HARTREE),
    ("250 \u00b5eV", ENERGY, 250e-6 * 1.602176634e-19, _HARTREE),
    ("1 rydberg", ENERGY, _HARTREE / 2, _HARTREE),
    ("3 a.u.", ENERGY, 3 * _HARTREE, _HARTREE),
    ("7 atomic time", TIME, 7 * _TIME, _TIME),
    ("7 a.u. time", TIME, 7 * _TIME, _TIME),
    ("7 atomic units of time", TIME, 7 * _TIME, _TIME),
    ("7 a.u.", TIME, 7 * _TIME, _TIME),
    ("138.376 d", TIME, 138.376 * 86400, _TIME),
    ("4.463e9 y", TIME, 4.463e9 * 365.25 * 86400, _TIME),
    ("3.097 min", TIME, 185.82, _TIME),
    ("7.2 h", TIME, 25920.0, _TIME),
    ("7 hbar/eV", TIME, 7 * si.hbar / si.e, _TIME),
    ("2 1/kHz", TIME, 2e-3, _TIME),
    ("1.5 \u00b5m", LENGTH, 1.5e-6, _BOHR),
    ("1.5 \u00c5", LENGTH, 1.5e-10, _BOHR),
    ("3 mm", LENGTH, 3e-3, _BOHR),
    ("86.909 u", MASS, 86.909 * si.atomic_mass, si.m_e),
    ("86.909 Da", MASS, 86.909 * si.atomic_mass, si.m_e),
    ("86.909 amu", MASS, 86.909 * si.atomic_mass, si.m_e),
    ("1 m_n", MASS, si.m_n, si.m_e),
    ("neutron", MASS, si.m_n, si.m_e),
    ("2 proton", MASS, 2 * si.m_p, si.m_e),
    ("muon", MASS, si.physical_constants["muon mass"][0], si.m_e),
    ("alpha", MASS, si.physical_constants["alpha particle mass"][0], si.m_e),
    ("helium", MASS, 4.00260325413 * si.atomic_mass, si.m_e),
    ("2 pg", MASS, 2e-15, si.m_e),
    ("50 Hz", FREQUENCY, 2 * math.pi * 50, 1 / _TIME),
    ("50 rad/s", FREQUENCY, 50.0, 1 / _TIME),
    ("50 1/s", FREQUENCY, 50.0, 1 / _TIME),
    ("3000 1/cm", FREQUENCY, 2 * math.pi * si.c * 3e5, 1 / _TIME),
    ("20 meV", FREQUENCY, 0.02 * si.e / si.hbar, 1 / _TIME),
    ("3 pN", FORCE, 3e-12, _HARTREE / _BOHR),
    ("1.4 kHz/\u00b5m", FORCE, 1.4e3 * si.h / 1e-6, _HARTREE / _BOHR),
    ("10 1/cm/angstrom", FORCE, 1e3 * si.h * si.c / 1e-10, _HARTREE / _BOHR),
    ("2 kHz um", STRENGTH, 2e3 * si.h * 1e-6, _HARTREE * _BOHR),
    ("5 kcal/mol angstrom", STRENGTH, 5 * 4184 / si.N_A * 1e-10, _HARTREE * _BOHR),
    ("3 m/s", VELOCITY, 3.0, _BOHR / _TIME),
    ("4 1/cm", MOMENTUM, 400.0, 1 / _BOHR),
    ("4 neutron m/s", MOMENTUM, 4 * si.m_n, si.m_e * _BOHR / _TIME),
    ("90 degree", DIMENSIONLESS, math.pi / 2, 1.0),
]  # fmt: skip


@pytest.mark.parametrize(("text", "dimension", "si_value", "atomic_unit"), _TABLE)
def test_values_of_codata(text: str, dimension: Dimension, si_value: float, atomic_unit: float) -> None:
    """Each text is its SI value over the atomic unit of its dimension; 1e-9 covers CODATA's own ratios (1e-10)."""
    assert parse(text, dimension) == pytest.approx(si_value / atomic_unit, rel=1e-9)


def test_python_and_files_have_one_vocabulary() -> None:
    """Every symbol of one word is a constant of that name and value in `wavesim.units`; words of Python and single letters are spelled out."""
    spelled = {"as": "attosecond", "min": "minute", "h": "hour", "d": "day", "y": "year"}
    for name, (value, _) in units.UNITS.items():
        assert getattr(units, spelled.get(name, name)) == value, name
    assert 232 * units.hc / units.cm == pytest.approx(parse("232 1/cm", ENERGY), rel=1e-15)
    assert 2 * units.kcal / units.mol == pytest.approx(parse("2 kcal/mol", ENERGY), rel=1e-15)


def test_hertz_of_a_trap_and_of_its_levels_are_the_same() -> None:
    """A trap of 100 Hz has levels 100 Hz apart: m omega^2 x^2 / 2 with omega = 2 pi 100/s and E = h f."""
    trap = Harmonic(parse("100 Hz", FREQUENCY))
    assert trap.frequency == pytest.approx(parse("100 Hz", ENERGY), rel=1e-15)
    assert parse("100 Hz", FREQUENCY) * parse("1 s", TIME) == pytest.approx(200 * math.pi, rel=1e-12)


def test_recoil_energies() -> None:
    """h^2/(2 m lambda^2) of rubidium 87 at 780.241 nm is h 3.7710 kHz (D. A. Steck, Rubidium 87 D Line Data, table 4)."""
    energy = recoil_energy(parse("780.241209686 nm", LENGTH), parse("86.909180520 u", MASS))
    assert energy / units.kHz == pytest.approx(3.7710, abs=1e-4)
    file = {**content(), "particle": {"mass": "86.909180520 u"}}
    del file["units"], file["run"], file["expect"]
    file["potential"] = {"kind": "gaussian_barrier", "height": "2 E_r(780.241209686 nm)", "width": "1 um"}
    file["state"] = {
        "kind": "gaussian_packet",
        "center": "-20 um",
        "width": "2 um",
        "energy": "1 E_r(780.241209686 nm)",
    }
    problem = read_scenario("x", file).problem
    assert problem.potential.height == pytest.approx(2 * energy, rel=1e-12)  # type: ignore[attr-defined]
    assert problem.state.energy == pytest.approx(energy, rel=1e-12)  # type: ignore[attr-defined]
    with pytest.raises(ScenarioError, match=r"potential\.height.*E_r"):
        read_scenario("x", {**file, "potential": {**file["potential"], "height": "2 E_r(780 eV)"}})


@pytest.mark.parametrize("energy", ["1/cm", "kcal/mol", "kJ/mol", "GHz", "K", "neV"])
def test_shown_units_are_read_again(energy: str) -> None:
    """An energy, a force and a strength shown in each unit of energy are what the texts of those units say."""
    system = UnitSystem(energy=energy, length="angstrom")
    for dimension in (ENERGY, FORCE, STRENGTH):
        text = f"{0.7!r} {system.symbol(dimension)}"
        assert parse(text, dimension) == pytest.approx(0.7 * system.scale(dimension), rel=1e-14)
    assert system.scale(STRENGTH) == pytest.approx(system.scale(ENERGY) * units.angstrom, rel=1e-14)


@pytest.mark.parametrize(
    ("height", "shown"),
    [("300 1/cm", "1/cm"), ("300 cm-1", "1/cm"), ("2 kcal/mol", "kcal/mol"), ("300 K", "K"), ("5 GHz", "GHz")],
)
def test_a_file_is_answered_in_its_own_units(height: str, shown: str) -> None:
    file = {**content(), "potential": {"kind": "gaussian_barrier", "height": height, "width": "1 um"}}
    del file["units"], file["run"], file["expect"]
    file["state"] = {"kind": "gaussian_packet", "center": "-20 um", "width": "2 um", "momentum": "3 1/um"}
    system = read_scenario("x", {**file, "particle": {"mass": "87 Da"}}).units
    # 87 Da (1 um)^2 / hbar = 1.37 ms
    assert (system.energy, system.length, system.time) == (shown, "um", "ms")


def test_one_kind_of_quantity_in_several_units() -> None:
    """1 eV is 8065.543937 1/cm, 241.7989242 THz, 11604.51812 K, 96.48533212 kJ/mol, 23.06054783 kcal/mol (CODATA)."""
    for symbol, number in [("1/cm", 8065.543937), ("THz", 241.7989242), ("K", 11604.51812)]:
        assert ratio("eV", symbol) == pytest.approx(number, rel=1e-9)
    for symbol, number in [("kJ/mol", 96.48533212), ("kcal/mol", 23.06054783)]:
        assert unit("eV")[0] / unit(symbol)[0] == pytest.approx(number, rel=1e-9)
    assert ratio("nm", "eV") is None


def test_a_parameter_in_wave_numbers_is_an_energy() -> None:
    """In a formula's parameters 1/cm is h c/cm, and rad/cm a wave number."""
    assert parse_any("232 1/cm") == pytest.approx(parse("232 1/cm", ENERGY), rel=1e-15)
    assert parse_any("9 1/cm/angstrom^2") == pytest.approx(parse("9 1/cm", ENERGY) / units.angstrom**2, rel=1e-14)
    assert parse_any("232 rad/cm") == pytest.approx(232 / units.cm, rel=1e-15)
    assert parse_any("2 1/nm") == pytest.approx(2 / units.nm, rel=1e-15)
    assert parse_any("3 a.u.") == 3.0


@pytest.mark.parametrize(
    ("text", "dimension", "words"),
    [
        ("5 1/fs", ENERGY, "may mean h f or hbar omega; write it in Hz"),
        ("5 1/nm", ENERGY, "is not an energy"),
        ("5 kHz", MOMENTUM, "is not a momentum"),
        ("5 kHz", LENGTH, "is not a length"),
        ("5 KHz", ENERGY, "did you mean kHz"),
        ("electrons", MASS, "is not a number with a unit"),
        ("neutron", ENERGY, "is not a number with a unit"),
        ("1 E_r(780 nm)", ENERGY, "is not a known unit"),
        ("5 Kcal/mol", ENERGY, "is not a known unit"),
    ],
)
def test_what_is_ambiguous_or_unknown_is_refused(text: str, dimension: Dimension, words: str) -> None:
    with pytest.raises(WavesimError, match=words):
        parse(text, dimension)


def test_units_of_another_dimension_have_no_value() -> None:
    assert value_in("kHz", LENGTH) is None and value_in("eV", ENERGY) == units.eV


def test_a_temperature_is_no_unit_of_the_energies_beside_it() -> None:
    assert [units.system_of(symbols).energy for symbols in (["K", "meV"], ["kHz", "nK"], ["uK", "um"])] == [
        "meV",
        "kHz",
        "uK",
    ]


def test_atoms_in_a_trap_of_a_hundred_hertz_are_planned_and_swing() -> None:
    """Rubidium at rest 3 um off the middle, 2 ms later: 3 um cos(2 pi 0.2) = 0.92705 um; energies of 1e-14 hartree and a mass of 1.6e5.

    The box holds the trap as this mass sees it, not as an electron would: below 300 points. Each number within its bar.
    """
    file = {
        "format": 1, "title": "t", "duration": "2 ms", "particle": {"mass": "86.909 u"},
        "potential": {"kind": "harmonic", "frequency": "100 Hz"},
        "state": {"kind": "gaussian_packet", "center": "3 um", "width": "0.8 um", "velocity": "0 m/s"},
        "find": {"kind": "motion"},
    }  # fmt: skip
    made = read_scenario("x", file)
    assert plan(made.problem, 1e-4).numerics.grid.points[0] < 300
    report = certify(made.problem, 1e-4, find=made.find)
    position = report.quantities["mean_position"]
    assert abs(position.value - 3 * units.um * math.cos(0.4 * math.pi)) <= position.error < 1e-5 * units.um
