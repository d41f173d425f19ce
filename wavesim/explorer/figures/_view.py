"""The view: the intervals of space and energy that are shown, V there, and psi on the points of the picture."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import scipy

from ..._typing import ENERGY, LENGTH, TIME, Dimension
from ...ends import Walls
from ...errors import WavesimError
from ...potentials import values_at
from ...problem import Problem
from ...scenario import Scenario
from ...units import UnitSystem
from ...viz.scene import energy_range, gather, highest_potential
from ._kinds import AbstractKind
from ._live_run import LiveRun

# approximate number of columns in the picture of a line
_COLUMNS = 900
# points of V
_OUTLINE = 481
# V inside a wall, over the highest energy shown
_SOLID = 1e6
# largest range of energies over that of the opened scenario; a higher V lengthens the axis when it occurs
_ROOM = 1.15


def unit_text(units: UnitSystem, dimension: Dimension) -> str:
    """The unit of a dimension for labels, "" in natural units and for pure numbers."""
    symbol = units.symbol(dimension)
    return "" if symbol in ("natural", "1") else symbol


@dataclasses.dataclass(frozen=True)
class View:
    """The parts of the picture that stay while sliders move, in shown units.

    Attributes:
        kind: of the problem.
        units: of the labels.
        window: left and right end of each axis, shape (axes, 2).
        energies: at the bottom and at the top of the picture.
        density: the largest density of the run for which the view was made.
    """

    kind: AbstractKind
    units: UnitSystem
    window: np.ndarray
    energies: tuple[float, float]
    density: float

    @classmethod
    def of(cls, kind: AbstractKind, scenario: Scenario, run: LiveRun, others: list[Problem]) -> View:
        """The view of a complete run, with room for V of the other problems."""
        units = scenario.units
        if kind.name == "plane":
            grid = run.setup.numerics.grid
            ends = np.array([[float(grid.lower[a]), float(grid.upper[a])] for a in (0, 1)])
            return cls(kind, units, ends / units.scale(LENGTH), (0.0, 1.0), 1.0)
        scene = gather(run.whole(), 64, 48, units, "")
        window = scene.window.copy()
        low, high = scene.energies
        length, energy = units.scale(LENGTH), units.scale(ENERGY)
        roof, floor = low + _ROOM * (high - low), high - _ROOM * (high - low)
        for problem in others:
            try:
                left, right = (end / length for end in problem.potential.support(1e-2))
                tops = highest_potential(problem, 1, problem.potential.support(1e-3)) / energy
                inside = values_at(
                    problem.potential, np.linspace(window[0, 0], window[0, 1], 257) * length, float(problem.mass)
                )
            except WavesimError:
                continue
            if kind.name in ("wells", "populations"):
                margin = 0.12 * (right - left)
                window[0] = min(window[0, 0], left - margin), max(window[0, 1], right + margin)
            # a little room for higher energies; more is clipped until it occurs
            reach = energy_range(min(float(np.min(inside)) / energy, low), tops)
            low, high = min(low, max(reach[0], floor)), max(high, min(reach[1], roof))
        return cls(kind, units, window, (low, high), scene.density_top)

    def scene(self, run: LiveRun, expected: dict[str, float]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """V and the facts of a run."""
        problem, numerics, units = run.setup.original, run.setup.numerics, self.units
        length, energy, time = (units.scale(d) for d in (LENGTH, ENERGY, TIME))
        duration = run.duration / time
        facts: dict[str, Any] = {
            "type": "scene",
            "window": self.window.tolist(),
            "frames": run.frames,
            "duration": duration,
            "expected": expected,
            "quenched": run.quenched,
            "note": f"{' × '.join(f'{n:,}' for n in numerics.grid.points)} points, {numerics.precision} precision",
        }
        if self.kind.name == "plane":
            columns, rows = 320, 448
            x, y = (
                np.linspace(ends[0], ends[1], n) * length for ends, n in zip(self.window, (columns, rows), strict=True)
            )
            values = np.asarray(problem.potential.value((x[None, :], y[:, None]), mass=problem.mass))  # type: ignore[arg-type]
            values = np.broadcast_to(values, (rows, columns)) / energy
            return facts | {"columns": columns, "rows": rows, "energies": list(self.energies)}, {"potential": values}
        x = np.linspace(self.window[0, 0], self.window[0, 1], _OUTLINE)
        near = 1e-7 * (x[-1] - x[0])
        edges = [float(edge) / length for edge in problem.potential.edges]
        inside = [edge for edge in edges if x[0] < edge < x[-1]]
        # a point on either side of each jump, so that it is drawn vertically
        x = np.sort(np.concatenate([x, *([edge - near, edge + near] for edge in inside)]))
        values = values_at(problem.potential, x * length, float(problem.mass)) / energy
        if isinstance(problem.ends, Walls):
            left, right = problem.ends.interval
            outside = (x * length < left) | (x * length > right)
            values = np.where(outside, _SOLID * (abs(self.energies[1]) + 1.0), values)
        level = self.level_of(run)
        low, high = self.energies
        top = max(float(np.max(values[values < _SOLID], initial=0.0)) if self.kind.name == "barrier" else 0.0, level)
        low = min(low, float(np.min(values)))
        high = max(high, low + (top - low) * 1.08)
        facts |= {
            "energies": [low, high],
            "level": level,
            "spikes": [
                [float(place) / length, math.copysign(1, g)]
                for place, g in zip(problem.potential.spikes, problem.potential.strengths, strict=True)
            ],
            "density": self.density,
        }
        return facts, {"x": x, "potential": np.clip(values, -1e30, 1e30)}

    def level_of(self, run: LiveRun) -> float:
        """The mean energy at the start, in shown units."""
        setup = run.setup
        psi = np.asarray(run.first, complex)
        return float(setup.problem.hamiltonian(setup.numerics.grid).energy(psi)) / self.units.scale(ENERGY)  # type: ignore[arg-type]

    def picture(self, run: LiveRun, frame: int) -> tuple[np.ndarray, float, float]:
        """psi at a frame on the columns of the window, the position of the first column, and their spacing, in shown units."""
        numerics = run.setup.numerics
        length = self.units.scale(LENGTH)
        grid = numerics.grid
        if self.kind.name == "plane":
            x, y = (
                np.flatnonzero((axis >= low) & (axis <= high))
                for axis, (low, high) in zip((_axis(grid, a) / length for a in (0, 1)), self.window, strict=True)
            )
            psi = run.unfolded(frame)
            part = psi[x[0] : x[-1] + 1, y[0] : y[-1] + 1].T
            return part * length, float(_axis(grid, 0)[x[0]]) / length, float(grid.spacing[0]) / length
        lower, spacing = float(grid.lower[0]), float(grid.spacing[0])
        ends = run.setup.original.ends
        within = max(1, round((self.window[0, 1] - self.window[0, 0]) * length / spacing))
        factor = max(1, -(-_COLUMNS // within))
        # refined on the unfolded line even between walls, because psi is smooth there; only the part between the walls is shown
        wave, step = _refined(run.unfolded(frame), factor), spacing / factor
        x = lower + step * np.arange(wave.size)
        if isinstance(ends, Walls):
            left, right = ends.interval
            wave = np.where((x >= left) & (x <= right), wave * math.sqrt(2.0), 0.0)
        low, high = self.window[0] * length
        inside = np.flatnonzero((x >= low - step) & (x <= high + step))
        shown = wave[inside[0] : inside[-1] + 1] * math.sqrt(length)
        return shown, float(x[inside[0]]) / length, step / length


def _axis(grid: Any, axis: int) -> np.ndarray:
    return float(grid.lower[axis]) + float(grid.spacing[axis]) * np.arange(grid.points[axis])


def _refined(psi: np.ndarray, factor: int) -> np.ndarray:
    """psi on a grid finer by an integer factor, by zero padding of its spectrum."""
    if factor == 1:
        return psi
    count = psi.size
    spectrum = np.zeros(count * factor, np.complex64)
    bare = np.asarray(scipy.fft.fft(psi))
    half = count // 2
    spectrum[:half], spectrum[-(count - half) :] = bare[:half], bare[half:]
    return np.asarray(scipy.fft.ifft(spectrum)) * factor
