"""Coupled channels against one channel, against channels that do not couple, and against themselves."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from wavesim import theory
from wavesim.errors import ArgumentError

ENERGIES = np.array([0.5, 0.9, 1.3])


def barrier(x: float) -> float:
    return float(np.exp(-(x**2) / 2))


def test_one_channel_is_ordinary_scattering() -> None:
    """T of a Gaussian barrier of height 1 and width 1 at three energies; the two methods' slices agree to 1e-5."""
    waves = theory.channel_waves(
        lambda x: np.array([[barrier(x)]]), np.zeros(1), ENERGIES, np.ones((3, 1)), left=-7.0, right=7.0, slices=60
    )
    exact = theory.scatter(
        lambda x: jnp.exp(-(x**2) / 2), ENERGIES, left=-8.0, right=8.0, v_left=0.0, v_right=0.0
    ).transmission
    assert np.abs(waves[:, 0]) ** 2 == pytest.approx(np.asarray(exact), rel=1e-5)


def test_mixing_channels_of_one_threshold_changes_nothing(rng: np.random.Generator) -> None:
    """Three barriers of heights 1, 0.5 and 0.2, seen in a turned basis: what enters as the first leaves as the first."""
    turn = np.linalg.qr(rng.standard_normal((3, 3)))[0]
    heights = np.array([1.0, 0.5, 0.2])
    plain = theory.channel_waves(
        lambda x: np.diag(heights * barrier(x)),
        np.zeros(3),
        ENERGIES,
        np.ones((3, 1)) * np.eye(3)[0],
        left=-6.0,
        right=6.0,
    )
    turned = theory.channel_waves(
        lambda x: turn @ np.diag(heights * barrier(x)) @ turn.T,
        np.zeros(3),
        ENERGIES,
        np.ones((3, 1)) * turn[:, 0],
        left=-6.0,
        right=6.0,
    )
    assert turned @ turn == pytest.approx(plain, abs=1e-10)


def test_flux_is_shared_out_and_closed_channels_carry_none() -> None:
    """A weak coupling of one open and one closed channel (threshold 2): what passes is at most what came, and the closed wave decays."""
    mix = np.array([[0.0, 0.3], [0.3, 0.0]])
    incident = np.ones((3, 1)) * np.array([1.0, 0.0])
    near, far = (
        theory.channel_waves(
            lambda x: mix * barrier(x), np.array([0.0, 2.0]), ENERGIES, incident, left=-end, right=end, slices=60
        )
        for end in (6.0, 9.0)
    )
    assert np.all(np.abs(near[:, 0]) ** 2 < 1) and np.all(np.abs(near[:, 0]) ** 2 > 0.9)
    momenta = theory.channel_momenta(np.array([0.0, 2.0]), ENERGIES)
    assert np.abs(far[:, 1] / near[:, 1]) == pytest.approx(np.exp(-3 * np.imag(momenta[:, 1])), rel=1e-3)


def test_walls_in_order() -> None:
    with pytest.raises(ArgumentError, match="exchange them"):
        theory.channel_waves(lambda x: np.zeros((1, 1)), np.zeros(1), ENERGIES, np.ones((3, 1)), left=1.0, right=0.0)
