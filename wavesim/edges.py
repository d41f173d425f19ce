"""A unit step on a grid, right to fourth order for an edge anywhere between the points.

Point sampling moves an edge to the nearest grid point; a cell average keeps its zeroth moment only. Here four points, two on
each side, carry weights that keep the moments q = 0..3, so that ``sum_j w_j f(x_j) dx = int_s^inf f dx`` up to O(dx^5).
A function that begins or ends at an edge, with a jump or with a kink, is its smooth continuation times these weights.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from scipy.special import bernoulli, binom

_NODES = np.array([-2.0, -1.0, 0.0, 1.0])
_INVERSE = np.linalg.inv(np.vander(_NODES, 4, increasing=True).T)


def _bernoulli_polynomial(degree: int, at: float) -> float:
    numbers = bernoulli(degree)
    return float(sum(binom(degree, j) * numbers[j] * at ** (degree - j) for j in range(degree + 1)))


_TAIL = np.array([_bernoulli_polynomial(q + 1, 2.0) / (q + 1) for q in range(4)])


def unit_step(points: jax.Array, spacing: float, edge: float) -> jax.Array:
    """Samples of the step that is 0 left of `edge` and 1 right of it, moment-matched.

    With theta the distance (in cells) from the edge to the first point on its right, the four weights w at the nodes
    v = -2, -1, 0, 1 (in cells from that point) solve ``sum_v w v^q = [B_{q+1}(2) - (-theta)^{q+1}] / (q+1)``, q = 0..3,
    with B the Bernoulli polynomials. Differentiable in `edge` within a cell.

    Args:
        points: equally spaced positions, shape (n,).
        spacing: their distance.
        edge: position of the edge; it may lie outside the points.

    Returns:
        real array of shape (n,): 0, four weights, 1. Weights lie slightly outside [0, 1] (by up to 0.09).

    Source: Euler-Maclaurin summation with a shifted end point; B at half-cells gives -17/5760, 291/5760, 5469/5760, 5777/5760.
    """
    cells = (edge - points[0]) / spacing
    first = jax.lax.stop_gradient(jnp.ceil(cells))
    theta = first - cells
    powers = jnp.stack([-((-theta) ** (q + 1)) / (q + 1) for q in range(4)])
    weights = jnp.asarray(_INVERSE) @ (jnp.asarray(_TAIL) + powers)
    offset = jnp.arange(points.shape[0]) - first
    step = jnp.where(offset >= 2, 1.0, 0.0)
    for node, weight in zip(_NODES, weights, strict=True):
        step = jnp.where(offset == node, weight, step)
    return step


def window(points: jax.Array, spacing: float, left: float, right: float) -> jax.Array:
    """Samples of the function that is 1 between `left` and `right`, else 0, moment-matched at both edges."""
    return unit_step(points, spacing, left) - unit_step(points, spacing, right)
