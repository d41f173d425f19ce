"""A unit step on a grid, accurate to fourth order for an edge anywhere between the points.

Point sampling moves an edge to the nearest grid point; a cell average keeps its zeroth moment only. Here four points, two on
each side, carry weights that keep the moments q = 0..3, so that ``sum_j w_j f(x_j) dx = int_s^inf f dx`` up to O(dx^5).
A function that begins or ends at an edge, with a jump or with a kink, is its smooth continuation times these weights.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ._arrays import AnyArray, changed_at, constant, xp as jnp
from ._face import public
from ._jax import jax

Places = AnyArray | Sequence[float]

_NODES = np.array([-2.0, -1.0, 0.0, 1.0])
_INVERSE = np.linalg.inv(np.vander(_NODES, 4, increasing=True).T)

# distance in cells below which edges count as one
SLIVER = 0.02

_ROOTS, _SHARES = np.polynomial.legendre.leggauss(6)
# positions beside an edge at which V is evaluated, as fractions of the fitting interval
_INSIDE = (_ROOTS + 1) / 2
# matrix from these values to coefficients of Legendre polynomials
_SERIES = ((np.arange(6) + 0.5) * np.polynomial.legendre.legvander(_ROOTS, 5) * _SHARES[:, None]).T
# greatest growth of a polynomial from its fitting interval to the points where it is extrapolated
_FARTHEST = 1e5
# length of the fitting interval, in cells
_REACH = 2.5


# Bernoulli polynomials B_{q+1}(2)/(q+1)
_TAIL = np.array([3 / 2, 13 / 12, 1.0, 119 / 120])


def unit_step(points: AnyArray, spacing: float, edge: float) -> jax.Array:
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
    first = constant(jnp.ceil(cells))
    weights = _weights(first - cells)
    offset = jnp.arange(points.shape[0]) - first
    step = jnp.where(offset >= 2, 1.0, 0.0)
    for node, weight in zip(_NODES, weights, strict=True):
        step = jnp.where(offset == node, weight, step)
    return step


def _weights(theta: jax.Array) -> jax.Array:
    """The four weights of `unit_step` for an edge `theta` cells left of the first point on its right, along the last axis."""
    powers = jnp.stack([-((-theta) ** (q + 1)) / (q + 1) for q in range(4)], axis=-1)
    # converted here: numpy constants of a traced function keep the precision of the first trace
    return (jnp.asarray(_TAIL) + powers) @ jnp.asarray(_INVERSE.T)


def window(points: AnyArray, spacing: float, left: float, right: float) -> jax.Array:
    """Samples of the function that is 1 between `left` and `right`, else 0, moment-matched at both edges."""
    return unit_step(points, spacing, left) - unit_step(points, spacing, right)


# I(theta) and J(theta) of `kink`, polynomials of degree 8 in theta, lowest power first: made by benchmarks/constants.py
_STRENGTH = np.array(
    [
        0.01202877655850286,
        -0.01969509319021908,
        -0.05988750284389907,
        0.1165048685847602,
        0.04220945108867282,
        -0.1032252771398787,
        0.00552678351765159,
        0.02475569331054969,
        -0.006188923327637424,
    ]
)
_PLACE = np.array(
    [
        0.02144658836219139,
        0.0179066319950453,
        -0.1272141671855621,
        -0.05495498914731621,
        0.1154404739442687,
        0.02832766157711856,
        -0.03409649456144706,
        -0.003425531568811629,
        0.003094461663818712,
    ]
)


def kink(points: AnyArray, spacing: float, edge: float, jump: float, mass: float) -> jax.Array:
    """Correction to V for the kink of psi'' at a jump of V, which a grid cannot represent even with `unit_step`.

    Where V jumps by D, psi'' jumps by 2 m D psi, and the part of that kink beyond the grid's largest momentum K = pi/h is lost,
    while the samples alias what is below it. To second order in V both act as a delta at the edge, of strength
    ``-2 m D^2 h^3 I``, with W(p) = sum_j w_j e^{-ipj} the transform of the step's samples (in cells):
    ``I = (1/pi) [ int_0^pi (1/p^4 - abs(W)^2/p^2) dp + int_pi^inf dp/p^4 ]``, and J its first moment from the first point right
    of the edge. Adding that delta, spread over the two points beside the edge so that I and J are right, leaves an error of
    fifth order in the spacing instead of third (measured: 0.02 to 0.2 % of T or of a gap at spacing x wave number = 1).

    Args:
        points: equally spaced positions, shape (n,).
        spacing: their distance h.
        edge: position of the edge.
        jump: D, of either sign (energy).
        mass: the particle's mass.

    Returns:
        energies to be added to V, shape (n,): zero but for the two points beside the edge.

    Not for edges less than about 4 cells apart.

    Source: second-order perturbation theory, this package; checked against square wells in tests/convergence.
    """
    return bends(points, spacing, (edge,), (jump,), mass)


def bends(points: AnyArray, spacing: float, edges: Places, jumps: Places, mass: float) -> jax.Array:
    """The sum of `kink` over edges; jumps of coinciding edges are added.

    Args:
        points: equally spaced positions, shape (n,).
        spacing: their distance.
        edges: positions of the edges, shape (k,); those within a fiftieth of the spacing count as one.
        jumps: rise of V at each, shape (k,).
        mass: the particle's mass.
    """
    places, sizes = jnp.asarray(edges, float), jnp.asarray(jumps, float)
    squares = sizes * (coincident(places, SLIVER * spacing) @ sizes)
    cells = (places - points[0]) / spacing
    first = constant(jnp.ceil(cells))
    powers = (first - cells)[:, None] ** jnp.arange(len(_STRENGTH))
    strength, place = powers @ _STRENGTH, powers @ _PLACE
    scale = -2 * mass * squares * spacing**2
    # the first point right of the edge is the origin of J, the point left of it lies at -1
    line = _scattered(jnp.zeros(points.shape), first, scale * (strength + place))
    return _scattered(line, first - 1, scale * -place)


def coincident(places: jax.Array, near: float = 0.0) -> jax.Array:
    """Matrix of ones and zeros, shape (k, k): 1 where two of k places are equal within `near`, or 1e-12 of the largest."""
    same = jnp.maximum(1e-12 * jnp.max(jnp.abs(places), initial=1e-300), near)
    return jnp.where(jnp.abs(places[:, None] - places) <= constant(same), 1.0, 0.0)


def mended(values: Callable[[AnyArray], AnyArray], points: AnyArray, spacing: float, edges: Places) -> jax.Array:
    """Samples of any V with jumps and kinks, from its values alone, accurate to fourth order as `unit_step` is.

    ``s_j = V(x_j) + sum over edges of [w_j - theta(x_j - e)] [R(x_j) - L(x_j)]``, where R and L continue V from the right and from the left
    of the edge e over the four points beside it, and w is `unit_step`. The continuations are polynomials through six values of V
    within 2.5 cells of the edge, or up to the next edge if that is nearer; of lower degree where it is much nearer than a cell.

    Args:
        values: V at positions of any shape; at a position beside an edge, the limit on that side.
        points: equally spaced positions, shape (n,).
        spacing: their distance.
        edges: increasing positions of all jumps and kinks, shape (k,).

    Returns:
        real array of shape (n,), without `kink`.

    Not for V without derivatives at an edge, such as sqrt(x) beside x = 0: the error is then of lower order.
    """
    places = jnp.asarray(edges, float)
    gaps = jnp.minimum(jnp.diff(places), _REACH * spacing)
    outer = jnp.full((1,), _REACH * spacing)
    cells = (places - points[0]) / spacing
    first = constant(jnp.ceil(cells))
    offset = jnp.asarray(_NODES) + (first - cells)[:, None]
    jump = jnp.zeros(offset.shape)
    for side, room in ((1.0, jnp.concatenate([gaps, outer])), (-1.0, jnp.concatenate([outer, gaps]))):
        inner = values(places[:, None] + side * room[:, None] * _INSIDE)
        away = side * offset * spacing / room[:, None]
        # in a piece thinner than a cell high powers would amplify rounding, and are small
        far = constant(4 * spacing / room)[:, None] ** jnp.arange(len(_INSIDE))
        series = jnp.where(far <= _FARTHEST, inner @ _SERIES.T, 0.0)
        jump = jump + side * jnp.einsum("kvn,kn->kv", _legendre(2 * away - 1), series)
    # a point on an edge, up to rounding, counts as lying right of it, as in `first`
    hair = constant(1e-10 * spacing + 1e-14 * jnp.abs(places))
    sides = changed_at(points, _inside(points, first), constant(places) + hair, "max")
    sides = changed_at(sides, _inside(points, first - 1), constant(places) - hair, "min")
    correction = _weights(first - cells) - jnp.where(_NODES >= 0, 1.0, 0.0)
    return _scattered(values(sides), first[:, None] + _NODES, correction * jump)


def _legendre(z: jax.Array) -> jax.Array:
    """Legendre polynomials of z along a new last axis, as many as `_INSIDE` has points."""
    terms = [jnp.ones(z.shape), z]
    for n in range(1, len(_INSIDE) - 1):
        terms.append(((2 * n + 1) * z * terms[n] - n * terms[n - 1]) / (n + 1))
    return jnp.stack(terms, axis=-1)


def _scattered(line: AnyArray, places: jax.Array, amounts: jax.Array) -> jax.Array:
    """`amounts` added to a line at whole-numbered places; those outside the line are dropped."""
    return changed_at(line, _inside(line, places), amounts)


def _inside(line: AnyArray, places: jax.Array) -> jax.Array:
    """Whole-numbered places as indices; those left of the line are moved beyond its end, where they are dropped."""
    return jnp.where(places < 0, line.shape[0], places).astype(int)


def __dir__() -> list[str]:
    return public(globals())
