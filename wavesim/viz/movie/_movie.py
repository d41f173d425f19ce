"""Movies: |psi|^2 colored by phase, the potential to scale, and the numbers as they grow."""

from __future__ import annotations

import base64
import dataclasses
import html
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..._checks import at_least
from ...errors import NumericsError
from ...units import UnitSystem
from ..scene import NATURAL, Scene, eventful, frames, gather, result_of
from ._frame import FramePainter
from ._stage import MAIN
from ._writer import deliver, ffmpeg

if TYPE_CHECKING:
    from ...analysis import Report
    from ...propagation import Result

Progress = Callable[[int, int], None]
_LARGEST_EMBEDDED = 20e6


@dataclasses.dataclass(frozen=True)
class Movie:
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

    scene: Scene
    result: Result
    units: UnitSystem
    fps: int
    width: int
    height: int
    progress: Progress

    def frames(self) -> Iterator[np.ndarray]:
        """The pictures in order, RGBA of shape (height, width, 4), uint8; copy what you keep."""
        amplitudes = frames(self.result, self.scene, self.units, round(MAIN[3] * self.height))
        painter = FramePainter(self.scene, self.width, self.height)
        for index, psi in enumerate(amplitudes):
            yield painter.paint(index, psi)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the movie; the suffix chooses the format: .mp4, .webm, or .gif (smaller, 15 frames a second, for slides).

        Without ffmpeg, a warning says so and a .gif is written instead.

        Returns:
            where it was written.

        Raises:
            ArgumentError: if the suffix is none of these.
        """
        return deliver(
            Path(path), self.frames(), len(self.scene.times), (self.width, self.height), self.fps, self.progress
        )

    def _repr_html_(self) -> str:
        suffix = ".mp4" if ffmpeg() is not None else ".gif"
        with tempfile.TemporaryDirectory() as folder:
            data = self.save(Path(folder) / f"movie{suffix}").read_bytes()
        title = html.escape(self.scene.title)
        if len(data) > _LARGEST_EMBEDDED:
            return (
                f'<p>{title}: {len(data) / 1e6:.0f} MB are too many to embed; use <code>.save("movie.mp4")</code>.</p>'
            )
        text = base64.b64encode(data).decode()
        if suffix == ".gif":
            return f'<img width="{self.width // 2}" alt="{title}" src="data:image/gif;base64,{text}">'
        source = f'<source type="video/mp4" src="data:video/mp4;base64,{text}">'
        return (
            f'<video width="{self.width * 3 // 4}" controls loop autoplay muted aria-label="{title}">{source}</video>'
        )


def animate(
    source: Result | Report,
    path: str | os.PathLike[str] | None = None,
    *,
    units: UnitSystem = NATURAL,
    title: str = "",
    fps: int | None = None,
    width: int = 1280,
    height: int = 720,
    progress: Progress = lambda done, total: None,
) -> Movie:
    """A movie of a run: ``wavesim.animate(result).save("tunneling.mp4")``; in a notebook it shows itself.

    The density |psi|^2 stands on the bottom of the panel and has the left axis; its color is the phase of psi. The potential is
    the gray landscape, to scale on the right axis, wells below V = 0 included; the two scales are independent.

    Args:
        source: a result with psi kept, or a report, which adds theory's curves.
        path: where to save it at once, if given.
        units: units of the labels.
        title: headline; by default what moves in what.
        fps: frames a second; by default 30, or fewer so that a short run lasts six seconds.
        width: pixels across, rounded up to a multiple of 16, as video wants it.
        height: pixels down, likewise.
        progress: called with (frames done, frames in all) while a file is written.

    Raises:
        NumericsError: if the run kept no psi, or has three dimensions.
        ArgumentError: if fps or the size is too small.
    """
    source = eventful(source)
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
    scene = gather(source, round(MAIN[2] * width), round(MAIN[3] * height), units, title)
    movie = Movie(scene, result, units, fps, width, height, progress)
    if path is not None:
        movie.save(path)
    return movie
