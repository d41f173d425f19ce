"""A packet near the speed of light is told, for its numbers are those of the Schroedinger equation."""

import tomllib

import pytest

from wavesim.scenario import read_scenario

FILE = """
format = 1
title = "A fast packet"
[particle]
mass = "{mass}"
[potential]
kind = "rectangular_barrier"
height = "1 eV"
width = "1 nm"
[state]
kind = "gaussian_packet"
center = "-50 nm"
width = "5 nm"
energy = "{energy}"
"""


@pytest.mark.parametrize(
    ("mass", "energy", "told"),
    [
        # v/c = sqrt(2 E/mc^2): an electron (511 keV) of 100 eV has 0.020, of 51.1 keV 0.447, of 1 GeV 62.6; a proton of 1 MeV 0.046
        ("1 m_e", "100 eV", None),
        ("1 m_e", "51.1 keV", "45 % of the speed of light"),
        ("1 m_e", "1e9 eV", "63 times the speed of light"),
        ("1.007 u", "1 MeV", None),
    ],
)
def test_a_packet_near_the_speed_of_light_is_told(mass: str, energy: str, told: str | None) -> None:
    """Formula: v = sqrt(2 E/m); said from v/c = 0.2 on, where p^4/(8 m^3 c^2) is 1 % of p^2/2m."""
    notes = read_scenario("fast", tomllib.loads(FILE.format(mass=mass, energy=energy))).notes
    assert len(notes) == (told is not None)
    assert told is None or told in notes[0]


def test_a_comma_in_a_number_is_told() -> None:
    from wavesim.errors import ScenarioError

    with pytest.raises(ScenarioError, match="'5,5 eV': a number must have a point and no comma"):
        read_scenario("comma", tomllib.loads(FILE.format(mass="1 m_e", energy="5,5 eV")))
