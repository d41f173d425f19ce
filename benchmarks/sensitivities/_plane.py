"""The plane by products of elements and by splitting, and rings by elements."""

from __future__ import annotations

import itertools

import numpy as np
from scipy import fft
from scipy.interpolate import CubicSpline
from scipy.sparse import csc_matrix, diags, identity, kron
from scipy.sparse.linalg import eigsh

from tests.oracle import line_of
from tests.oracle._line import NODES, Mesh, lobatto

from ._differences import Numbers, Table

# when a packet has left two slits, how many steps that is at most, and where the wall has ended
_LONG, _MOST, _BEHIND = 50.0, 1280, 3.0
# from where on what has left is taken away and counted, and how fast
_OUTER, _LOSS = 60.0, 4.0
# of the elements in the plane
_ORDER = 10


def _axis(ends: np.ndarray, mass: float) -> tuple[np.ndarray, np.ndarray, csc_matrix]:
    """Nodes, weights and kinetic energy over the root of the weights of elements on a line, 0 at both ends."""
    order, (nodes, shares, slope) = _ORDER, lobatto(_ORDER)
    size = (len(ends) - 1) * order + 1
    x, weights, matrix = np.zeros(size), np.zeros(size), np.zeros((size, size))
    local = (slope.T * shares) @ slope / (2 * mass)
    for n, (low, high) in enumerate(itertools.pairwise(ends)):
        part, half = slice(n * order, n * order + order + 1), (high - low) / 2
        x[part] = (low + high) / 2 + half * nodes
        weights[part] += half * shares
        matrix[part, part] += local / half
    root = 1 / np.sqrt(weights[1:-1])
    return x[1:-1], weights[1:-1], csc_matrix(matrix[1:-1, 1:-1] * root[:, None] * root)


def plane(table: Table) -> Numbers:
    """Levels of a table in the plane by products of elements that end at its points."""
    potential, count, mass = table["potential"], table["find"]["count"], table["particle"]["mass"]
    values = np.array(potential["values"])
    knots = [np.linspace(a, b, n) for a, b, n in zip(potential["lower"], potential["upper"], values.shape, strict=True)]
    away = np.array([2.4, 4.8])
    (x, _, along_x), (y, _, along_y) = (
        _axis(np.concatenate([knot[0] - away[::-1], knot, knot[-1] + away]), mass) for knot in knots
    )
    within = [np.clip(places, knot[0], knot[-1]) for places, knot in zip((x, y), knots, strict=True)]
    first = CubicSpline(knots[0], values, axis=0, bc_type="clamped")(within[0])
    v = CubicSpline(knots[1], first, axis=1, bc_type="clamped")(within[1])
    h = kron(along_x, identity(len(y))) + kron(identity(len(x)), along_y) + diags(v.ravel())
    levels = np.sort(
        eigsh(csc_matrix(h), count, sigma=float(v.min()), return_eigenvectors=False, v0=np.ones(len(x) * len(y)))
    )
    return {f"level_{n}": (float(e), 1e-12) for n, e in enumerate(levels)}


def slits(table: Table) -> Numbers:
    """What passes a wall with two slits: Strang's splitting in the plane, extrapolated to no step, with losses at the far ends that are counted.

    What is still to come behind the wall falls like t^-3, since slow waves pass in proportion to k: its error is what came in the last fifth.
    """
    wall, mass, state = table["potential"], table["particle"]["mass"], table["state"]
    points, lengths = (768, 128), (204.8, 40.0)
    axes = [length / n * (np.arange(n) - n // 2) for n, length in zip(points, lengths, strict=True)]
    momenta = [2 * np.pi * fft.fftfreq(n, length / n) for n, length in zip(points, lengths, strict=True)]
    x, y = axes[0][:, None], axes[1][None]
    v = wall["height"] * np.exp(-(((x - wall["center"]) / wall["thickness"]) ** 2) / 2)
    for side in (-0.5, 0.5):
        v = v * (1 - np.exp(-(((y - side * wall["separation"]) / wall["slit_width"]) ** 2) / 2))
    start = np.ones((1, 1), complex)
    for place, factor in zip((x, y), state["factors"], strict=True):
        offset = place - factor["center"]
        start = start * np.exp(-((offset / factor["width"]) ** 2) / 4 + 1j * factor["momentum"] * offset)
    start /= np.sqrt(np.sum(abs(start) ** 2))
    outside = np.clip((abs(axes[0]) - _OUTER) / (lengths[0] / 2 - _OUTER), 0.0, None)[:, None]
    free = (momenta[0][:, None] ** 2 + momenta[1][None] ** 2) / (2 * mass)

    def through(steps: int) -> np.ndarray:
        h = _LONG / steps
        half, kinetic, psi = np.exp(-0.5j * h * v - 0.5 * h * _LOSS * outside**3), np.exp(-1j * h * free), start
        right = slice(int(np.sum(axes[0] <= _OUTER)), None)
        shares, gone = [], 0.0
        for step in range(steps):
            before = np.sum(abs(psi[right]) ** 2)
            psi = half * psi
            gone += before - np.sum(abs(psi[right]) ** 2)
            psi = np.asarray(fft.ifft2(kinetic * fft.fft2(psi)))
            before = np.sum(abs(psi[right]) ** 2)
            psi = half * psi
            gone += before - np.sum(abs(psi[right]) ** 2)
            if step + 1 in (4 * steps // 5, steps):
                shares.append(gone + np.sum(abs(psi[axes[0] > _BEHIND]) ** 2))
        return np.array(shares)

    coarse, middle, fine = (through(_MOST // parts) for parts in (4, 2, 1))
    finer, coarser = fine + (fine - middle) / 3, middle + (middle - coarse) / 3
    early, late = finer + (finer - coarser) / 15
    return {"transmitted_probability": (float(late), float(abs(late - early)))}


def ring(table: Table) -> Numbers:
    """Levels on a ring by elements that end at its seam, psi there turned by the flux."""
    mass, count, axis = table["particle"]["mass"], table["find"]["count"], table["axis"]
    line = line_of(table["potential"], mass)
    order, levels = len(NODES) - 1, []
    for pieces in (8, 10):
        mesh = Mesh.on(line, np.linspace(-0.5, 0.5, pieces + 1) * axis["period"], mass)
        size = pieces * order
        matrix, weights = np.zeros((size + 1, size + 1), complex), np.zeros(size + 1)
        for n in range(pieces):
            part = slice(n * order, n * order + order + 1)
            matrix[part, part] += mesh.stiffness[n]
            weights[part] += mesh.weights[n]
        # the last point is the first one, turned
        turn = np.exp(2j * np.pi * axis.get("flux", 0.0))
        fold = np.eye(size + 1, size, dtype=complex)
        fold[size, 0] = turn
        matrix, weights = fold.conj().T @ matrix @ fold, np.append(weights[0] + weights[-1], weights[1:-1])
        root = 1 / np.sqrt(weights)
        matrix = matrix * root[:, None] * root
        rounding = float(np.finfo(float).eps * np.max(np.abs(matrix)))
        levels.append(np.linalg.eigvalsh(matrix)[:count])
    coarse, fine = levels
    return {
        f"level_{n}": (float(e), abs(float(e - c)) + rounding)
        for n, (c, e) in enumerate(zip(coarse, fine, strict=True))
    }
