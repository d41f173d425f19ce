"""Packets and barriers that repeat themselves in time, against propagation by numpy's FFT in the test itself."""

import numpy as np
import pytest
from scipy.special import jv

from wavesim import theory
from wavesim.analysis.bars import Estimate
from wavesim.analysis.predictions import packet_theories
from wavesim.potentials import Driven, Expression, GaussianBarrier
from wavesim.problem import Problem
from wavesim.states import GaussianPacket


def propagated(potential, packet, duration, dt=0.02, length=320.0, points=2048):
    """The probability right of 0 by the split-step method of second order, V taken in the middle of each step."""
    x = (np.arange(points) - points // 2) * length / points
    k = 2 * np.pi * np.fft.fftfreq(points, length / points)
    psi = packet.at(x)
    half, whole = np.exp(-0.25j * k**2 * dt), np.exp(-0.5j * k**2 * dt)
    psi = np.fft.ifft(half * np.fft.fft(psi))
    for n in range(round(duration / dt)):
        psi = np.fft.ifft(whole * np.fft.fft(np.exp(-1j * dt * potential(x, (n + 0.5) * dt)) * psi))
    return float(np.sum(np.abs(psi[x > 0]) ** 2) * length / points)


def test_a_barrier_whose_height_oscillates():
    """V = 1.5 exp(-x^2/2) (1 + 0.4 cos(0.8 t)), k0 = 1.6, width 4, from -36.

    Formula: coupled channels, all of the packet's energies that differ by quanta at once. Budget: what has not left the barrier by t = 65
    and the step's error, 0.02^2/24 x <V''> x time: 1e-5. The channels' own error is below 1e-7.
    """

    def potential(x, t):
        return 1.5 * np.exp(-(x**2) / 2) * (1 + 0.4 * np.cos(0.8 * t))

    packet = theory.Gaussian(-36.0, 4.0, 1.6)
    found = theory.floquet_share(potential, 0.8, (packet,), -8.0, 8.0)
    assert found is not None and found.error < 1e-7
    assert found.value == pytest.approx(propagated(potential, packet, 65.0), abs=1e-5)
    frozen = theory.packet_transmission(
        lambda e: theory.scatter(lambda x: potential(x, 0.0), e, left=-8.0, right=8.0).transmission, 1.6, 4.0
    )
    assert abs(found.value - float(frozen.value)) > 0.1


def absorbed_behind(potential, packet, duration, steps, length=600.0, points=1024):
    """The probability right of 0, with what a layer in the outer half of the box has taken there, by a splitting of fourth order (Suzuki's of five)."""
    x = (np.arange(points) - points // 2) * length / points
    k, dt = 2 * np.pi * np.fft.fftfreq(points, length / points), duration / steps
    part = 1 / (4 - 4 ** (1 / 3))
    shares = (part, part, 1 - 4 * part, part, part)
    passing = np.exp(-dt * 0.6 * np.clip(4 * np.abs(x) / length - 1, 0, 1) ** 3)
    psi, behind = packet.at(x), 0.0
    for n in range(steps):
        time = n * dt
        for share in shares:
            kick = np.exp(-0.5j * share * dt * potential(x, time + share * dt / 2))
            psi = kick * np.fft.ifft(np.exp(-0.5j * k**2 * share * dt) * np.fft.fft(kick * psi))
            time += share * dt
        kept = psi * passing
        behind += np.sum((np.abs(psi) ** 2 - np.abs(kept) ** 2)[x > 0])
        psi = kept
    return float(np.sum(np.abs(psi[x > 0]) ** 2) + behind) * length / points


def test_a_slow_packet_before_an_oscillating_barrier():
    """V = (0.4 + 0.2 cos t) exp(-x^2/1.62), k0 = 0.8, width 1.5, from -12: one part in 40 is slower than 0.1, or moves away.

    Formula: as above, with the waves that move away at once, which meet reflected ones of their energy, and those below the threshold, which
    reach V from afar: together 2.1e-4 of 0.5016, which an average over momenta misses. Budget: what is near the barrier at t = 600, 2e-4,
    of which half passes as all does: 1e-6.
    """

    def potential(x, t):
        return (0.4 + 0.2 * np.cos(t)) * np.exp(-(x**2) / 1.62)

    packet = theory.Gaussian(-12.0, 1.5, 0.8)
    found = theory.floquet_share(potential, 1.0, (packet,), -6.6, 6.6)
    assert found is not None and found.error < 1e-7
    assert found.value == pytest.approx(absorbed_behind(potential, packet, 600.0, 4000), abs=2e-6)


@pytest.mark.parametrize(("center", "width", "momentum"), [(-9.5, 0.7, 1.0), (-6.0, 1.5, 1.0)])
def test_a_packet_that_starts_close_to_an_oscillating_barrier(center: float, width: float, momentum: float):
    """V = (0.8 + 0.3 cos 1.1 t) exp(-x^2/2): 7 widths in front of it, and 2 widths in front, where its tail is on V.

    Formula: as above, with V cut off before the packet, so that waves below the threshold are not lost; the bar covers what the cut and the
    tail cost, 1e-8 and 8e-3. Budget: the bar, and what is near the barrier in the end, which falls as 1/t^2: a third of the last change, 1.2e-7.
    """
    problem = Problem(Expression("(0.8 + 0.3*cos(1.1*t))*exp(-x**2/2)"), GaussianPacket(center, width, momentum))
    found = packet_theories(problem)["transmitted_probability"]["floquet"]

    def potential(x, t):
        return (0.8 + 0.3 * np.cos(1.1 * t)) * np.exp(-(x**2) / 2)

    packet = theory.Gaussian(center, width, momentum)
    early, late = (absorbed_behind(potential, packet, end, round(10 * end), 800.0, 2048) for end in (200.0, 400.0))
    exact = late + (late - early) / 3
    assert isinstance(found, Estimate)
    assert abs(found - exact) <= found.error + abs(late - early) / 3
    assert found.error < 2e-2


def test_a_slow_packet_above_a_static_step():
    """V = -0.3 (1 + tanh x)/2 at rest, k0 = 0.8, width 2.5, from -32: the projection on the states that go out to the right, to 1e-8.

    The average of T over its momenta is another number, off by 1e-6.
    """
    packet = theory.Gaussian(-32.0, 2.5, 0.8)
    terrain = theory.surveyed(lambda x: -0.15 * (1 + np.tanh(x)), -10.0, 10.0, v_left=0.0, v_right=-0.3)
    right = theory.transmitted_share(terrain, (packet,), 1.0)
    found = theory.floquet_share(lambda x, t: -0.15 * (1 + np.tanh(x)), 0.9, (packet,), -10.0, 10.0, v_right=-0.3)
    assert found is not None
    assert found.value == pytest.approx(right.value, abs=found.error + right.error + 1e-8)
    averaged = theory.packet_transmission(theory.terrain_transmission(terrain, 1.0), 0.8, 2.5)
    assert abs(found.value - float(averaged.value)) > 5e-7


def tien_gordon(energy, height, swing, frequency, width, quanta=9):
    """T of V = height + swing cos(frequency t) on a stretch: inside, a wave of energy E + m w is a sum of J_(n-m)(swing/w) over the channels n."""
    n = np.arange(-quanta, quanta + 1)
    k, q = (np.sqrt(2 * (energy + n * frequency - v) + 0j) for v in (0.0, height))
    mix = jv(n[:, None] - n, swing / frequency)
    forth = np.exp(1j * q * width)
    outer, nothing = np.diag(np.ones(n.size)), np.zeros((n.size, n.size))
    # unknown: what comes back, both waves inside (each from where it is 1), what passes; known: one wave that comes in
    rows = [
        [outer, -mix, -mix * forth, nothing],
        [-np.diag(k), -mix * q, mix * q * forth, nothing],
        [nothing, mix * forth, mix, -outer],
        [nothing, mix * q * forth, -mix * q, -np.diag(k)],
    ]
    known = np.zeros((4, n.size), complex)
    known[0, quanta], known[1, quanta] = -1.0, -k[quanta]
    through = np.linalg.solve(np.block(rows), known.ravel())[3 * n.size :]
    return float(np.sum(np.real(k) * np.abs(through) ** 2) / np.real(k[quanta]))


def test_a_rectangle_whose_height_oscillates():
    """V = 0.8 + 0.5 cos(2 t) for abs(x) < 0.5, whose edges fall on no point of a grid; k0 = 1.1, width 6, from -60.

    Formula: Tien and Gordon's channels, exact in x, averaged over the packet, whose energies span less than a quantum. Budget: the bar, which
    knows that jumps make the error scatter.
    """
    packet = theory.Gaussian(-60.0, 6.0, 1.1)
    found = theory.floquet_share(
        lambda x, t: np.where(np.abs(x) < 0.5, 0.8 + 0.5 * np.cos(2 * t), 0.0), 2.0, (packet,), -0.5, 0.5
    )
    k = 1.1 + np.linspace(-6.5, 6.5, 261) / 12
    weight = np.exp(-(((k - 1.1) * 12) ** 2) / 2)
    exact = float(weight @ [tien_gordon(p**2 / 2, 0.8, 0.5, 2.0, 1.0) for p in k] / weight.sum())
    assert found is not None
    assert abs(found.value - exact) <= found.error < 2e-4


def test_a_static_barrier_is_the_limit():
    """Without a drive the channels do not couple: the average of Eckart's T over the packet, to 1e-8."""
    found = theory.floquet_share(
        lambda x, t: 1 / np.cosh(x) ** 2, 0.9, (theory.Gaussian(-80.0, 4.0, 1.4),), -18.0, 18.0
    )
    exact = theory.packet_transmission(lambda e: theory.eckart_transmission(e, 1.0, 1.0), 1.4, 4.0)
    assert found is not None
    assert found.value == pytest.approx(float(exact.value), abs=max(found.error, 1e-8))


def test_a_barrier_in_an_oscillating_field_is_shaken_in_the_frame_of_the_free_particle():
    """Driven(1.5 exp(-x^2/2)) by 0.2 x cos(0.8 t + 0.7), in which a free particle swings by 0.31: theory in its frame, the test in the lab.

    Budget: as above, 1e-5.
    """
    inner = GaussianBarrier(1.5, 1.0)
    problem = Problem(Driven(inner, 0.2, 0.8, 0.7), GaussianPacket(-40.0, 4.0, momentum=1.6))
    found = packet_theories(problem)["transmitted_probability"]
    assert set(found) == {"floquet"}
    exact = propagated(
        lambda x, t: 1.5 * np.exp(-(x**2) / 2) + 0.2 * x * np.cos(0.8 * t + 0.7), theory.Gaussian(-40.0, 4.0, 1.6), 75.0
    )
    assert found["floquet"] == pytest.approx(exact, abs=1e-5)


@pytest.mark.parametrize(
    "formula", ["exp(-x**2)*(1 + t)", "exp(-x**2)*cos(w*t**2)", "exp(-x**2)*(cos(w*t) + sin(sqrt(2)*w*t))"]
)
def test_what_does_not_repeat_itself_has_no_theory(formula):
    """Growth, a chirp, and two frequencies that share no period: nothing is said, and nothing of the frozen potential."""
    parameters = {"w": 0.7} if "w*t" in formula else {}
    problem = Problem(Expression(formula, parameters), GaussianPacket(-40.0, 4.0, momentum=1.6))
    assert packet_theories(problem) == {}
