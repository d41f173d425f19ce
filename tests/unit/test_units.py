"""Units: values from CODATA, parsing, showing, and messages for what has the wrong dimension."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, strategies as st
from scipy import constants

from wavesim import _codata
from wavesim._typing import ENERGY, FORCE, FREQUENCY, LENGTH, MASS, MOMENTUM, STRENGTH, TIME, Dimension
from wavesim.errors import WavesimError
from wavesim.units import UNITS, UnitSystem, bohr, eV, fs, hartree, m_e, meV, nm, parse, unit


def test_the_constants_of_textbooks() -> None:
    """hbar^2/m_e = 0.0761996 eV nm^2; hartree = 27.2114 eV; bohr = 0.0529177 nm; hbar = 0.658212 eV fs. Six digits of CODATA."""
    assert 1 / (eV * nm**2) == pytest.approx(0.0761996423, rel=1e-8)
    assert hartree / eV == pytest.approx(27.211386, rel=1e-7)
    assert bohr / nm == pytest.approx(0.052917721, rel=1e-7)
    assert 1 / (eV * fs) == pytest.approx(0.658211957, rel=1e-8)


@pytest.mark.parametrize(
    ("own", "name"),
    [
        ("ELEMENTARY_CHARGE", "elementary charge"),
        ("BOLTZMANN", "Boltzmann constant"),
        ("AVOGADRO", "Avogadro constant"),
        ("SPEED_OF_LIGHT", "speed of light in vacuum"),
        ("BOHR_RADIUS", "atomic unit of length"),
        ("ATOMIC_TIME", "atomic unit of time"),
        ("ELECTRON_MASS", "atomic unit of mass"),
        ("HARTREE", "atomic unit of energy"),
        ("ATOMIC_MASS", "atomic mass constant"),
        ("PROTON_MASS", "proton mass"),
        ("NEUTRON_MASS", "neutron mass"),
        ("MUON_MASS", "muon mass"),
        ("DEUTERON_MASS", "deuteron mass"),
        ("TRITON_MASS", "triton mass"),
        ("HELION_MASS", "helion mass"),
        ("ALPHA_MASS", "alpha particle mass"),
    ],
)
def test_every_constant_is_codatas(own: str, name: str) -> None:
    """SciPy has the adjustment of 2022 since its version 1.15."""
    assert getattr(_codata, own) == constants.physical_constants[name][0]


def test_hbar_is_one_in_si_too() -> None:
    """J s = 1/hbar internally, and m_e c^2 = 510.99895 keV, which ties length, time, mass and energy together."""
    joule, second = unit("J")[0], unit("s")[0]
    assert constants.hbar * joule * second == pytest.approx(1.0, rel=1e-9)
    # the bohr is printed with twelve digits; docs/conventions.md tells what CODATA 2022 leaves
    assert constants.hbar**2 / constants.m_e * joule * unit("m")[0] ** 2 == pytest.approx(1.0, rel=2e-12)
    light = constants.c * unit("m")[0] / second
    assert m_e * light**2 / (1e3 * eV) == pytest.approx(510.99895, rel=1e-7)


@pytest.mark.parametrize(
    ("text", "dimension", "value"),
    [
        ("0.30 eV", ENERGY, 0.3 * eV),
        ("  -5meV ", ENERGY, -5 * meV),
        ("1e-3 hartree", ENERGY, 1e-3),
        (".5 nm", LENGTH, 0.5 * nm),
        ("300 fs", TIME, 300 * fs),
        ("24 as", TIME, 0.024 * fs),
        ("0.067 m_e", MASS, 0.067),
        ("6.6e-27 kg", MASS, 6.6e-27 / constants.m_e),
        ("3 1/nm", MOMENTUM, 3 / nm),
        ("3 nm^-1", MOMENTUM, 3 / nm),
        ("2 m_e bohr/as", MOMENTUM, 2 / (1e-3 * fs)),
        ("1.5 rad/fs", FREQUENCY, 1.5 / fs),
        ("0.1 eV/nm", FORCE, 0.1 * eV / nm),
        ("0.1 eV*nm", STRENGTH, 0.1 * eV * nm),
        ("0.1 eV nm", STRENGTH, 0.1 * eV * nm),
        ("0.1 eV nm^2/nm", STRENGTH, 0.1 * eV * nm),
    ],
)
def test_parsing(text: str, dimension: Dimension, value: float) -> None:
    assert parse(text, dimension) == pytest.approx(value, rel=1e-7)


@given(st.floats(1e-9, 1e9), st.sampled_from([name for name, (_, powers) in UNITS.items() if powers == LENGTH.powers]))
def test_what_is_shown_can_be_read_again(number: float, symbol: str) -> None:
    """value -> "number unit" -> value for any length in any unit of length, to the last digit of repr."""
    system = UnitSystem(length=symbol)
    value = number * system.scale(LENGTH)
    assert parse(f"{value / system.scale(LENGTH)!r} {system.symbol(LENGTH)}", LENGTH) == pytest.approx(value, rel=1e-14)


@pytest.mark.parametrize("dimension", [LENGTH, TIME, MASS, ENERGY, MOMENTUM, FREQUENCY, FORCE, STRENGTH])
def test_every_dimension_has_a_unit_to_be_shown_in(dimension: Dimension) -> None:
    """The unit of each dimension and the examples in its messages have that dimension."""
    system = UnitSystem(length="angstrom", energy="meV", time="ps")
    for symbol in (system.symbol(dimension), *dimension.examples):
        assert unit(symbol)[1] in (dimension.powers, *dimension.also)
    assert UnitSystem(natural=True).scale(dimension) == 1.0
    assert system.label("q", dimension) == f"q ({system.symbol(dimension)})"
    assert UnitSystem(natural=True).label("q", dimension) == "q (natural units)"


def test_pure_numbers_need_no_unit() -> None:
    plain = Dimension("dimensionless", (0, 0, 0))
    assert parse("0.25", plain) == 0.25
    assert UnitSystem().symbol(plain) == "1"
    assert UnitSystem().label("T", plain) == "T"


@pytest.mark.parametrize(
    ("text", "dimension", "message"),
    [
        ("0.3 nm", ENERGY, "'0.3 nm' is not an energy: expected an energy, for example in eV, meV, hartree, J"),
        ("1 eV", LENGTH, "is not a length: expected a length, for example in nm"),
        ("0.3", ENERGY, "has no unit: expected an energy"),
        ("0.3 ev", ENERGY, "'ev' is not a known unit; did you mean eV"),
        ("40 nn", LENGTH, "'nn' is not a known unit; did you mean nm\\?"),
        ("40 nn", FORCE, "'nn' is not a known unit; did you mean nN\\?"),
        ("0.3 eV per nm", FORCE, "is not a known unit"),
        ("eV", ENERGY, "is not a number with a unit"),
        ("0,3 eV", ENERGY, "must have a point and no comma"),
        ("", LENGTH, "is not a number with a unit"),
        ("nan eV", ENERGY, "is not a number with a unit"),
        ("1 eV^2", ENERGY, "is not an energy"),
    ],
)
def test_what_cannot_be_read_says_what_was_expected(text: str, dimension: Dimension, message: str) -> None:
    with pytest.raises(WavesimError, match=message):
        parse(text, dimension)


def test_a_number_so_large_that_it_overflows_is_not_taken_in_silence() -> None:
    """1e999 is inf in Python: what parses must be a finite number, or the constructors must refuse it."""
    assert not math.isfinite(parse("1e999 eV", ENERGY))
    from wavesim.potentials import EckartBarrier

    with pytest.raises(WavesimError, match="must be finite"):
        EckartBarrier(parse("1e999 eV", ENERGY), 1.0)
