"""The constants of `wavesim.edges.kink`, made anew from their integrals in many digits, beside those that stand in the code."""

from __future__ import annotations

from typing import Any

import numpy as np
from mpmath import bernpoly, conj, exp, lu_solve, matrix, mp, mpf, nstr, pi, quad, re

_DIGITS = 60
_NODES = (-2, -1, 0, 1)
# both are polynomials in theta of this degree: the weights are of degree 4, and stand in them squared
_DEGREE = 8


def of_kinks() -> tuple[np.ndarray, np.ndarray]:
    """I(theta) and J(theta), lowest power first, shape (9,) each.

    The samples of a unit step at -theta (in cells from the first point on its right) have the transform W(p) = sum_v w_v e^(-ipv) + e^(-2ip)/(1 - e^(-ip)),
    with the weights w_v of `unit_step`; that of the step itself is e^(ip theta)/(ip). In second order both act as deltas:

    I = (1/pi) [int_0^pi (1/p^4 - abs(W)^2/p^2) dp + int_pi^inf dp/p^4],
    J = (1/pi) [int_0^pi (-theta/p^4 - Re(i W' conj(W))/p^2) dp - theta int_pi^inf dp/p^4],

    J the first moment from the first point on the right.
    """
    with mp.workdps(_DIGITS):
        thetas = [mpf(n) / _DEGREE for n in range(_DEGREE + 1)]
        values = [_both(theta) for theta in thetas]
        powers = matrix([[theta**power for power in range(_DEGREE + 1)] for theta in thetas])
        found = [lu_solve(powers, matrix([pair[place] for pair in values])) for place in (0, 1)]
        return tuple(np.array([float(one) for one in polynomial]) for polynomial in found)  # type: ignore[return-value]


def _weights(theta: mpf) -> list[mpf]:
    moments = [(bernpoly(q + 1, 2) - (-theta) ** (q + 1)) / (q + 1) for q in range(4)]
    return list(lu_solve(matrix([[mpf(v) ** q for v in _NODES] for q in range(4)]), matrix(moments)))


def _both(theta: mpf) -> tuple[mpf, mpf]:
    weights = _weights(theta)

    def transform(p: mpf) -> tuple[mpf, mpf]:
        """W and W'."""
        z = exp(-1j * p)
        value = sum(w * z**v for w, v in zip(weights, _NODES, strict=True)) + z**2 / (1 - z)
        slope = sum(w * v * z**v for w, v in zip(weights, _NODES, strict=True)) + (2 - z) * z**2 / (1 - z) ** 2
        return value, -1j * slope

    def strength(p: mpf) -> mpf:
        return 1 / p**4 - abs(transform(p)[0]) ** 2 / p**2

    def moment(p: mpf) -> mpf:
        value, slope = transform(p)
        return -theta / p**4 - re(1j * slope * conj(value)) / p**2

    beyond = 1 / (3 * pi**3)
    # both are analytic down to 0, where Gauss's nodes never are
    inner: list[Any] = [quad(part, [0, 1, 2, pi], method="gauss-legendre") for part in (strength, moment)]
    return (inner[0] + beyond) / pi, (inner[1] - theta * beyond) / pi


def main() -> None:
    """Print them as the code has them, and how far the code is from them."""
    from wavesim import edges

    for name, made in zip(("_STRENGTH", "_PLACE"), of_kinks(), strict=True):
        print(f"{name} = [{', '.join(nstr(mpf(one), 16) for one in made)}]")
        print(f"  at most {np.max(np.abs(made - getattr(edges, name))):.1e} from those of wavesim.edges")
