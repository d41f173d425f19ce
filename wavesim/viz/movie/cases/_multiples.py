"""A movie of many runs side by side: in each panel the density colored by phase, the potential, and the label of the run."""

from __future__ import annotations

import dataclasses
import itertools
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ...._checks import at_least
from ...._face import one_line
from ....errors import ArgumentError, NumericsError
from ....units import UnitSystem
from ...scene import Scene, frames, gather, refined, result_of, shown_units, thinned
from .._cut import comes_back, cut, in_window, momenta, order_of
from .._film import PLANE_ROWS, AbstractFilm, Progress
from .._look import PAPER, Look
from .._writer import Gif, gif_of, size_for_video
from ._common_scale import SIMILAR, on_common_scale, synchronized
from ._mosaic import MosaicPainter
from ._page import MultiplesPainter, arrangement

if TYPE_CHECKING:
    from ....analysis import Report
    from ....problem import Problem
    from ....propagation import Result

MOST, _FPS = 12, 25


@dataclasses.dataclass(frozen=True)
class Multiples(AbstractFilm):
    """A movie of many runs, painted when it is saved: ``multiples.save("sweep.mp4")``.

    Attributes:
        title: headline.
        scenes: of the runs, without psi; the title of each is its label.
        results: the runs, each with the same number of frames.
        units: the units of the labels.
        fps: frames a second.
        width: pixels across.
        height: pixels down.
        progress: called with (frames done, frames in all).
        look: style, part of psi and panels.
        gif: the limits of a .gif of it.
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
    look: Look = PAPER
    gif: Gif = Gif()

    @property
    def name(self) -> str:
        """Its headline."""
        return self.title

    @property
    def order(self) -> np.ndarray:
        """The frame of the runs that each picture shows."""
        return order_of(len(self.scenes[0].times), all(map(comes_back, self.results)), self.look, self.fps)

    def painted(self, ground: str | None = None) -> Iterator[np.ndarray]:
        """The pictures in order, on a background of the color `ground` if given; each is overwritten by the next."""
        painter, rows = self._painter(ground)
        each = [self._waves(result, scene, rows) for result, scene in zip(self.results, self.scenes, strict=True)]
        shown, amplitudes = -1, ()
        for index in self.order:
            while shown < index:
                amplitudes, shown = tuple(map(next, each)), shown + 1
            yield painter.paint(int(index), amplitudes)

    def _painter(self, ground: str | None) -> tuple[MultiplesPainter | MosaicPainter, int]:
        """The painter, and the number of rows of points that it needs in a plane."""
        flat = len(self.scenes[0].window) == 1
        if self.look.plain and flat and ground is None:
            return MultiplesPainter(self.title, self.scenes, self.width, self.height), 1
        painter = MosaicPainter(self.title, self.scenes, self.look, self.width, self.height, ground)
        return painter, min(painter.cells[0][1].panel.shape[0], PLANE_ROWS)

    def _waves(self, result: Result, scene: Scene, rows: int) -> Iterator[np.ndarray]:
        if self.look.part == "momentum":
            return iter(momenta(result, scene, self.units, scene.window[0])[1])
        return frames(result, scene, self.units, rows)


def small_multiples(
    runs: Mapping[str, Problem | Result | Report],
    path: str | os.PathLike[str] | None = None,
    *,
    units: UnitSystem | None = None,
    title: str = "",
    tolerance: float = 1e-3,
    fixed: Sequence[Mapping[str, Any]] = (),
    count: int = 150,
    fps: int | None = None,
    width: int | None = None,
    height: int | None = None,
    look: Look = PAPER,
    progress: Progress = lambda done, total: None,
) -> Multiples:
    """A movie of up to twelve runs side by side: ``small_multiples({"height 0.5": problem, "height 1": other}, "sweep.mp4")``.

    All panels share the density's scale and its gain behind barriers, and where they are alike the window, the energies and the clock; else
    each panel tells its own time. Reports have a number each. For a sweep: ``rows = spread(layout.shape)`` chooses rows; the label of a row is its coordinates, its problem and numerics are
    those of ``sweep.request(row)``.

    Args:
        runs: by label: problems, which are propagated here, results with psi, or reports of such; all of one dimension, or of two.
        path: where to save it at once, if given.
        units: units of the labels; by default those of the first run's problem.
        title: headline.
        tolerance: what the propagations aim at; a picture needs no more than 1e-3.
        fixed: for each run the numerics given by hand, as in `wavesim.plan`, but for frames.
        count: frames of the movie after the first one.
        fps: frames a second, by default 25.
        width: pixels across, by default 1280, of a .gif 640; rounded up to an even number, as video wants it.
        height: pixels down, likewise; by default 720.
        look: its style and what is on it; see `Look`.
        progress: called with (frames done, frames in all) while a file is written.

    Returns:
        the movie.

    Raises:
        ArgumentError: if there are no runs or more than twelve, or a size is too small.
        NumericsError: if a run has three dimensions, or some have one and others two, or a result kept no psi.
    """
    from ....problem import Problem

    gif = gif_of(width, fps)
    fps = _FPS if fps is None else fps
    at_least("fps", fps, 1)
    at_least("count", count, 1)
    width, height = size_for_video(width, height)
    if not 1 <= len(runs) <= MOST:
        raise ArgumentError("runs", f"must be 1 to {MOST}, but are {len(runs)}; choose some of them with `spread`.")
    if units is None:
        first = next(iter(runs.values()))
        units = first.shown_in if isinstance(first, Problem) else shown_units(first)
    given = _results(list(runs.values()), tolerance, [*fixed] or [{}] * len(runs), count)
    for label, run in zip(runs, given, strict=True):
        _must_be_shown(label, result_of(run), result_of(given[0]))
    look = look.settled(result_of(given[0]).numerics.grid.dimension)
    if look.tlim is not None:
        given = [thinned(run, cut(result_of(run), look, units)) for run in given]
    given = synchronized([refined(run, count + 1) for run in given], count)
    results = [result_of(run) for run in given]
    columns, rows = arrangement(len(given), width / height)
    points = width // columns, min(height // rows, PLANE_ROWS)
    scenes = [_scene(run, points, units, label, look) for label, run in zip(runs, given, strict=True)]
    if look.part == "momentum":
        ends = np.array(
            [momenta(result, scene, units)[0].window[0] for result, scene in zip(results, scenes, strict=True)]
        )
        window = np.array([ends[:, 0].min(), ends[:, 1].max()])
        scenes = [momenta(result, scene, units, window)[0] for result, scene in zip(results, scenes, strict=True)]
        top = max(scene.density_top for scene in scenes)
        scenes = [dataclasses.replace(scene, density_top=top) for scene in scenes]
    else:
        scenes = on_common_scale(scenes, results, units)
    movie = Multiples(title, tuple(scenes), tuple(results), units, fps, width, height, progress, look, gif)
    if path is not None:
        movie.save(path)
    return movie


def _must_be_shown(label: str, run: Result, first: Result) -> None:
    """Refuse runs that cannot be painted side by side.

    Raises:
        NumericsError: if a run kept no psi, or has more dimensions than can be shown, or others than the first.
    """
    dimension, wanted = run.numerics.grid.dimension, first.numerics.grid.dimension
    if dimension > 2:
        raise NumericsError(
            f"side by side, runs must have one or two dimensions, but {label} has three; draw a plane of result.psi."
        )
    if dimension != wanted:
        raise NumericsError(
            f"side by side, runs must have as many dimensions as the first, {wanted}, but {label} has {dimension}; leave it out."
        )
    if not len(run.psi):
        raise NumericsError(f"a movie needs psi at every frame, but {label} kept none; propagate with save_psi=True.")


def _scene(run: Result | Report, points: tuple[int, int], units: UnitSystem, label: str, look: Look) -> Scene:
    """The scene of a run with its label as title; without numbers for a bare result."""
    scene = gather(run, *points, units, label)
    if look.xlim is not None and look.part != "momentum":
        scene = in_window(scene, result_of(run), np.array([look.xlim, *scene.window[1:]], float), units)
    return scene if result_of(run) is not run else dataclasses.replace(scene, lines=())


def spread(shape: Sequence[int], most: int = MOST) -> list[int]:
    """At most `most` rows of a table of this shape, spread evenly over its axes; rows are counted with the last axis fastest.

    Two axes of many values give 4 x 3 rows, their corners among them.
    """
    counts = [1] * len(shape)
    while True:
        # one more value for the axis whose values are farthest apart
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
    runs: Sequence[Problem | Result | Report], tolerance: float, fixed: Sequence[Mapping[str, Any]], count: int
) -> list[Result | Report]:
    """The results of all runs; problems are propagated, for the longest of their durations if these are similar."""
    from ....problem import Problem
    from ....propagation import plan, propagate

    # more frames than are shown, because a run is cut where its picture is empty
    given = [{**numerics, "frames": 2 * count} for numerics in fixed]
    durations = {
        place: float(plan(run, tolerance, **given[place]).numerics.duration)
        for place, run in enumerate(runs)
        if isinstance(run, Problem)
    }
    longest = max(durations.values(), default=0.0)
    together = longest < SIMILAR * min(durations.values(), default=0.0)
    results: list[Result | Report] = []
    for place, run in enumerate(runs):
        if isinstance(run, Problem):
            lasting = dataclasses.replace(run, duration=longest if together else durations[place])
            results.append(propagate(lasting, tolerance=tolerance, **given[place]))
        else:
            results.append(run)
    return results
