"""Movies: |psi|^2 colored by phase, the potential to scale, and the numbers as functions of time."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes

from ..._checks import at_least, known_keywords
from ..._face import one_line
from ...errors import ArgumentError, NumericsError
from ...units import UnitSystem
from ..scene import Scene, eventful, frames, gather, refined, result_of, shown_units, thinned
from ._cut import comes_back, cut, in_window, momenta, order_of, until_empty
from ._film import PLANE_ROWS, AbstractFilm, Progress
from ._frame import FramePainter
from ._look import PAPER, Look
from ._own_axes import AxesPainter, Draw, size_in_pixels
from ._stage import MAIN
from ._talk import TalkPainter
from ._writer import Gif, gif_of, size_for_video

if TYPE_CHECKING:
    from ...analysis import Report
    from ...propagation import Result

# called with a picture, its index in the film, and its time; may return another picture
OnFrame = Callable[[np.ndarray, int, float], np.ndarray | None]
# width over height below which the layout of a page would cut words, so that the layout of a talk is used
_WIDE = 1.45
# the default frames a second, and the least default duration in seconds
_FPS, _SECONDS = 30, 6


@dataclasses.dataclass(frozen=True)
class Movie(AbstractFilm):
    """A movie that is painted when it is saved or shown: ``movie.save("tunneling.mp4")``.

    Attributes:
        scene: everything to show except psi.
        result: the run.
        units: the units of the labels.
        fps: frames a second; one frame for each saved frame of the run.
        width: pixels across, an even number.
        height: pixels down, an even number.
        progress: called with (frames done, frames in all).
        look, on_frame, ax, draw: see `animate`.
        gif: the limits of a .gif of it.
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
    ax: Axes | None = None
    draw: Draw | None = None
    gif: Gif = Gif()

    @property
    def order(self) -> np.ndarray:
        """The frame of the run that each picture shows."""
        return order_of(len(self.result.psi), comes_back(self.result), self.look, self.fps)

    @property
    def name(self) -> str:
        """Its headline."""
        return self.scene.title

    def painted(self, ground: str | None = None) -> Iterator[np.ndarray]:
        """The pictures in order, on a background of the color `ground` if given; each is overwritten by the next."""
        if self.ax is not None:
            yield from self._in_own_axes(self.ax)
            return
        painter = self._painter(ground)
        rows = painter.panel.shape[0] if isinstance(painter, TalkPainter) else round(MAIN[3] * self.height)
        # a plane is painted on more points than psi is computed on: linear interpolation is enough
        points = min(rows, PLANE_ROWS) if isinstance(painter, TalkPainter) else rows
        for place, (index, psi) in enumerate(self._shown(points)):
            yield self._called_back(painter.paint(index, psi), place, index)

    def _in_own_axes(self, axes: Axes) -> Iterator[np.ndarray]:
        painter = AxesPainter(self.scene, self.look, axes, self.draw)
        try:
            for place, (index, psi) in enumerate(self._shown(PLANE_ROWS)):
                yield self._called_back(painter.paint(index, psi, place), place, index)
        finally:
            painter.close()

    def _shown(self, rows: int) -> Iterator[tuple[int, np.ndarray]]:
        """The index of the frame in each picture, and psi there; in a plane on `rows` rows."""
        if self.look.part == "momentum":
            amplitudes = iter(momenta(self.result, self.scene, self.units)[1])
        else:
            amplitudes = frames(self.result, self.scene, self.units, rows)
        shown, psi = -1, None
        for index in self.order:
            while shown < index:
                psi, shown = next(amplitudes), shown + 1
            assert psi is not None
            yield int(index), psi

    def _called_back(self, picture: np.ndarray, place: int, index: int) -> np.ndarray:
        changed = None if self.on_frame is None else self.on_frame(picture, place, float(self.scene.times[index]))
        return picture if changed is None else changed

    def transparent(self) -> Iterator[np.ndarray]:
        """The pictures with an alpha channel; those of a user's own figure unchanged."""
        return super().transparent() if self.ax is None else self.frames()

    def _painter(self, ground: str | None = None) -> FramePainter | TalkPainter:
        if self.look.plain and ground is None and self.width >= _WIDE * self.height:
            return FramePainter(self.scene, self.width, self.height)
        return TalkPainter(self.scene, self.look, self.width, self.height, ground)


