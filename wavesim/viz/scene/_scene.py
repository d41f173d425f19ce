"""The content of a picture as arrays in shown units, which can be drawn without the solver.

Heights on the page. The density stands on the bottom of its panel and has the left axis, with its largest value of the whole
run at `DENSITY_TOP` of the panel. The potential is a gray landscape with the right axis, to scale: the panel's bottom is the
lowest V in the window (0 where V is never negative), and the highest energy that matters, of a barrier, a rim or the particle,
is at `ENERGY_TOP` of the panel. Both are linear, so a well is as deep below V = 0 as its barrier is high above it, on one scale.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from ..._face import one_line
from .._numbers import power_text

DENSITY_TOP = 0.88
ENERGY_TOP = 0.68


@dataclasses.dataclass(frozen=True)
class Line:
    """A curve over time or energy: its short name and color, its values, and those of theory.

    Attributes:
        name: the label.
        color: the color of the curve and its annotations.
        values: shape (points,).
        theory: theory's values at the same points, None if it has none.
        final: theory's final value, if it has no curve.
        error: the error bar, of the worst point or of each.
        kind: the name of the theory, as shown.
        others: further theories, name and values.
    """

    __repr__ = one_line

    name: str
    color: str
    values: np.ndarray
    theory: np.ndarray | None = None
    final: float | None = None
    error: float | np.ndarray = 0.0
    kind: str = "theory"
    others: tuple[tuple[str, np.ndarray], ...] = ()

    @property
    def residual(self) -> np.ndarray | None:
        """abs(measured - theory): at every point, or from the final value theory predicts; None without theory."""
        if self.theory is not None:
            return np.abs(self.values - self.theory)
        return None if self.final is None else np.abs(self.values - self.final)


@dataclasses.dataclass(frozen=True)
class Scene:
    """Everything that a picture shows except psi.

    Attributes:
        title: headline of the picture.
        labels: axis labels by name: x, y, time, density, energy, curves.
        times: times of the frames, shape (frames,).
        window: left and right end of each axis that is shown, shape (axes, 2).
        x: positions of the picture's columns, shape (columns,).
        outline: positions at which V is given: the columns, and both sides of each edge.
        potential: V at `outline`, shape (1, points), or (frames, points) if it is driven; in two dimensions (1, rows, columns).
        energies: lowest and highest energy of the panel.
        levels: name and value of each energy drawn as a line.
        density_top: the largest density shown.
        gain: factor by which the density of each column is magnified, 1 except behind a thick barrier.
        plane: position where the magnified part begins.
        marks: positions of edges, or of the plane between two wells.
        spikes: position of each delta, and 1 for a barrier, -1 for a well.
        lines: the curves over time.
        note: text on what is not shown.
        phases: colors of the phases, shape (n, 3), uint8.
        walls: position of the hard wall on the left and on the right, None where there is none.
    """

    __repr__ = one_line

    title: str
    labels: dict[str, str]
    times: np.ndarray
    window: np.ndarray
    x: np.ndarray
    outline: np.ndarray
    potential: np.ndarray
    energies: tuple[float, float]
    levels: tuple[tuple[str, float], ...]
    density_top: float
    gain: np.ndarray
    plane: float
    marks: tuple[float, ...]
    spikes: tuple[tuple[float, int], ...]
    lines: tuple[Line, ...]
    note: str
    phases: np.ndarray
    walls: tuple[float | None, float | None] = (None, None)

    def outline_height(self, frame: int) -> np.ndarray:
        """Height of V along `outline` at that frame."""
        return self.energy_height(self.potential[min(frame, len(self.potential) - 1)])

    def ground_height(self, frame: int) -> np.ndarray:
        """Height of V in each column of the picture at that frame."""
        return np.interp(self.x, self.outline, self.outline_height(frame))

    def energy_height(self, energy: np.ndarray | float) -> np.ndarray:
        """Height of an energy in the panel: 0 at its bottom, 1 at its top, linear, clipped."""
        low, high = self.energies
        return np.clip((np.asarray(energy) - low) / (high - low), 0.0, 1.0)

    def density_height(self, density: np.ndarray) -> np.ndarray:
        """Height of the density of each column in the panel, its gain included."""
        return np.clip(DENSITY_TOP * density * self.gain / self.density_top, 0.0, 1.0)

    @property
    def span(self) -> tuple[float, float]:
        """Start and end of the time axis, also where a run was interrupted before its first frame."""
        first, last = float(self.times[0]), float(self.times[-1])
        return first, last if last > first else first + 1.0

    @property
    def magnified(self) -> str:
        """The gain as text, ``x 100 right of the barrier``; empty if it is 1."""
        if self.gain.max() == 1:
            return ""
        return f"\u00d7 {power_text(float(self.gain.max()))} {'right' if self.gain[-1] > 1 else 'left'} of the barrier"


def energy_range(lowest: float, highest: float) -> tuple[float, float]:
    """Energies at the bottom and the top of a panel that shows `lowest` .. `highest`: zero stays in, the top leaves room.

    Args:
        lowest: the lowest V in the window.
        highest: the highest energy that matters.
    """
    bottom = min(lowest, 0.0)
    reach = max(highest, 0.0) - bottom
    return (bottom, bottom + reach / ENERGY_TOP) if reach > 0 else (bottom, bottom + 1.0)


def onto_points(psi: np.ndarray, lower: float, spacing: float, points: np.ndarray, axis: int) -> np.ndarray:
    """psi between its grid points along one axis: band-limited (zero-padded FFT) where points are dense, then linear.

    Args:
        psi: amplitudes on a periodic grid.
        lower: first grid point of that axis.
        spacing: its spacing.
        points: positions of the result, equally spaced.
        axis: the axis.
    """
    count = psi.shape[axis]
    factor = int(np.ceil(2 * spacing / (points[1] - points[0])))
    moved = np.moveaxis(psi, axis, -1)
    if factor > 1:
        spectrum = np.fft.fftshift(np.fft.fft(moved), axes=-1)
        before = count * factor // 2 - count // 2
        room = (before, count * (factor - 1) - before)
        spectrum = np.pad(spectrum, [(0, 0)] * (moved.ndim - 1) + [room])
        moved = factor * np.fft.ifft(np.fft.ifftshift(spectrum, axes=-1))
    where = (points - lower) / (spacing / factor)
    left = np.floor(where).astype(int)
    rest = (where - left).astype(np.real(moved).dtype)
    size = count * factor
    return np.moveaxis((1 - rest) * moved[..., left % size] + rest * moved[..., (left + 1) % size], -1, axis)
