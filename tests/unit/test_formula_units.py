"""A formula for V in a file with units must be an energy, and what it lacks is named."""

from __future__ import annotations

from typing import Any

import pytest

from wavesim.scenario.schema._formula_units import misfits

HILL = "V0*exp(-((x - c)/a)^2)"


def found(formula: str, angle: bool = False, **parameters: Any) -> tuple[list[str], list[str]]:
    return misfits({"potential": {"kind": "expression", "formula": formula, "parameters": parameters}}, angle)


@pytest.mark.parametrize(
    ("formula", "parameters"),
    [
        (HILL, {"V0": "0.3 eV", "c": 0, "a": "1 nm"}),
        ("k*x^2/2 + V0/cosh(x/a)**2", {"k": "3 meV/nm^2", "V0": "20 meV", "a": "2 angstrom"}),
        ("m*w^2*x^2/2", {"m": "1 m_e", "w": "1 rad/fs"}),
        ("where(x > 0, max(W - F*x - c/max(x, d), 0), 0)", {"W": "9 eV", "F": "5 eV/nm", "c": "0.36 eV nm", "d": "1 pm"}),
        ("F*sqrt(x^2 + y^2)*sign(t - T)", {"F": "1 eV/um", "T": "3 fs"}),
        ("k*x^2 + v*exp(-b*x^2)", {"k": "8e4 1/cm/angstrom^2", "v": "2e4 1/cm", "b": "3.2 1/angstrom^2"}),
        ("A*cos(w*t)*abs(x/a)^p", {"A": "1 eV", "w": "1 1/fs", "a": "1 nm", "p": 1.5}),
        ("V0*x", {"V0": "1 a.u."}),
    ],
)  # fmt: skip
def test_what_is_an_energy_passes(formula: str, parameters: dict[str, Any]) -> None:
    """hbar = 1: 1/fs is an energy too, and so is 1/cm, as spectroscopists write it. Zero fits everything, and so does an atomic unit."""
    assert found(formula, **parameters) == ([], [])


def test_an_angle_is_a_plain_number() -> None:
    assert found("V3/2*(1 - cos(3*x))", angle=True, V3="25 meV") == ([], [])
    assert found("V3/2*(1 - cos(3*x))", V3="25 meV")[0] == [] != found("V3/2*(1 - cos(3*x))", V3="25 meV")[1]


@pytest.mark.parametrize(
    ("formula", "parameters", "words"),
    [
        (HILL, {"V0": 0.3, "c": "0 nm", "a": "1 nm"}, "potential.parameters.V0 must have its unit, but is 0.3; write, for example, '0.3 eV'"),
        (HILL, {"V0": "0.3 eV", "c": "0 nm", "a": 2}, "potential.parameters.a must have its unit, but is 2; write, for example, '2 nm'"),
        (HILL, {"V0": 0.3, "c": 0, "a": 2}, "potential.parameters.V0 and potential.parameters.a must have their units"),
        ("k*x^2/2", {"k": 3}, "write, for example, '3 eV/nm^2'"),
        (HILL + " + V1", {"V0": "1 eV", "c": 0, "a": "1 nm", "V1": "0.2 nm"}, "must add and compare what is alike, but has an energy and a length"),
        (HILL, {"V0": "1 eV", "c": 0, "a": "1 eV"}, "must add and compare what is alike|must have a plain number in exp"),
        ("V0*x", {"V0": "1 eV"}, "must be an energy, but is energy times length; check the units"),
        ("V0*exp(-x^2/8)", {"V0": 0.3}, "potential.parameters.V0 must have its unit"),
        ("V0*(x/a)^b", {"V0": "1 eV", "a": "1 nm", "b": "2 nm"}, "must raise a plain number"),
    ],
)  # fmt: skip
def test_what_is_none_is_told_with_its_cure(formula: str, parameters: dict[str, Any], words: str) -> None:
    import re

    wrong, told = found(formula, **parameters)
    assert told == [] and len(wrong) == 1
    assert re.search(words if "|" in words else re.escape(words), wrong[0])


def test_numbers_in_a_formula_may_be_atomic_and_it_is_said() -> None:
    wrong, told = found("0.3*exp(-x^2/8)")
    assert wrong == []
    assert "only if its plain numbers count in hartree and bohr" in told[0]
