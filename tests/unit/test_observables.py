"""Every observable against a sum in numpy, in one dimension and in two, on psi that is not normalized."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from wavesim import Before, Between, Beyond, Grid
from wavesim.errors import ArgumentError
from wavesim.hamiltonian import Hamiltonian
from wavesim.observables import (
    AbstractObservable,
    Autocorrelation,
    Energy,
    Momentum,
    MomentumSpread,
    MovingIn,
    Norm,
    Overlap,
    Position,
    PositionSpread,
    ProbabilityCurrent,
    ProbabilityIn,
    Snapshot,
)
from wavesim.states import GaussianPacket, Product

MASS = 1.7
LINES = Grid.line(-9.0, 9.0, 60), Grid.line(-8.0, 9.0, 50)


class Case:
    """A smooth psi with structure, its grid and V, and numpy's own FFT of it."""

    def __init__(self, dimension: int) -> None:
        self.grid = Grid.product(*LINES[:dimension])
        r = [np.asarray(axis) for axis in self.grid.position]
        x = r[0]
        y = r[1] if dimension == 2 else np.zeros(1)
        psi = np.exp(-(((x - 0.7) / 2) ** 2) + 1.1j * x - ((y + 0.3) / 1.8) ** 2 * (dimension - 1) - 0.4j * y)
        psi = 0.6 * psi * (1 + 0.3 * np.sin(x) + 0.2j * np.cos(y - x))
        self.psi = psi.reshape(self.grid.points)
        self.start = np.roll(self.psi, 2, axis=0) * 1.1
        self.x, self.y = (np.broadcast_to(axis, self.grid.points) for axis in (x, y))
        self.k = np.meshgrid(
            *(2 * np.pi * np.fft.fftfreq(n, s) for n, s in zip(self.grid.points, self.grid.spacing, strict=True)),
            indexing="ij",
        )
        self.v = 0.3 * self.x**2 + 0.1 * self.y * self.x
        self.rho = np.abs(self.psi) ** 2 * self.grid.cell
        self.spectrum = np.abs(np.fft.fftn(self.psi)) ** 2 * self.grid.cell / self.psi.size

    def measure(self, observable: AbstractObservable) -> Any:
        h = Hamiltonian(self.grid, jnp.asarray(self.v), MASS)
        snapshot = Snapshot(jnp.asarray(self.psi), h)
        return np.asarray(observable.measure(observable.prepare(self.grid, h, jnp.asarray(self.start)), snapshot))


@pytest.fixture(scope="module", params=[1, 2])
def case(request: pytest.FixtureRequest) -> Case:
    return Case(request.param)


def test_norm_and_probabilities(case: Case) -> None:
    """int abs(psi)^2; and over half spaces: with weights, compared with a sum over a region whose plane lies midway far outside psi."""
    total = np.sum(case.rho)
    assert abs(total - 1) > 0.1
    assert case.measure(Norm()) == pytest.approx(total, rel=1e-13)
    parts = [case.measure(ProbabilityIn(region)) for region in (Before(-0.2), Between(-0.2, 1.3), Beyond(1.3))]
    assert sum(parts) == pytest.approx(total, rel=1e-13)
    weights = np.asarray(Beyond(1.3).fraction(case.grid))
    assert parts[2] == pytest.approx(np.sum(weights * case.rho), rel=1e-13)
    assert parts[2] == pytest.approx(np.sum(case.rho[case.x > 1.3]), rel=0.15)


def test_position_and_its_spread(case: Case) -> None:
    """<x> and sqrt(<x^2> - <x>^2), per unit of norm."""
    total = np.sum(case.rho)
    for axis, values in enumerate((case.x, case.y)[: case.grid.dimension]):
        mean = np.sum(case.rho * values) / total
        spread = np.sqrt(np.sum(case.rho * values**2) / total - mean**2)
        assert case.measure(Position(axis)) == pytest.approx(mean, rel=1e-12)
        assert case.measure(PositionSpread(axis)) == pytest.approx(spread, rel=1e-12)


def test_momentum_and_its_spread(case: Case) -> None:
    """The same over abs(phi)^2, phi by numpy's FFT."""
    total = np.sum(case.spectrum)
    assert total == pytest.approx(np.sum(case.rho), rel=1e-12)
    for axis, k in enumerate(case.k):
        mean = np.sum(case.spectrum * k) / total
        spread = np.sqrt(np.sum(case.spectrum * k**2) / total - mean**2)
        assert case.measure(Momentum(axis)) == pytest.approx(mean, rel=1e-12)
        assert case.measure(MomentumSpread(axis)) == pytest.approx(spread, rel=1e-12)


def test_energy(case: Case) -> None:
    """(sum k^2/2m abs(phi)^2 + sum V abs(psi)^2)/norm."""
    kinetic = np.sum(case.spectrum * sum(k**2 for k in case.k)) / (2 * MASS)
    exact = (kinetic + np.sum(case.rho * case.v)) / np.sum(case.rho)
    assert case.measure(Energy()) == pytest.approx(exact, rel=1e-12)


