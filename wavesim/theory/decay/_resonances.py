"""Complex resonance energies of the double rectangular barrier: resonant tunneling (hbar = 1)."""

import numpy as np
import scipy

from wavesim.errors import ArgumentError

from ..methods import scaled_cosh_sinhc
from ._decay import OutgoingWave, newton, outgoing_mismatch


def double_rectangular_resonances(height: float, width: float, separation: float, mass: float = 1.0) -> np.ndarray:
    """Resonances E - i Gamma/2 of two equal rectangular barriers, one for each level of the closed well.

    Newton's method on the outgoing-wave condition r(E) exp(ikd) = +-1, split by parity: in the middle the wave is
    cos(kx) or sin(kx), outside exp(ik abs(x)) with Im k < 0. It starts from the levels of the closed well, with
    barriers of infinite width: d sqrt(2 m E) = n pi - 2 arcsin(sqrt(E/V0)), of which there is at least one.

    Args:
        height: V0 of either barrier [energy].
        width: a of either barrier [length].
        separation: d, the distance between their facing edges [length].
        mass: particle mass.

    Returns:
        Complex energies by increasing real part, shape (count,). Gamma = -2 Im E, the width of the peak of
        T(E) and the rate of decay to both sides together, keeps its digits down to 1e-300. E itself is where
        T = 1 only for narrow resonances, Gamma << E.

    Raises:
        ValueError: if an argument is not positive, or a barrier is too thin to hold a resonance.

    Source:
        Siegert, Phys. Rev. 56 (1939) 750; Ricco and Azbel, Phys. Rev. B 29 (1984) 1970, for resonant tunneling.
    """
    for name, value in {"height": height, "width": width, "separation": separation, "mass": mass}.items():
        if not value > 0:
            raise ArgumentError(name, f"must be positive, but is {value}; a resonance needs two barriers and a well.")
    phase = separation * np.sqrt(2 * mass * height)

    def closed(fraction: float, n: int) -> float:
        return phase * fraction + 2 * np.arcsin(fraction) - n * np.pi

    count = max(1, int(np.ceil(phase / np.pi)))
    resonances = []
    for n in range(1, count + 1):
        fraction = np.asarray(scipy.optimize.brentq(closed, 0.0, 1.0, args=(n,), xtol=1e-15)).item()
        start = height * fraction**2
        resonances.append(
            newton(lambda e, odd=n % 2 == 0: _mismatch(e, odd, height, width, separation, mass), start, start)
        )
    return np.array(resonances)


def _mismatch(energy: np.ndarray, odd: bool, height: float, width: float, separation: float, mass: float) -> np.ndarray:
    k = np.sqrt(2 * mass * energy)
    scale = np.abs(k)
    q = 2 * mass * (height - energy) * width**2
    cosh, sinhc, growth = scaled_cosh_sinhc(q)
    out = OutgoingWave(cosh, -q * sinhc / width, -scale * width * sinhc, scale * cosh, growth, scale)
    half = k * separation / 2
    psi, slope = (np.sin(half), k * np.cos(half)) if odd else (np.cos(half), -k * np.sin(half))
    return outgoing_mismatch(psi, slope, out, k)
