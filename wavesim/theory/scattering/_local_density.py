"""Local density of states of the continuum (hbar = 1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ._scattering_state import scattering_state


def local_density(
    potential: Callable[[Any], Any],
    energy: float,
    x: np.ndarray,
    *,
    left: float,
    right: float,
    edges: Any = (),
    spikes: tuple[float, ...] = (),
    strengths: tuple[float, ...] = (),
    mass: float = 1.0,
    v_left: float = 0.0,
    v_right: float = 0.0,
) -> np.ndarray:
    """rho(x, E) = sum over the open sides of abs(psi_E(x))^2/(2 pi v), v the velocity on the incoming side.

    For V = 0 it is 1/(pi v). Its integral over E and x is the number of states. Bound levels are not included; each would add
    abs(psi_n(x))^2 delta(E - E_n). The waves have the relative error of `scattering_state`, 1e-9.

    Args:
        potential: V(x) on an array of positions, constant outside [left, right].
        energy: E [energy].
        x: positions, increasing, shape (n,) [length].
        left: left end of the interval [length].
        right: right end of the interval [length].
        edges: positions of the jumps and kinks of V inside [length].
        spikes: positions of deltas inside [length].
        strengths: strengths of the deltas [energy length].
        mass: particle mass.
        v_left: V left of the interval [energy].
        v_right: V right of the interval [energy].

    Returns:
        rho, shape (n,) [1/(energy length)]; 0 where no side is open.

    Source:
        E. N. Economou, Green's Functions in Quantum Physics (2006), chapter 1.
    """
    x, total = np.asarray(x, float), np.zeros(np.shape(x))
    sides = ((1.0, (left, right), (v_left, v_right)), (-1.0, (-right, -left), (v_right, v_left)))
    for side, (first, last), (near, far) in sides:
        if not energy > near:
            continue

        def mirrored(y: Any, side: float = side) -> Any:
            return potential(side * np.asarray(y))

        order = slice(None, None, int(side))
        psi = scattering_state(
            mirrored,
            energy,
            side * x[order],
            left=first,
            right=last,
            edges=[side * float(place) for place in edges],
            spikes=tuple(side * place for place in spikes),
            strengths=strengths,
            mass=mass,
            v_left=near,
            v_right=far,
        )
        total += np.abs(psi[order]) ** 2 / (2 * np.pi * np.sqrt(2 * (energy - near) / mass))
    return total
