"""A heterostructure: what it refuses, who knows it, and that layers of one mass are `Layers`."""

from __future__ import annotations

from typing import Any

import pytest

import wavesim as ws
from wavesim.analysis import EnergyForTransmission, Levels, Motion, Resonances, TransmissionAt, TransmissionMaxima
from wavesim.errors import ArgumentError, WavesimError
from wavesim.potentials import Heterostructure, Layers
from wavesim.states import GaussianPacket

PACKET = GaussianPacket(-20.0, 3.0, momentum=1.0)
TWO_MASSES = Heterostructure(((1.0, 0.8, 1.3), (2.0, 0.1, 1.0), (1.0, 0.8, 1.3)))


@pytest.mark.parametrize(
    ("layers", "reason"),
    [
        ((), "at least one layer"),
        (((1.0, 0.5),), "triples"),
        (((-1.0, 0.5, 1.0),), "positive"),
        (((1.0, 0.5, 0.0),), "positive"),
    ],
)
def test_impossible_layers_are_refused(layers: Any, reason: str):
    with pytest.raises(ArgumentError, match=reason):
        Heterostructure(layers)


@pytest.mark.parametrize(("find", "reason"), [(Motion(), "heterostructure"), (Levels(), "need a well")])
def test_who_knows_one_mass_alone_refuses(find: Any, reason: str):
    """Means along the way; levels know masses, but these are barriers."""
    with pytest.raises(WavesimError, match=reason):
        ws.certify(ws.Problem(TWO_MASSES, PACKET), find=find)


def test_layers_of_one_mass_are_layers():
    """T at 0.37 through 1.0 of 0.8, 0.5 of -0.4 and 0.7 of 1.2, m = 1, by both kinds. Budget: the sum of their bars."""
    pairs = ((1.0, 0.8), (0.5, -0.4), (0.7, 1.2))
    same = Heterostructure(tuple((width, height, 1.0) for width, height in pairs))
    find = TransmissionAt(energy=0.37)
    one, other = (ws.certify(ws.Problem(kind, PACKET), find=find).headline for kind in (Layers(pairs), same))
    assert abs(one.value - other.value) <= one.error + other.error


def test_both_routes_agree_in_a_field():
    """Two masses, a drop of 0.3 across 4: T at 0.5 from either side, cells beside scattering matrices, within both bars.

    T is the same from both sides at one total energy: 0.5 from the left is 0.8 above the right.
    """
    tilted = ws.Problem(TWO_MASSES, PACKET).replace("potential.bias", 0.3)
    back = tilted.replace("state", GaussianPacket(20.0, 3.0, momentum=-1.0))
    one, other = (
        ws.certify(problem, find=TransmissionAt(energy=energy)) for problem, energy in ((tilted, 0.5), (back, 0.8))
    )
    assert one.headline.agrees
    assert other.headline.agrees
    assert abs(one.headline.value - other.headline.value) <= one.headline.error + other.headline.error


def test_maximum_and_pole_of_a_narrow_resonance():
    """Barriers of 3.5: the pole is 1e-3 wide, and T has its maximum within a hundredth of that of it."""
    thick = ws.Problem(
        Heterostructure(((2.0, 2.0, 1.3), (2.5, 0.0, 1.0), (2.0, 2.0, 1.3))), PACKET
    )  # fmt: skip
    pole = ws.certify(thick, find=Resonances(low=0.2, high=0.9)).quantities
    top = ws.certify(thick, find=TransmissionMaxima(low=0.2, high=0.9)).headline.value
    width = pole["resonance_width"].value
    assert 1e-4 < width < 1e-2
    assert abs(top - pole["resonance_energy"].value) < 0.02 * width
    half = ws.certify(thick, find=EnergyForTransmission(transmission=0.5, low=top - 2 * width, high=top)).headline.value
    assert top - half == pytest.approx(width / 2, rel=0.02)