def test_overlaps(case: Case) -> None:
    """<reference|psi> and <psi(0)|psi>, complex, the conjugate on the left."""
    packets = tuple(GaussianPacket(center=0.3, width=1.1, momentum=0.7) for _ in case.grid.points)
    reference = packets[0] if case.grid.dimension == 1 else Product(packets)
    sampled = np.asarray(reference.sample(case.grid, Hamiltonian(case.grid, jnp.zeros(case.grid.points), MASS)))
    assert case.measure(Overlap(reference)) == pytest.approx(
        np.sum(sampled.conj() * case.psi) * case.grid.cell, rel=1e-12
    )
    exact = np.sum(case.start.conj() * case.psi) * case.grid.cell
    assert abs(exact.imag) > 0.01
    assert case.measure(Autocorrelation()) == pytest.approx(exact, rel=1e-12)


def test_current(case: Case) -> None:
    """Im(psi* dpsi/dx)/m at a grid point, by numpy's FFT, summed over y.

    Budget: the tail of psi at the end of the box, 6e-11, times the largest momentum: 1e-8.
    """
    place = 33
    position = float(LINES[0].x[place])
    slope = np.fft.ifft(1j * case.k[0] * np.fft.fft(case.psi, axis=0), axis=0)
    across = np.imag(case.psi.conj() * slope)[place]
    exact = np.sum(across) * case.grid.cell / case.grid.spacing[0] / MASS
    assert case.measure(ProbabilityCurrent(position)) == pytest.approx(exact, rel=1e-8)


def test_current_between_points() -> None:
    """In one dimension psi is interpolated: a plane wave packet's j = abs(psi)^2 Im(psi'/psi)/m at any place, from the formula."""
    case = Case(1)
    s = 0.6543
    envelope = np.exp(-(((s - 0.7) / 2) ** 2)) * 0.6
    shape = 1 + 0.3 * np.sin(s) + 0.2j * np.cos(-s)
    psi = envelope * np.exp(1.1j * s) * shape
    slope = psi * (-(s - 0.7) / 2 + 1.1j + (0.3 * np.cos(s) - 0.2j * np.sin(s)) / shape)
    assert case.measure(ProbabilityCurrent(s)) == pytest.approx(np.imag(np.conj(psi) * slope) / MASS, rel=1e-8)


def test_what_moves_where(case: Case) -> None:
    """Cut to the region, momenta of one sign along the first axis: right + left + standing = all in the cut."""
    region = Beyond(-2.0)
    cut = np.asarray(region.fraction(case.grid)) * case.psi
    spectrum = np.abs(np.fft.fftn(cut)) ** 2 * case.grid.cell / cut.size
    for direction, sign in (("right", 1), ("left", -1)):
        exact = np.sum(spectrum[sign * case.k[0] > 0])
        assert case.measure(MovingIn(region, direction)) == pytest.approx(exact, rel=1e-10)
    assert case.measure(MovingIn(region, "right")) > 5 * case.measure(MovingIn(region, "left"))


@pytest.mark.parametrize("kind", [Position, PositionSpread, Momentum, MomentumSpread])
def test_an_axis_that_is_not_there_is_refused(kind: type) -> None:
    with pytest.raises(ArgumentError, match="one of the grid's 1 axes"):
        Case(1).measure(kind(1))
    with pytest.raises(ArgumentError, match="`axis` must be at least 0"):
        kind(-1)


@pytest.mark.parametrize(
    "observable",
    [Norm(), ProbabilityIn(Beyond(1.3)), Position(), PositionSpread(), Momentum(), MomentumSpread(), Energy(), MovingIn(Before(0.4)), ProbabilityCurrent(0.3)],
    ids=lambda observable: type(observable).__name__,
)  # fmt: skip
def test_gradients_are_those_of_the_measured_numbers(case: Case, observable: AbstractObservable) -> None:
    """d measure(psi + s chi)/ds at s = 0 is 2 Re <chi|O psi> with O psi the gradient; central differences with s = 1e-4.

    Budget: s^2 times a third derivative of order 1: 1e-8, and 1e-12/1e-4 of rounding.
    """
    h = Hamiltonian(case.grid, jnp.asarray(case.v), MASS)
    prepared = observable.prepare(case.grid, h, jnp.asarray(case.start))
    chi, step = np.roll(case.psi, 3, axis=0) * 1j + 0.3 * case.start, 1e-4
    ahead, behind = (
        float(observable.measure(prepared, Snapshot(jnp.asarray(case.psi + sign * step * chi), h))) for sign in (1, -1)
    )
    slope = np.asarray(observable.gradient(prepared, Snapshot(jnp.asarray(case.psi), h)))
    assert 2 * np.real(np.vdot(chi, slope)) * float(case.grid.cell) == pytest.approx(
        (ahead - behind) / (2 * step), abs=3e-7
    )
