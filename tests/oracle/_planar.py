"""Two wells in the plane by a formula that is the same at (x, y) and (-x, -y): levels, gap and populations on products of sinc functions."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable

import numpy as np
from scipy.linalg import eigh
from scipy.sparse.linalg import LinearOperator, eigsh

from ._formula import Formula

# psi falls by exp(-_FAR) from where it can be to the ends of a mesh; the finest mesh tried on the way there; points of the two meshes; where the wells may be
_FAR, _LOOKS, _POINTS, _WIDEST = 19.0, 400, (80, 100), 8.0
# functions of each axis that the levels are made of first; nodes of the half plane's two directions
_FEW, _NODES = 14, (120, 160)

Plane = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclasses.dataclass(frozen=True)
class Doublet:
    """The two lowest states.

    Attributes:
        energies: E_0, E_1 [energy].
        errors: what the coarser mesh changes [energy].
        swing: the integral of psi_0 psi_1 over the half plane on one side of the pass, positive; the populations are 1/2 +- swing cos(gap t).
        swing_error: what the coarser mesh changes.
    """

    energies: np.ndarray
    errors: np.ndarray
    swing: float
    swing_error: float

    @property
    def gap(self) -> float:
        """E_1 - E_0 [energy]."""
        return float(self.energies[1] - self.energies[0])


def wells_of(formula: Formula, mass: float) -> Doublet:
    """The two lowest states of a formula of x and y, by meshes that reach far beyond its deepest place."""
    return _wells_of(formula.text, tuple(formula.parameters.items()), mass)


# a draw is looked at before it is asked, and asked more than one thing
@functools.lru_cache(maxsize=8)
def _wells_of(text: str, parameters: tuple[tuple[str, float], ...], mass: float) -> Doublet:
    formula = Formula(text, dict(parameters))
    look = np.linspace(-_WIDEST, _WIDEST, 2 * _LOOKS + 1)
    values = formula.in_plane(look[:, None], look[None])
    at = np.unravel_index(np.argmin(np.where(np.isfinite(values), values, np.inf)), values.shape)
    return doublet(formula.in_plane, mass, max(float(np.hypot(look[at[0]], look[at[1]])), 0.5))


def doublet(v: Plane, mass: float, size: float) -> Doublet:
    """The two lowest states of V(x, y), whose wells lie within `size` of the origin."""
    first, _, _ = _solved(v, mass, (3.0 * size, 3.0 * size), 40)
    half = _box(v, mass, size, float(first[1]))
    found = []
    for points in _POINTS:
        levels, psi, lines = _solved(v, mass, half, points)
        found.append((levels, _swing(v, psi, lines, size)))
    (before, swing_before), (levels, swing) = found
    rounding = 1e-13 * float(np.abs(levels).max() + abs(v(np.zeros(1), np.zeros(1))[0]))
    return Doublet(levels, np.abs(levels - before) + rounding, swing, abs(swing - swing_before) + 1e-10)


def _box(v: Plane, mass: float, size: float, energy: float) -> tuple[float, float]:
    """Half lengths: along each axis as far as the lowest V across lets a wave of the second level go."""
    out = []
    far = np.linspace(0.0, 30.0 * size, 30 * _LOOKS // 3 + 1)
    across = np.linspace(-8.0 * size, 8.0 * size, _LOOKS)
    for axis in (0, 1):
        pair = (far[:, None], across[None]) if axis == 0 else (across[None], far[:, None])
        kappa = np.sqrt(2 * mass * np.maximum(np.min(v(*pair), axis=1) - energy, 0.0))
        inside = np.flatnonzero(kappa == 0)
        first = inside[-1] if inside.size else 0
        fallen = np.cumsum(kappa[first:]) * (far[1] - far[0])
        out.append(float(far[min(first + int(np.searchsorted(fallen, _FAR)), len(far) - 1)]))
    return out[0], out[1]


def _solved(
    v: Plane, mass: float, half: tuple[float, float], points: int
) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    """The two lowest levels, their coefficients (2, points, points) and the mesh.

    T_ij = (-1)^(i-j)/(m h^2 (i - j)^2), T_ii = pi^2/(6 m h^2). States of few functions of each axis are where the iteration begins.

    Source: D. T. Colbert, W. H. Miller, J. Chem. Phys. 96, 1982 (1992), eq. (2.1).
    """
    lines, kinetic, few = [], [], []
    apart = np.subtract.outer(np.arange(points), np.arange(points))
    away = (-1.0) ** apart / np.where(apart == 0, 1, apart) ** 2
    for reach in half:
        step = 2 * reach / (points - 1)
        kinetic.append(np.where(apart == 0, np.pi**2 / 6, away) / (mass * step**2))
        lines.append(np.linspace(-reach, reach, points))
    values = v(lines[0][:, None], lines[1][None])
    # what is far above never matters, and would only make the iteration long
    values = np.minimum(values, values.min() + 2 * float(kinetic[0][0, 0] + kinetic[1][0, 0]))
    for axis in (0, 1):
        few.append(eigh(kinetic[axis] + np.diag(values.min(axis=1 - axis)), subset_by_index=(0, _FEW - 1))[1])
    pairs = np.einsum("ia,jb->ijab", *few).reshape(points**2, _FEW**2)

    def moved(flat: np.ndarray) -> np.ndarray:
        psi = flat.reshape(points, points, -1)
        turned = np.einsum("ik,kjn->ijn", kinetic[0], psi, optimize=True)
        turned += np.einsum("jk,ikn->ijn", kinetic[1], psi, optimize=True)
        return (turned + values[..., None] * psi).reshape(points**2, -1)

    start = pairs @ eigh(pairs.T @ moved(pairs))[1][:, :2].sum(axis=1)
    h = LinearOperator(shape=(points**2, points**2), matvec=lambda flat: moved(flat).ravel(), dtype=float)  # type: ignore[call-arg]
    energies, states = eigsh(h, 2, which="SA", ncv=80, v0=start, maxiter=4000)
    order = np.argsort(energies)
    return energies[order], states[:, order].T.reshape(2, points, points), lines


def _swing(v: Plane, psi: np.ndarray, lines: list[np.ndarray], size: float) -> float:
    """The integral of psi_0 psi_1 over half the plane: the pass is at the origin, and the half begins where V falls fastest from it."""
    tiny = 1e-4 * size
    shifts = np.array([-1.0, 0.0, 1.0]) * tiny
    around = v(shifts[:, None], shifts[None])
    xx, yy = (around[2, 1] + around[0, 1] - 2 * around[1, 1]), (around[1, 2] + around[1, 0] - 2 * around[1, 1])
    xy = (around[2, 2] + around[0, 0] - around[2, 0] - around[0, 2]) / 4
    down = np.linalg.eigh(np.array([[xx, xy], [xy, yy]]))[1][:, 0]
    far = float(np.hypot(lines[0][-1], lines[1][-1]))
    (s, ws), (r, wr) = (np.polynomial.legendre.leggauss(count) for count in _NODES)
    s, ws, r, wr = far * (s + 1) / 2, far * ws / 2, far * r, far * wr
    x = s[:, None] * down[0] - r[None] * down[1]
    y = s[:, None] * down[1] + r[None] * down[0]
    steps = [line[1] - line[0] for line in lines]
    one, other = (np.sinc((place.ravel()[:, None] - line) / step) / np.sqrt(step) for place, line, step in zip((x, y), lines, steps, strict=True))  # fmt: skip
    waves = np.einsum("mi,nij,mj->nm", one, psi, other, optimize=True)
    return float(abs(np.sum(np.outer(ws, wr).ravel() * waves[0] * waves[1])))
