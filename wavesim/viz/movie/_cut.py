"""The frames and the window of a film, and psi as a function of momentum."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from ..._typing import ENERGY, LENGTH, MOMENTUM, TIME
from ...errors import ArgumentError
from ...units import UnitSystem
from ..scene import Scene, centers, find_gain, marginals, outline_of, result_of, thinned, value_on, with_walls
from ._look import Look

if TYPE_CHECKING:
    from ...analysis import Report
    from ...propagation import Result

# share of the initial wave below which the picture counts as empty
_LEFT = 0.1
# overlap from which the final state counts as the initial one
_BACK = 0.9
_COLUMNS = 400
# factor by which zero padding refines the spectrum of psi
_FINER = 8
# share of the largest density below which momenta are not shown
_FAINT = 1e-3


def cut(result: Result, look: Look, units: UnitSystem) -> slice:
    """The frames between the times of the look.

    Raises:
        ArgumentError: if there are fewer than two.
    """
    if look.tlim is None:
        return slice(None)
    first, last = (end * units.scale(TIME) for end in look.tlim)
    inside = np.flatnonzero((result.times >= first - 1e-12 * abs(first)) & (result.times <= last * (1 + 1e-12)))
    if inside.size < 2:
        end = float(result.times[-1]) / units.scale(TIME)
        raise ArgumentError(
            "tlim",
            f"must hold two frames of the run or more, which lasts until {end:.4g}, but is {look.tlim[0]:g} to {look.tlim[1]:g}; widen it.",
        )
    return slice(int(inside[0]), int(inside[-1]) + 1)


def until_empty(source: Result | Report) -> Result | Report:
    """An open run until its picture has less than a tenth of the initial wave, the gain included."""
    result = result_of(source)
    absorber, grid = result.numerics.absorber, result.numerics.grid
    if absorber is None or len(result.psi) < 2:
        return source
    density = marginals(result)
    x = float(grid.lower[0]) + float(grid.spacing[0]) * np.arange(grid.points[0])
    shown = (x > x[0] + float(absorber.width)) & (x < float(grid.upper[0]) - float(absorber.width))
    gain, _ = find_gain(result, density, x, float(density[0].max()))
    wave = (density[0] * gain)[:, shown].sum(axis=1)
    # negated, so that a run with nan is shown to its end
    last = int(np.flatnonzero(~(wave < _LEFT * wave[0]))[-1]) + 2
    return source if last >= len(result.psi) else thinned(source, slice(0, last))


def order_of(count: int, back: bool, look: Look, fps: int) -> np.ndarray:
    """The index of the frame in each picture of the film, its hold included; `back`: whether the run ends as it began."""
    held = round(look.held(back) * fps)
    if look.duration is None:
        order = np.arange(count)
    else:
        whole = round(look.duration * fps)
        # at least half of a short film moves
        held = min(held, whole // 2)
        order = np.rint(np.linspace(0, count - 1, max(2, whole - held))).astype(int)
    return np.concatenate([order, np.full(held, count - 1, int)])


def comes_back(result: Result) -> bool:
    """Whether the run ends about as it began, so that its film may loop."""
    first, last = (np.abs(psi) for psi in (result.psi[0], result.psi[-1]))
    norms = float(np.linalg.norm(first)) * float(np.linalg.norm(last))
    return norms > 0 and float(np.sum(first * last)) / norms > _BACK


def in_window(scene: Scene, result: Result, window: np.ndarray, units: UnitSystem) -> Scene:
    """The scene in another window, shape (axes, 2), in shown units."""
    length, energy = units.scale(LENGTH), units.scale(ENERGY)
    problem, x = result.problem, length * centers(window[0], len(scene.x))
    scene = dataclasses.replace(scene, window=window, x=x / length)
    if len(window) > 1:
        y = length * centers(window[1], scene.potential.shape[1])
        potential = value_on(problem, (x[None, :], y[:, None]))[None] / energy
        return dataclasses.replace(scene, outline=x / length, potential=potential)
    outline = outline_of(x, problem.potential.edges)
    times = result.times if len(scene.potential) > 1 else result.times[:1]
    potential = np.array([value_on(problem, (outline,), time) for time in times]) / energy
    potential = with_walls(potential, outline / length, scene.walls, float(np.ptp(scene.energies)))
    gain, plane = find_gain(result, marginals(result), x, scene.density_top / length)
    return dataclasses.replace(scene, outline=outline / length, potential=potential, gain=gain, plane=plane / length)


def momenta(
    result: Result, scene: Scene, units: UnitSystem, window: np.ndarray | None = None
) -> tuple[Scene, list[np.ndarray]]:
    """The scene and the amplitudes phi(k) of a run in one dimension; the integral of abs(phi)^2 dk over all k is the norm.

    Raises:
        ArgumentError: if the run has more than one dimension.
    """
    grid = result.numerics.grid
    if grid.dimension > 1:
        raise ArgumentError("part", "must be density or real in two dimensions, but is momentum; choose one of those.")
    scale, count, spacing = units.scale(MOMENTUM), _FINER * grid.points[0], float(grid.spacing[0])
    k = 2 * np.pi * np.fft.fftshift(np.fft.fftfreq(count, spacing))
    turn = np.exp(-1j * k * float(grid.lower[0])) * spacing / np.sqrt(2 * np.pi)
    phi = np.fft.fftshift(np.fft.fft(result.psi, count, axis=1), axes=1) * turn
    density = np.abs(phi) ** 2
    ever = density.max(axis=0)
    shown_k = k[ever > _FAINT * ever.max()]
    margin = 0.1 * float(np.ptp(shown_k)) or float(k[1] - k[0])
    window = np.array([shown_k[0] - margin, shown_k[-1] + margin]) if window is None else window * scale
    x = np.linspace(window[0], window[1], _COLUMNS)
    size = np.array([np.sqrt(np.interp(x, k, row)) for row in density])
    nearest = np.abs(k[None, :] - x[:, None]).argmin(axis=1)
    waves = size * np.exp(1j * np.angle(phi[:, nearest]))
    flat = np.zeros((1, _COLUMNS))
    shown = dataclasses.replace(
        scene,
        labels=scene.labels | {"x": units.label("k", MOMENTUM)},
        window=window[None] / scale,
        x=x / scale,
        outline=x / scale,
        potential=flat,
        levels=(),
        density_top=float(ever.max()) * scale,
        gain=np.ones(_COLUMNS),
        marks=(),
        spikes=(),
        walls=(None, None),
    )
    return shown, list(waves * np.sqrt(scale))
