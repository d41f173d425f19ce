"""Construction of a Scene from a Result or a Report: window, potential, energies, curves."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ..._face import short
from ..._typing import ENERGY, LENGTH, TIME
from ...errors import ArgumentError
from ...units import UnitSystem
from .._colors import phase_table
from .._numbers import unit_of
from ._lines import report_lines, result_lines
from ._scene import Scene, energy_range, onto_points
from ._window import find_gain, find_marks, find_spikes, find_window, kept_psi, marginals, result_of, start_of

if TYPE_CHECKING:
    from ...analysis import Report
    from ...problem import Problem
    from ...propagation import Result

# V inside a wall, over the range of energies shown, so that it lies above every panel
_SOLID = 1e3
_DISPLAY_NAMES = {
    "product": "packet",
    "free": "free space",
    "sum": "sum of potentials",
    "harmonic": "harmonic well",
    "separable": "separable potential",
    "driven": "driven potential",
    "smooth function": "given potential",
    "step": "potential step",
}


def shown_units(source: Result | Report) -> UnitSystem:
    """The default units of a picture: those of the problem."""
    from ...analysis import Report
    from ...propagation import Result

    if not isinstance(source, Report | Result):
        raise ArgumentError(
            "source", f"must be a Report or a Result, but is {short(source)}; give what certify or propagate returned."
        )
    return source.units if isinstance(source, Report) else source.problem.shown_in


def gather(source: Result | Report, columns: int, rows: int, units: UnitSystem, title: str) -> Scene:
    """The scene of a run, with V at `columns` points across the window; in two dimensions at `rows` points up and as densely across."""
    result = result_of(source)
    problem, grid = result.problem, result.numerics.grid
    density = marginals(result)
    window = np.array([find_window(result, density, axis) for axis in range(min(grid.dimension, 2))])
    if grid.dimension > 1:
        # as densely spaced across as up, however wide the frame is
        across, up = np.ptp(window, axis=1)
        columns = min(columns, max(2, round(rows * float(across / up))))
    x = centers(window[0], columns)
    if grid.dimension == 1:
        times = result.times if not problem.potential.static else result.times[:1]
        outline = outline_of(x, problem.potential.edges)
        potential = np.array([value_on(problem, (outline,), t) for t in times])
    else:
        outline, y = x, centers(window[1], rows)
        middle = [np.zeros(1)] * (grid.dimension - 2)
        potential = value_on(problem, (x[None, :], y[:, None], *middle), 0.0).reshape(1, rows, columns)
    levels = _levels(result)
    support = problem.potential.support(1e-3)
    lines, what = result_lines(result, density, units) if source is result else report_lines(source, density, units)  # type: ignore[arg-type]
    length, energy, time = (units.scale(d) for d in (LENGTH, ENERGY, TIME))
    top = max([value for _, value in levels] + [highest_potential(problem, grid.dimension, support)])
    # a delta well is drawn flat and its level lies below it: leave room there
    bottom = min([1.6 * value for _, value in levels if value < potential.min()] + [float(potential.min())])
    spikes = find_spikes(result)
    if bottom >= 0 and any(sign < 0 for _, sign in spikes):
        bottom = -0.5 * top
    walls = _walls(problem, length)
    potential = with_walls(potential, outline / length, walls, abs(top) + abs(bottom))
    peak = _peak(result)
    gain, plane = find_gain(result, density, x, peak)
    return Scene(
        title=title or _headline(problem),
        labels={
            "x": units.label(problem.coordinate, LENGTH),
            "y": units.label("y", LENGTH),
            "time": units.label("time", TIME),
            "energy": units.label("energy", ENERGY),
            "density": _density_label(units, grid.dimension),
            "curves": what,
        },
        times=np.asarray(result.times) / time,
        window=window / length,
        x=x / length,
        outline=outline / length,
        potential=potential / energy,
        energies=energy_range(bottom / energy, top / energy),
        levels=tuple((name, value / energy) for name, value in levels),
        density_top=peak * length ** min(grid.dimension, 2),
        gain=gain,
        plane=plane / length,
        lines=lines,
        note=_note(result, window, units),
        marks=tuple(edge / length for edge in find_marks(result, support)),
        spikes=tuple((place / length, sign) for place, sign in spikes),
        phases=phase_table(),
        walls=walls,
    )


def _walls(problem: Problem, length: float) -> tuple[float | None, float | None]:
    """The hard walls, in shown units."""
    # imported here because it loads JAX, which painting alone does not need
    from ...ends import Walls

    if not isinstance(problem.ends, Walls):
        return None, None
    left, right = (None if math.isinf(end) else end / length for end in problem.ends.interval)
    return left, right


def frames(result: Result, scene: Scene, units: UnitSystem, rows: int) -> Iterator[np.ndarray]:
    """psi at each saved frame on the points of the picture."""
    return (on_picture(psi, result, scene, units, rows) for psi in result.psi)


def on_picture(psi: np.ndarray, result: Result, scene: Scene, units: UnitSystem, rows: int) -> np.ndarray:
    """psi on the points of the picture, in shown units: (columns,), or (rows, columns) in more dimensions.

    In three dimensions, the root of the density summed along the third axis.
    """
    grid, length = result.numerics.grid, units.scale(LENGTH)
    if grid.dimension == 3:
        psi = np.sqrt((np.abs(psi) ** 2).sum(axis=2) * float(grid.spacing[2]))
    if grid.dimension > 1:
        # planes are large, and single precision is enough for a picture
        psi = psi.astype(np.complex64)
    picture = onto_points(psi, float(grid.lower[0]), float(grid.spacing[0]), scene.x * length, 0)
    # imported here because it loads JAX, which painting alone does not need
    from ...ends import Axis

    outside = [(side, wall) for side, wall in zip((-1, 1), scene.walls, strict=True) if wall is not None]
    # the picture is periodic beyond the ends of the grid, which is right only for a ring
    if not isinstance(result.problem.ends, Axis):
        outside += [(-1, float(grid.lower[0]) / length), (1, float(grid.upper[0]) / length)]
    for side, end in outside:
        picture = np.where((side * (scene.x - end) > 0).reshape(-1, *[1] * (picture.ndim - 1)), 0.0, picture)
    if grid.dimension > 1:
        y = centers(scene.window[1], rows) * length
        picture = onto_points(picture, float(grid.lower[1]), float(grid.spacing[1]), y, 1).T
    return (picture * length ** (picture.ndim / 2)).astype(np.complex64)


def _peak(result: Result) -> float:
    """The largest density of the run; in three dimensions, summed along the third axis."""
    grid = result.numerics.grid
    kept = kept_psi(result)
    if grid.dimension == 3:
        return max(float((np.abs(psi) ** 2).sum(axis=2).max()) * float(grid.spacing[2]) for psi in kept)
    return max(float(np.abs(psi).max()) ** 2 for psi in kept)


def with_walls(
    potential: np.ndarray, outline: np.ndarray, walls: tuple[float | None, float | None], height: float
) -> np.ndarray:
    """V along the outline, with hard walls far higher than `height`."""
    for side, wall in zip((-1, 1), walls, strict=True):
        if wall is not None:
            potential = np.where(side * (outline - wall) > 0, _SOLID * height, potential)
    return potential


def centers(ends: np.ndarray, count: int) -> np.ndarray:
    """The centers of `count` equal parts between two ends."""
    return ends[0] + (np.arange(count) + 0.5) * (ends[1] - ends[0]) / count


def outline_of(x: np.ndarray, edges: tuple[float, ...]) -> np.ndarray:
    """`x` with an additional point on either side of each edge, so that jumps are drawn as vertical lines."""
    near = 1e-7 * (x[-1] - x[0])
    sides = [float(edge) + side for edge in edges for side in (-near, near)]
    return np.sort(np.concatenate([x, sides]))


def value_on(problem: Problem, position: tuple[np.ndarray, ...], time: float = 0.0) -> np.ndarray:
    """V at positions that broadcast against each other, in internal units."""
    from ...potentials import AbstractMassStructure, values_on

    if isinstance(problem.potential, AbstractMassStructure):
        return np.asarray(problem.potential.band_edge(np.asarray(position[0], float)))
    return values_on(problem.potential, position, problem.mass, time)


def _levels(result: Result) -> list[tuple[str, float]]:
    """The energy of the initial state, by name."""
    from ...unfolding import start_on, unfolded

    problem, grid = result.problem, result.numerics.grid
    if problem.ends is None:
        hamiltonian, psi = unfolded(problem).hamiltonian(grid), start_of(result).astype(complex)
    else:
        hamiltonian, psi = start_on(problem, grid)
    mean = float(hamiltonian.energy(psi))  # type: ignore[arg-type]
    return [("mean energy" if problem.potential.static else "initial energy", mean)]


def highest_potential(problem: Problem, dimension: int, support: tuple[float, float]) -> float:
    """The highest V within the structure or at its flat ends; without flat ends, that of the barrier in the middle."""
    line = (np.linspace(support[0], support[1], 1025),)
    values = value_on(problem, line) if dimension == 1 else np.zeros(1)
    ends = [end for end in problem.potential.asymptotes() if np.isfinite(end)]
    if ends:
        return max(float(values.max()), *ends)
    # V has no flat end: the height of the barrier between its walls, if there is one
    middle = values[len(values) // 4 : 3 * len(values) // 4]
    return float(middle.max())


def close_up(scene: Scene, problem: Problem, units: UnitSystem) -> Scene:
    """The scene of a line with its window reduced to the structure of V."""
    length, energy = units.scale(LENGTH), units.scale(ENERGY)
    x = around(problem)
    outline = outline_of(x, problem.potential.edges)
    window = np.array([[x[0], x[-1]]]) / length
    potential = value_on(problem, (outline,))[None] / energy
    return dataclasses.replace(scene, window=window, x=x / length, outline=outline / length, potential=potential)


def around(*problems: Problem) -> np.ndarray:
    """Positions that cover the structure of the potentials, with half its width on either side."""
    supports = [problem.potential.support(1e-2) for problem in problems]
    low, high = float(min(a for a, _ in supports)), float(max(b for _, b in supports))
    margin = 0.5 * (high - low) or 1.0
    return np.linspace(low - margin, high + margin, 600)


def _note(result: Result, window: np.ndarray, units: UnitSystem) -> str:
    absorber = result.numerics.absorber
    if absorber is None:
        return ""
    grid, length = result.numerics.grid, units.scale(LENGTH)
    left = (float(grid.lower[0]) + float(absorber.width)) / length
    right = (float(grid.upper[0]) - float(absorber.width)) / length
    unit = unit_of(units.label("x", LENGTH))
    ends = f"left of {left:.3g}{unit} and right of {right:.3g}{unit}".replace("-", "\u2212")
    return f"Absorbing layers {ends} are cropped; absorbed probability is included."


def _density_label(units: UnitSystem, dimension: int) -> str:
    # plain characters, since typesetting a formula takes a tenth of a second
    name = "density |\u03c8|\u00b2"
    symbol = units.symbol(LENGTH)
    if symbol == "natural":
        return f"{name} (natural units)"
    return f"{name} (1/{symbol})" if dimension == 1 else f"{name} (1/{symbol}\u00b2)"


def _headline(problem: Problem) -> str:
    """The default title of a run: its state and its potential."""
    state, potential = (
        _DISPLAY_NAMES.get(words, words) for words in (_words(problem.state), _words(problem.potential))
    )
    potential = potential.replace("gaussian", "Gaussian").replace("eckart", "Eckart")
    state = state.replace("localized", "localized state").replace("gaussian", "Gaussian")
    where = (
        f"meets {_article(potential)}" if problem.open and potential != "free space" else f"in {_article(potential)}"
    )
    return f"{state[0].upper()}{state[1:]} {where}"


def _words(thing: object) -> str:
    return "".join(f" {c.lower()}" if c.isupper() else c for c in type(thing).__name__).strip()


def _article(words: str) -> str:
    return words if words == "free space" else f"{'an' if words[0] in 'aeiouE' else 'a'} {words}"
