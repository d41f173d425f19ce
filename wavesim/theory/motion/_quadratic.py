"""A packet in a potential quadratic in x and arbitrary in time, whose moments obey classical mechanics exactly (hbar = 1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

_TOLERANCES = (1e-11, 1e-13)


@dataclass(frozen=True)
class QuadraticMotion:
    """Moments of a packet at each time, all of shape (times,).

    Attributes:
        position, momentum: the means [length], [1/length].
        spread: standard deviation of abs(psi)^2 [length].
        energy: <p^2>/2m + <V> at that time [energy].
        errors: error of each field above at the last time, by name: the change from a tolerance a hundred times larger, and rounding.
    """

    position: np.ndarray
    momentum: np.ndarray
    spread: np.ndarray
    energy: np.ndarray
    errors: dict[str, float]


def quadratic_motion(
    times: np.ndarray,
    coefficients: Callable[[float], tuple[float, float, float]],
    *,
    center: float,
    width: float,
    momentum: float,
    mass: float = 1.0,
) -> QuadraticMotion:
    """Follow a Gaussian packet in V = a(t) + b(t) x + c(t) x^2/2.

    The means obey x'' = -(b + c x)/m, and positions and momenta at t are linear in those at 0, (x, p) = S (x_0, p_0) + d, so that
    the covariance is S diag(w^2, 1/4w^2) S^T: exact for every packet that starts with a real envelope, Gaussian or not.

    Args:
        times: t >= 0, increasing, shape (n,) [time].
        coefficients: a, b, c at a time [energy], [energy/length], [energy/length^2].
        center: mean position at t = 0 [length].
        width: standard deviation of abs(psi)^2 at t = 0 [length].
        momentum: mean momentum at t = 0 [1/length].
        mass: mass of the particle.

    Returns:
        a QuadraticMotion.

    Source: Heller, J. Chem. Phys. 62 (1975) 1544; Husimi, Prog. Theor. Phys. 9 (1953) 381.
    """
    times = np.asarray(times, float)
    # imported here, since the import takes half a second and few runs need it
    from scipy.integrate import solve_ivp

    def slope(t: float, y: np.ndarray) -> np.ndarray:
        _, b, c = coefficients(t)
        (x, x1, x2), (p, p1, p2) = y[:3], y[3:]
        return np.array([p / mass, p1 / mass, p2 / mass, -b - c * x, -c * x1, -c * x2])

    start = np.array([center, 1.0, 0.0, momentum, 0.0, 1.0])
    coarse, fine = (
        _moments(
            times,
            np.full((6, times.size), start[:, None])
            if times[-1] == 0
            else solve_ivp(
                slope, (0.0, float(times[-1])), start, method="DOP853", t_eval=times, rtol=rtol, atol=1e-14
            ).y,
            coefficients,
            width,
            mass,
        )
        for rtol in _TOLERANCES
    )
    errors = {
        name: abs(float(fine[name][-1] - coarse[name][-1])) + 1e-14 * float(np.max(np.abs(fine[name]))) for name in fine
    }
    return QuadraticMotion(**fine, errors=errors)


def _moments(
    times: np.ndarray,
    solution: np.ndarray,
    coefficients: Callable[[float], tuple[float, float, float]],
    width: float,
    mass: float,
) -> dict[str, np.ndarray]:
    x, x1, x2, p, p1, p2 = solution
    squares = [(u * width) ** 2 + (v / (2 * width)) ** 2 for u, v in ((x1, x2), (p1, p2))]
    a, b, c = np.array([coefficients(float(t)) for t in times]).T
    energy = (p**2 + squares[1]) / (2 * mass) + a + b * x + c * (x**2 + squares[0]) / 2
    return {"position": x, "momentum": p, "spread": np.sqrt(squares[0]), "energy": energy}