@known_keywords(**{field.name: f"give look=Look({field.name}=...)." for field in dataclasses.fields(Look)})
def animate(
    source: Result | Report,
    path: str | os.PathLike[str] | None = None,
    *,
    units: UnitSystem | None = None,
    title: str = "",
    fps: int | None = None,
    width: int | None = None,
    height: int | None = None,
    look: Look = PAPER,
    ax: Axes | None = None,
    draw: Draw | None = None,
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
        title: headline; by default the names of the state and the potential.
        fps: frames a second; by default 30, or fewer so that a short run lasts six seconds. Between similar frames of a line further ones are interpolated; in a plane only for a given duration.
        width: pixels across, by default 1280, for a .gif 640; rounded up to an even number, which video needs.
        height: pixels down, likewise; by default 720.
        look: its style and its panels; see `Look`.
        ax: your own Matplotlib axes, into which the wave and the potential are drawn on the scale of the density; the film shows their whole
            figure at its size. The drawing is removed from the axes at the end. The style of the look has no effect.
        draw: with `ax`, called with the `Moment` of each picture before the figure is drawn; it may change the figure.
            With ``look=Look(show=())`` it draws everything.
        on_frame: called with each picture, RGBA of shape (height, width, 4), its index in the film and its time; it may draw into the
            picture, or return another one.
        progress: called with (frames done, frames in all) while a file is written.

    Raises:
        NumericsError: if the run kept no psi, or has three dimensions.
        ArgumentError: if fps or the size is too small, or `draw` is given without `ax`.

    A trace of the transmitted probability below the wave::

        figure, (above, below) = plt.subplots(2)
        (trace,) = below.plot([], [])
        below.set(xlim=(0, 80), ylim=(0, 1), xlabel="time", ylabel="transmitted")
        passed = []

        def draw(moment):
            passed.append((moment.time, moment.numbers["transmitted"]))
            trace.set_data(*zip(*passed))

        ws.animate(report, ax=above, draw=draw).save("tunneling.mp4")
    """
    units = shown_units(source) if units is None else units
    source = until_empty(eventful(source))
    result = result_of(source)
    look = look.settled(result.numerics.grid.dimension)
    if look.tlim is not None and len(result.psi):
        source = thinned(source, cut(result, look, units))
    if look.duration is not None:
        source = refined(source, round(look.duration * (fps or _FPS)))
    elif fps is None and result.numerics.grid.dimension == 1:
        # painting a plane takes too long for interpolated frames by default
        source = refined(source, _SECONDS * _FPS + 1)
    result = result_of(source)
    gif = gif_of(width, fps)
    fps = max(12, min(_FPS, len(result.psi) // _SECONDS)) if fps is None else fps
    at_least("fps", fps, 1)
    width, height = size_for_video(width, height)
    if draw is not None and ax is None:
        raise ArgumentError("draw", "must have axes to draw into, but there are none; give ax= too, or use on_frame=.")
    if not len(result.psi):
        raise NumericsError("a movie needs psi at every frame, but the run kept none; propagate with save_psi=True.")
    if result.numerics.grid.dimension > 2:
        raise NumericsError("a movie needs one or two dimensions, but the run has three; draw a plane of result.psi.")
    if ax is not None:
        width, height = size_in_pixels(ax)
        columns, rows = (max(2, round(side)) for side in ax.get_window_extent().size)
    else:
        columns = round((MAIN[2] if look.plain and width >= _WIDE * height else 1.0) * width)
        rows = round(MAIN[3] * height)
    scene = gather(source, columns, min(rows, PLANE_ROWS), units, title)
    if look.xlim is not None and look.part != "momentum":
        scene = in_window(scene, result, np.array([look.xlim, *scene.window[1:]], float), units)
    if look.part == "momentum":
        scene = momenta(result, scene, units)[0]
    movie = Movie(scene, result, units, fps, width, height, progress, look, on_frame, ax, draw, gif)
    if path is not None:
        movie.save(path)
    return movie
