"""H = p^2/2m + V on finite elements of a ring: the last node is the first one, up to a phase.

psi(x + period) = exp(i phase) psi(x). Eliminating the inner functions of the elements leaves a cyclic tridiagonal matrix of the nodes; its
negative eigenvalues are counted by eliminating the nodes in turn, each with its coupling to the first one.

Source: A. Bohm et al., The Geometric Phase in Quantum Systems (2003), section 2.4, for the twisted condition; the counts: see `elements`.
"""

from __future__ import annotations

import numpy as np
import scipy

from .elements import ElementHamiltonian


class RingHamiltonian(ElementHamiltonian):
    """p^2/2m + V on a ring that is cut at the first node.

    Args:
        nodes: increasing, shape (elements + 1,), four or more; the last one lies one period after the first [length].
        values: V at `gauss_points`, shape (elements, degree + 4) [energy].
        strengths: strength of the delta on each node, 0 on the last, shape (elements + 1,) [energy x length].
        mass: mass of the particle.
        degree: degree of the polynomials.
        phase: phase of psi gained after one period [radian].
    """

    def __init__(
        self,
        nodes: np.ndarray,
        values: np.ndarray,
        strengths: np.ndarray,
        mass: float,
        degree: int,
        phase: float = 0.0,
    ) -> None:
        super().__init__(nodes, values, strengths, mass, degree)
        factor = np.exp(1j * phase)
        # a real factor is kept exactly real, so that the waves are real
        self._bloch_factor = factor.real.round() if abs(factor.imag) < 1e-12 else factor

    def _counted(self, energies: np.ndarray) -> np.ndarray:
        diagonal, off = self._condensed(energies)
        count = np.sum(self._inner_energies[:, :, None] < energies, axis=(0, 1))
        tiny, last = np.finfo(float).tiny, len(self.nodes) - 2
        first, row, pivot = diagonal[0] + diagonal[-1], off[0].astype(complex), diagonal[1]
        for node in range(1, last + 1):
            if node == last:
                row = row + off[last] * np.conj(self._bloch_factor)
            pivot = np.where(np.abs(pivot) < tiny, -tiny, pivot)
            count = count + (pivot < 0)
            first = first - np.abs(row) ** 2 / pivot
            if node < last:
                row, pivot = -off[node] * row / pivot, diagonal[node + 1] - off[node] ** 2 / pivot
        return count + (first < 0)

    def _at_nodes(self, loads: np.ndarray, shift: float) -> np.ndarray:
        diagonal, off = (part[:, 0] for part in self._condensed(np.array([shift])))
        n = len(self.nodes) - 1
        kind = complex if np.iscomplexobj(self._bloch_factor) else float
        main = diagonal[:-1].astype(kind)
        main[0] += diagonal[-1]
        before, after = np.arange(n - 1), np.arange(1, n)
        rows = np.concatenate([np.arange(n), before, after, [n - 1, 0]])
        columns = np.concatenate([np.arange(n), after, before, [0, n - 1]])
        closing = np.array([off[-1] * self._bloch_factor, off[-1] * np.conj(self._bloch_factor)])
        entries = np.concatenate([main, off[:-1], off[:-1], closing])
        matrix = scipy.sparse.csc_matrix((entries, (rows, columns)), shape=(n, n))
        right = loads[:, :-1].astype(kind)
        right[:, 0] = right[:, 0] + np.conj(self._bloch_factor) * loads[:, -1]
        values = scipy.sparse.linalg.splu(matrix).solve(np.ascontiguousarray(right.T)).T
        return np.concatenate([values, self._bloch_factor * values[:, :1]], axis=1)
