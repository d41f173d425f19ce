"""A movie of many runs side by side: in each panel the density colored by phase, the potential, and what tells the run from the others."""

from __future__ import annotations

import dataclasses
import itertools
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from ..._checks import at_least
from ..._face import one_line
from ...errors import ArgumentError, NumericsError
from ...units import UnitSystem
from ..scene import Scene, eventful, frames, gather, result_of
from ._cut import through
from ._movie import Progress
from ._sweep_stage import MultiplesPainter, arrangement
from ._writer import deliver

if TYPE_CHECKING:
    from ...problem import Problem
    from ...propagation import Result

MOST = 12
# runs whose lengths, windows or energies differ by less than this share a clock or a scale
_ALIKE = 3.0


@dataclasses.dataclass(frozen=True)
class Multiples:
    """A movie of many runs, painted when it is saved: ``multiples.save("sweep.mp4")``.

    Attributes:
        title: headline.
        scenes: what is shown of each run, but for psi; its title is the label.
        results: the runs, each with the same number of frames.
        units: the units of the labels.
        fps: frames a second.
        width: pixels across.
        height: pixels down.
        progress: called with (frames done, frames in all).
    """

    __repr__ = one_line

    title: str
    scenes: tuple[Scene, ...]
    results: tuple[Result, ...]
    units: UnitSystem
    fps: int
    width: int
    height: int
    progress: Progress

    def frames(self) -> Iterator[np.ndarray]:
        """The pictures in order, RGBA of shape (height, width, 4), uint8; copy what you keep."""
        painter = MultiplesPainter(self.title, self.scenes, self.width, self.height)
        each = [frames(result, scene, self.units, 1) for result, scene in zip(self.results, self.scenes, strict=True)]
        for index, amplitudes in enumerate(zip(*each, strict=True)):
            yield painter.paint(index, amplitudes)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the movie; the suffix chooses the format: .mp4, .webm or .gif (the last also where ffmpeg is missing).

        Raises:
            ArgumentError: if the suffix is none of these.
        """
        count = len(self.scenes[0].times)
        return deliver(Path(path), self.frames(), count, (self.width, self.height), self.fps, self.progress)


def small_multiples(
    runs: Mapping[str, Problem | Result],
    path: str | os.PathLike[str] | None = None,
    *,
    units: UnitSystem | None = None,
    title: str = "",
    tolerance: float = 1e-3,
    fixed: Sequence[Mapping[str, Any]] = (),
    count: int = 150,
    fps: int = 25,
    width: int = 1280,
    height: int = 720,
    progress: Progress = lambda done, total: None,
) -> Multiples:
    """A movie of up to twelve runs side by side: ``small_multiples({"height 0.5": problem, "height 1": other}, "sweep.mp4")``.

    All panels share the density's scale, and where they are alike the window, the energies and the clock; else each panel tells its own
    time. For a sweep: ``rows = spread(layout.shape)`` chooses rows; the label of a row is its coordinates, its problem and numerics are
    those of ``sweep.asked(row)``.

    Args:
        runs: by label: problems, which are propagated here, or results with psi.
        path: where to save it at once, if given.
        units: units of the labels; by default those of the first run's problem.
        title: headline.
        tolerance: what the propagations aim at; a picture needs no more than 1e-3.
        fixed: for each run the numerics given by hand, as in `wavesim.plan`, but for frames.
        count: frames of the movie after the first one.
        fps: frames a second.
        width: pixels across, rounded up to a multiple of 16, as video wants it.
        height: pixels down, likewise.
        progress: called with (frames done, frames in all) while a file is written.

    Returns:
        the movie.

    Raises:
        ArgumentError: if there are no runs or more than twelve, or a size is too small.
        NumericsError: if a run is not of one dimension, or a result kept no psi.
    """
    at_least("fps", fps, 1)
    at_least("count", count, 1)
    at_least("width", width, 320)
    at_least("height", height, 180)
    if not 1 <= len(runs) <= MOST:
        raise ArgumentError("runs", f"must be 1 to {MOST}, but are {len(runs)}; choose some of them with `spread`.")
    if units is None:
        first: Any = next(iter(runs.values()))
        # a run has a problem, a problem is one
        units = cast(UnitSystem, getattr(first, "problem", first).shown_in)
    results = _results(list(runs.values()), tolerance, [*fixed] or [{}] * len(runs), count)
    for label, result in zip(runs, results, strict=True):
        if result.numerics.grid.dimension > 1:
            raise NumericsError(f"side by side, runs must have one dimension, but {label} has more; use `animate`.")
        if not len(result.psi):
            raise NumericsError(
                f"a movie needs psi at every frame, but {label} kept none; propagate with save_psi=True."
            )
    results = _in_step(results, count)
    width, height = -(-width // 16) * 16, -(-height // 16) * 16
    columns, _ = arrangement(len(results))
    scenes = _alike(
        [gather(r, width // columns, 1, units, t) for t, r in zip(runs, results, strict=True)], results, units
    )
    movie = Multiples(title, tuple(scenes), tuple(results), units, fps, width, height, progress)
    if path is not None:
        movie.save(path)
    return movie


def spread(shape: Sequence[int], most: int = MOST) -> list[int]:
    """Rows of a table of that shape, counted with the last axis fastest, that are spread evenly over its axes: `most` or fewer.

    Two axes of many values give 4 x 3 rows, their corners among them.
    """
    counts = [1] * len(shape)
    while True:
        # the axis whose chosen values lie farthest apart gets one more
        grown = [axis for axis, size in enumerate(shape) if counts[axis] < size]
        grown = [axis for axis in grown if np.prod(counts) // counts[axis] * (counts[axis] + 1) <= most]
        if not grown:
            break
        counts[min(grown, key=lambda axis: counts[axis] / shape[axis])] += 1
    places = [
        sorted({round(float(at)) for at in np.linspace(0, size - 1, number)}) if number > 1 else [(size - 1) // 2]
        for size, number in zip(shape, counts, strict=True)
    ]
    return [int(np.ravel_multi_index(place, tuple(shape))) for place in itertools.product(*places)]


def _results(
    runs: Sequence[Problem | Result], tolerance: float, fixed: Sequence[Mapping[str, Any]], count: int
) -> list[Result]:
    """Propagate what is a problem, all for the longest of their durations if these are alike."""
    from ...problem import Problem
    from ...propagation import plan, propagate

    # more than are shown, for a run is cut where its picture is empty
    given = [{**one, "frames": 2 * count} for one in fixed]
    durations = {
        place: float(plan(run, tolerance, **given[place]).numerics.duration)
        for place, run in enumerate(runs)
        if isinstance(run, Problem)
    }
    longest = max(durations.values(), default=0.0)
    together = longest < _ALIKE * min(durations.values(), default=0.0)
    results = []
    for place, run in enumerate(runs):
        if isinstance(run, Problem):
            lasting = dataclasses.replace(run, duration=longest if together else durations[place])
            results.append(propagate(lasting, tolerance=tolerance, **given[place]))
        else:
            results.append(run)
    return results


def _in_step(results: Sequence[Result], count: int) -> list[Result]:
    """Each run at `count` + 1 times up to where its picture is empty; the same times for all if these ends are alike.

    A run that ends before the common end stands still.
    """
    ends = [float(result_of(eventful(result)).times[-1]) for result in results]
    common = max(ends) < _ALIKE * min(ends)
    found = []
    for result, end in zip(results, ends, strict=True):
        times = np.linspace(float(result.times[0]), max(ends) if common else end, count + 1)
        nearest = np.rint(np.interp(times, result.times, np.arange(len(result.times)))).astype(int)
        found.append(
            dataclasses.replace(
                result,
                times=times,
                psi=result.psi[nearest],
                series={name: values[nearest] for name, values in result.series.items()},
                absorbed=result.absorbed[nearest],
            )
        )
    return found


def _alike(scenes: Sequence[Scene], results: Sequence[Result], units: UnitSystem) -> list[Scene]:
    """The scenes with one scale for the density; one window and one range of energies where they differ little."""
    top = max(scene.density_top for scene in scenes)
    scenes = [dataclasses.replace(scene, density_top=top) for scene in scenes]
    windows = np.array([scene.window[0] for scene in scenes])
    spans = np.ptp(windows, axis=1)
    if spans.max() < _ALIKE * spans.min():
        window = np.array([windows[:, 0].min(), windows[:, 1].max()])
        scenes = [through(scene, result, window, units) for scene, result in zip(scenes, results, strict=True)]
    energies = np.array([scene.energies for scene in scenes])
    reach = np.ptp(energies, axis=1)
    if reach.max() < _ALIKE * reach.min():
        shared = float(energies[:, 0].min()), float(energies[:, 1].max())
        scenes = [dataclasses.replace(scene, energies=shared) for scene in scenes]
    return scenes
