"""Pilot runs: propagations in NumPy, without compilation, from which the planner estimates the error of a step."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from ..._jax import jax, jit
from ...absorbers import Absorber
from ...fourier import numpy_forward, numpy_inverse
from ...grid import Grid
from ...potentials import AbstractPotential
from ...problem import Problem
from ...schemes import Kick, Scheme
from .._matched_in_time import matched_in_time
from ..lanes import has_concrete_steps, kicks_and_drifts

# V, and F and G where V is smooth
Energies = list[np.ndarray]


# number of values of V, at different times, computed at once
_BLOCK = 1 << 18


def _energies(potential: AbstractPotential, grid: Grid, mass: float, time: Any = 0.0) -> list[Any]:
    samples = potential.sample(grid, mass=mass, time=time)
    return [samples, *potential.gradient_terms(grid, mass=mass, time=time)] if potential.smooth else [samples]


@jit
def _sampled(potential: AbstractPotential, grid: Grid, mass: float, times: jax.Array) -> list[jax.Array]:
    return jax.vmap(lambda time: _energies(potential, grid, mass, time))(times)


@dataclasses.dataclass(frozen=True)
class Pilot:
    """Shared data of the pilot runs of one problem on one grid: psi(0), tables, and V, F, G at any time."""

    psi: np.ndarray
    kinetic: np.ndarray
    absorption: np.ndarray | None
    energies: Callable[[np.ndarray, AbstractPotential], Iterator[Energies]]
    potential: AbstractPotential
    static: bool
    cell: float

    @classmethod
    def of(cls, problem: Problem, grid: Grid, absorber: Absorber | None) -> Pilot:
        """The pilot of a problem, in double precision; a static V is sampled once."""

        static = problem.potential.static
        block = 1 if static else max(1, min(64, _BLOCK // math.prod(grid.points)))

        def energies(times: np.ndarray, potential: AbstractPotential) -> Iterator[Energies]:
            for first in range(0, len(times), block):
                some = times[first : first + block]
                if static:
                    yield _energies(potential, grid, problem.mass)
                    continue
                values = _sampled(potential, grid, problem.mass, np.resize(some, block))
                arrays = [np.asarray(a) for a in values]
                yield from ([a[i] for a in arrays] for i in range(len(some)))

        fixed = next(energies(np.zeros(1), problem.potential)) if static else []
        return cls(
            np.asarray(problem.state.sample(grid, problem.hamiltonian(grid))).astype(complex),
            np.asarray(grid.spread(grid.kinetic(problem.mass))),
            None if absorber is None else np.asarray(absorber.sample(grid)),
            (lambda times, potential: itertools.repeat(fixed, len(times))) if static else energies,
            problem.potential,
            static,
            float(grid.cell),
        )

    @property
    def energy(self) -> float:
        """The mean energy of the start above the lowest V."""
        values = next(iter(self.energies(np.zeros(1), self.potential)))[0]
        density = np.abs(self.psi) ** 2
        spectrum = np.abs(np.fft.fftn(self.psi)) ** 2
        moving = np.sum(self.kinetic * spectrum) / np.sum(spectrum)
        return float(moving + np.sum(values * density) / np.sum(density) - np.min(values))

    def run(self, scheme: Scheme, time: float, steps: int, samples: int) -> np.ndarray:
        """psi at `samples` equally spaced times up to `time`; `steps` is a multiple of `samples`."""
        dt = time / steps
        pairs, opening, closing = scheme.merged()
        potential = matched_in_time(self.potential, time, dt)

        def phases(kicks: Iterable[Kick], times: Any) -> Iterator[np.ndarray]:
            for kick, energies in zip(kicks, self.energies(np.array(times), potential), strict=False):
                shares = (kick[0], -kick[1] * dt**2, kick[2] * dt**4)
                yield np.exp(-1j * dt * sum(s * e for s, e in zip(shares, energies, strict=False)))

        def drifted(psi: np.ndarray, table: np.ndarray) -> np.ndarray:
            return numpy_inverse(table * numpy_forward(psi, psi.ndim), psi.ndim)

        drifts = [np.exp(-1j * dt * a * self.kinetic) for _, _, a in pairs]
        first = np.exp(-1j * dt * opening * self.kinetic)
        middle = [kick for _, kick, _ in pairs]
        clocks = np.array([clock for clock, _, _ in pairs])
        if self.static:
            kicks = itertools.cycle(list(phases(middle, clocks)))
        else:
            kicks = phases(itertools.cycle(middle), ((np.arange(steps)[:, None] + clocks) * dt).ravel())
        ends = [kick for kick, _ in scheme.processor]
        back = [np.exp(1j * dt * z * self.kinetic) for _, z in scheme.processor]
        shifts = np.cumsum([0.0, *(z for _, z in scheme.processor)])[:-1] * dt
        damping = None if self.absorption is None else np.exp(-dt * self.absorption)
        psi = self.psi
        for phase, table in zip(phases(ends, shifts), back, strict=True):
            psi = drifted(psi * phase, np.conj(table))
        psi = drifted(psi, first) if scheme.drifts_first else psi * np.conj(next(phases([closing], [0.0])))
        compiled = _compiled(drifts, damping, self.static) if psi.ndim == 1 and has_concrete_steps(psi.size) else None
        amplitudes = []
        for step in range(steps // samples, steps + 1, steps // samples):
            if compiled is not None:
                psi = compiled(psi, kicks, steps // samples)
            else:
                for _ in range(steps // samples):
                    psi = psi if damping is None else psi * damping
                    for table in drifts:
                        psi = drifted(psi * next(kicks), table)
            *inner, last = phases([*ends, closing], [*(step * dt + shifts), step * dt])
            out = drifted(psi, np.conj(first)) if scheme.drifts_first else psi * last
            for phase, table in zip(inner[::-1], back[::-1], strict=True):
                out = drifted(out, table) * np.conj(phase)
            amplitudes.append(out)
        return np.array(amplitudes)

    def distance(self, first: np.ndarray, second: np.ndarray) -> float:
        """The largest L2 distance of psi over the samples, outside the absorber, where psi has no meaning."""
        difference = np.abs(first - second) ** 2
        if self.absorption is not None:
            difference = np.where(self.absorption > 0, 0.0, difference)
        axes = tuple(range(1, difference.ndim))
        return float(np.sqrt(np.max(np.sum(difference, axis=axes)) * self.cell))


def _compiled(
    drifts: list[np.ndarray], damping: np.ndarray | None, static: bool
) -> Callable[[np.ndarray, Iterator[np.ndarray], int], np.ndarray]:
    """A function that makes `count` compiled steps of psi along a line; `static`: whether all steps have the same kicks."""
    stages = len(drifts)
    block = 1 if static else max(1, _BLOCK // (stages * drifts[0].size))

    def advance(psi: np.ndarray, kicks: Iterator[np.ndarray], count: int) -> np.ndarray:
        while count:
            some = min(block, count)
            phases = np.array(list(itertools.islice(kicks, some * stages)))
            if damping is not None:
                # the damping before a step is multiplied into its first kick
                phases[::stages] *= damping
            repeats = count if static else 1
            psi = kicks_and_drifts(psi, phases, np.array(drifts * some), repeats)
            count -= some * repeats
        return psi

    return advance
