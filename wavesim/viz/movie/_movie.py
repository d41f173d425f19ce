"""Movies: |psi|^2 colored by phase, the potential to scale, and the numbers as they grow."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from ..._checks import at_least
from ..._face import one_line
from ...errors import NumericsError
from ...units import UnitSystem
from ..scene import Scene, eventful, frames, gather, result_of, shown_units, thinned
from ._cut import comes_back, cut, momenta, order_of, through
from ._film import PLANE_ROWS, AbstractFilm, Progress
from ._frame import FramePainter
from ._look import PAPER, Look
from ._stage import MAIN
from ._talk import TalkPainter

if TYPE_CHECKING:
    from ...analysis import Report
    from ...propagation import Result

# a picture, its place in the film, and the time that it shows
OnFrame = Callable[[np.ndarray, int, float], np.ndarray | None]
# width over height below which the page's layout would cut words: it is laid out like a hall's then
_WIDE = 1.45


@dataclasses.dataclass(frozen=True)
class Movie(AbstractFilm):
    """A movie that is painted when it is saved or shown: ``movie.save("tunneling.mp4")``.

    Attributes:
        scene: what is shown, but for psi.
        result: the run.
        units: the units of the labels.
        fps: frames a second; one frame for each saved frame of the run.
        width: pixels across, a multiple of 16.
        height: pixels down, a multiple of 16.
        progress: called with (frames done, frames in all).
    """

    __repr__ = one_line

    scene: Scene
    result: Result
    units: UnitSystem
    fps: int
    width: int
    height: int
    progress: Progress
    look: Look = PAPER
    on_frame: OnFrame | None = None

    @property
    def order(self) -> np.ndarray:
        """The frame of the run that each picture shows."""
        return order_of(len(self.result.psi), comes_back(self.result), self.look, self.fps)

    @property
    def name(self) -> str:
        """Its headline."""
        return self.scene.title

    def painted(self, ground: str | None = None) -> Iterator[np.ndarray]:
        """The pictures in order, on a ground of another color than the look's if one is given; each is overwritten by the next."""
        painter = self._painter(ground)
        rows = painter.panel.shape[0] if isinstance(painter, TalkPainter) else round(MAIN[3] * self.height)
        scene = self.scene
        if self.look.part == "momentum":
            scene, waves = momenta(self.result, self.scene, self.units)
            amplitudes: Iterator[np.ndarray] = iter(waves)
        else:
            # a plane is painted finer than it is known: straight lines between its own points are enough
            known = min(rows, PLANE_ROWS) if isinstance(painter, TalkPainter) else rows
            amplitudes = frames(self.result, scene, self.units, known)
        shown, psi = -1, None
        for place, index in enumerate(self.order):
            while shown < index:
                psi, shown = next(amplitudes), shown + 1
            assert psi is not None
            picture = painter.paint(int(index), psi)
            if self.on_frame is not None:
                drawn = self.on_frame(picture, place, float(scene.times[index]))
                picture = picture if drawn is None else drawn
            yield picture

    def _painter(self, ground: str | None = None) -> FramePainter | TalkPainter:
        if self.look.plain and ground is None and self.width >= _WIDE * self.height:
            return FramePainter(self.scene, self.width, self.height)
        return TalkPainter(self.scene, self.look, self.width, self.height, ground)


def animate(
    source: Result | Report,
    path: str | os.PathLike[str] | None = None,
    *,
    units: UnitSystem | None = None,
    title: str = "",
    fps: int | None = None,
    width: int = 1280,
    height: int = 720,
    look: Look = PAPER,
    on_frame: OnFrame | None = None,
    progress: Progress = lambda done, total: None,
) -> Movie:
    """A movie of a run: ``wavesim.animate(result).save("tunneling.mp4")``; in a notebook it shows itself.

    The density |psi|^2 stands on the bottom of the panel and has the left axis; its color is the phase of psi. The potential is
    the gray landscape, to scale on the right axis, wells below V = 0 included; the two scales are independent.

    Args:
        source: a result with psi kept, or a report, which adds theory's curves.
        path: where to save it at once, if given.
        units: units of the labels; by default those of the problem.
        title: headline; by default what moves in what.
        fps: frames a second; by default 30, or fewer so that a short run lasts six seconds.
        width: pixels across, rounded up to a multiple of 16, as video wants it.
        height: pixels down, likewise.
        look: its style and what is on it; see `Look`.
        on_frame: called with each picture, RGBA of shape (height, width, 4), its place in the film and the time it shows; it may draw into the
            picture, or return another one.
        progress: called with (frames done, frames in all) while a file is written.

    Raises:
        NumericsError: if the run kept no psi, or has three dimensions.
        ArgumentError: if fps or the size is too small.
    """
    units = shown_units(source) if units is None else units
    source = eventful(source)
    result = result_of(source)
    if look.tlim is not None and len(result.psi):
        source = thinned(source, cut(result, look, units))
        result = result_of(source)
    fps = max(12, min(30, len(result.psi) // 6)) if fps is None else fps
    at_least("fps", fps, 1)
    at_least("width", width, 320)
    at_least("height", height, 180)
    if not len(result.psi):
        raise NumericsError("a movie needs psi at every frame, but the run kept none; propagate with save_psi=True.")
    if result.numerics.grid.dimension > 2:
        raise NumericsError("a movie needs one or two dimensions, but the run has three; draw a plane of result.psi.")
    width, height = -(-width // 16) * 16, -(-height // 16) * 16
    across = MAIN[2] if look.plain and width >= _WIDE * height else 1.0
    scene = gather(source, round(across * width), min(round(MAIN[3] * height), PLANE_ROWS), units, title)
    if look.xlim is not None and look.part != "momentum":
        scene = through(scene, result, np.array([look.xlim, *scene.window[1:]], float), units)
    if look.part == "momentum":
        scene = momenta(result, scene, units)[0]
    movie = Movie(scene, result, units, fps, width, height, progress, look, on_frame)
    if path is not None:
        movie.save(path)
    return movie
