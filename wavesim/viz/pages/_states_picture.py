"""The scattering states of one energy in the potential, and the local density of states over position and energy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.image import AxesImage
from matplotlib.ticker import MaxNLocator

from ..._typing import ENERGY, LENGTH
from ...units import UnitSystem
from .._colors import BLUE, HAIR, INK, SLATE, STEPS, VERMILION, density_colormap
from ..draw import Picture, draw_footer, legend_above, sheet
from ..scene import around, outline_of, value_on

if TYPE_CHECKING:
    from ...analysis import LocalDensity, ScatteringStates
    from ...problem import Problem

# positions and energies of the local density
_COLUMNS, _ROWS = 240, 120
# height of the largest abs(psi)^2, as a share of the energies shown
_HEIGHT = 0.25
_LEFT, _RIGHT, _BAR = (0.06, 0.1, 0.39, 0.78), (0.545, 0.1, 0.36, 0.78), (0.915, 0.1, 0.009, 0.78)


def states_picture(
    problem: Problem, energy: float, *, units: UnitSystem | None = None, title: str = "", top: float | None = None
) -> Picture:
    """The picture of the scattering states of one energy, and of the local density of states.

    Left: abs(psi)^2 of the waves from both sides on the line of their energy, in the potential. Right: the local density of states from the lower V
    outside up to `top`, relative to that of a free line with the same lower V, with V over it; bound levels are drawn as lines.

    Args:
        problem: of which the potential and the mass count; static, one-dimensional, flat on both sides.
        energy: on the scale of V [energy].
        units: units of the labels; by default those of the problem.
        title: headline.
        top: largest energy of the density, by default twice as far above V outside as `energy` [energy].
    """
    from ...analysis import local_density_of_states, scattering_states

    units = problem.shown_in if units is None else units
    first, last = around(problem)[[0, -1]].tolist()
    x = np.linspace(first, last, _COLUMNS)
    states = scattering_states(problem, energy, x)
    rim = min(float(end) for end in problem.potential.asymptotes())
    top = rim + 2 * (energy - rim) if top is None else top
    # at the rim itself a free line has infinitely many states
    energies = rim + (top - rim) * (np.arange(_ROWS) + 0.5) / _ROWS
    density = local_density_of_states(problem, energies, x)
    with sheet(title or "Scattering states and the local density of states") as paper:
        left = paper.figure.add_axes(_LEFT)
        _draw_waves(left, problem, states, density.levels, units)
        right = paper.figure.add_axes(_RIGHT)
        image = _draw_density(right, problem, density, (rim, top), units)
        bar = paper.figure.colorbar(image, cax=paper.figure.add_axes(_BAR), extend="max")
        bar.set_label("density of states, free = 1")
        draw_footer(
            paper.figure,
            "Left: |\u03c8|\u00b2 of both waves, each on the line of the energy. Bound levels lie apart from the continuum. From the stationary equation; nothing was propagated.",
        )
    return paper.picture


def _draw_potential(axes: Axes, problem: Problem, x: np.ndarray, units: UnitSystem) -> np.ndarray:
    """Draw V as a line; returns its values in shown units."""
    outline = outline_of(x, problem.potential.edges)
    values = value_on(problem, (outline,)) / units.scale(ENERGY)
    axes.plot(outline / units.scale(LENGTH), values, color=INK, lw=1.6)
    return values


def _draw_waves(axes: Axes, problem: Problem, states: ScatteringStates, levels: np.ndarray, units: UnitSystem) -> None:
    length, energy = units.scale(LENGTH), units.scale(ENERGY)
    values = _draw_potential(axes, problem, states.x, units)
    line, rungs = states.energy / energy, levels / energy
    bottom, top = min(float(values.min()), line, *rungs), max(float(values.max()), line)
    reach = (top - bottom) or abs(line) or 1.0
    low, high = bottom - 0.08 * reach, top + (_HEIGHT + 0.15) * reach
    waves = [(states.from_left, BLUE, "from the left"), (states.from_right, VERMILION, "from the right")]
    largest = max(float(np.max(np.abs(wave) ** 2)) for wave, _, _ in waves if wave is not None)
    axes.axhline(line, color=HAIR, lw=1)
    for wave, color, name in waves:
        if wave is not None:
            axes.plot(
                states.x / length, line + _HEIGHT * reach * np.abs(wave) ** 2 / largest, color=color, lw=1.8, label=name
            )
    for rung in rungs:
        axes.axhline(rung, color=SLATE, lw=1.0)
    for spike in problem.potential.spikes:
        axes.axvline(float(spike) / length, color=INK, lw=2)
    axes.set(xlim=(states.x[0] / length, states.x[-1] / length), ylim=(low, high))
    axes.set(xlabel=units.label(problem.coordinate, LENGTH), ylabel=units.label("energy", ENERGY))
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=STEPS))
    legend_above(axes)


def _draw_density(
    axes: Axes, problem: Problem, density: LocalDensity, band: tuple[float, float], units: UnitSystem
) -> AxesImage:
    length, energy = units.scale(LENGTH), units.scale(ENERGY)
    x, (rim, top) = density.x / length, (band[0] / energy, band[1] / energy)
    free = np.sqrt(float(problem.mass) / (2 * (density.energies - band[0]))) / np.pi
    shares = density.density / free[:, None]
    image = axes.imshow(
        shares,
        extent=(x[0], x[-1], rim, top),
        origin="lower",
        aspect="auto",
        cmap=density_colormap(),
        vmin=0.0,
        vmax=float(np.quantile(shares, 0.995)),
        interpolation="bilinear",
    )
    _draw_potential(axes, problem, density.x, units)
    rungs = density.levels / energy
    for rung in rungs:
        axes.axhline(rung, color=BLUE, lw=1.4)
    lowest = min([rim, *rungs])
    axes.set(
        xlim=(x[0], x[-1]),
        ylim=(lowest - 0.04 * (top - lowest) * (rungs.size > 0), top),
        title="Local density of states",
    )
    axes.set(xlabel=units.label(problem.coordinate, LENGTH), ylabel=units.label("energy", ENERGY))
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=STEPS))
    return image
