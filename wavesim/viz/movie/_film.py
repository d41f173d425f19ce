"""The base class of films: painting, saving in any format, and display in a notebook."""

from __future__ import annotations

import abc
import base64
import html
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from ._look import Look
from ._max_size import bytes_of, write_below
from ._writer import Gif, check_suffix, deliver, ffmpeg, write_pictures

Progress = Callable[[int, int], None]
# largest film that a notebook embeds [bytes]
_LARGEST_EMBEDDED = 20e6
# most rows of points to which a plane is interpolated before it is stretched to the picture
PLANE_ROWS = 480


class AbstractFilm(abc.ABC):
    """A film that is painted when it is saved or shown: ``film.save("tunneling.mp4")``."""

    fps: int
    width: int
    height: int
    progress: Progress
    look: Look
    gif: Gif

    @property
    @abc.abstractmethod
    def name(self) -> str:
        """Its headline."""

    @property
    @abc.abstractmethod
    def order(self) -> np.ndarray:
        """The frame of the run that each picture shows."""

    @abc.abstractmethod
    def painted(self, ground: str | None = None) -> Iterator[np.ndarray]:
        """The pictures in order, on a background of the color `ground` if given; each is overwritten by the next."""

    def frames(self) -> Iterator[np.ndarray]:
        """The pictures in order, RGBA of shape (height, width, 4), uint8; copy those that you keep."""
        return self.painted()

    def save(self, path: str | os.PathLike[str], *, max_size: str | int | None = None) -> Path:
        """Write the film as .mp4, .webm, .gif or .png, by the suffix of the path.

        A .gif has 640 pixels across and 15 frames a second, for slides, unless the size or the rate of the film was given. A .png is written
        for each picture, film_0001.png and so on, with a transparent background, for editing. Without ffmpeg a .gif is written instead of a
        video, with a warning.

        Args:
            path: of the file.
            max_size: of a .gif, ``"5MB"`` or bytes: a larger one gets fewer pixels, frames or colors, and a warning says which; the film is
                painted again for each size that is tried.

        Returns:
            the path of the file that was written.

        Raises:
            ArgumentError: if the suffix is none of these, or not even the smallest gif is below `max_size`.
        """
        target, count = Path(path), len(self.order)
        check_suffix(target)
        if max_size is not None:
            limit = bytes_of(max_size)
            size = self.width, self.height
            return write_below(target, limit, self.frames, count, size, self.fps, self.progress, self.gif)
        if target.suffix == ".png":
            return write_pictures(target, self.transparent(), count, self.progress)
        return deliver(target, self.frames(), count, (self.width, self.height), self.fps, self.progress, self.gif)

    def transparent(self) -> Iterator[np.ndarray]:
        """The pictures with an alpha channel: what differs on black and on white ground lets the ground through."""
        for dark, light in zip(self.painted("#000000"), self.painted("#FFFFFF"), strict=True):
            low, high = dark[..., :3].astype(np.float32), light[..., :3].astype(np.float32)
            alpha = np.clip(255 - (high - low).mean(axis=2), 0, 255)
            share = np.maximum(alpha, 1)[..., None] / 255
            yield np.concatenate([np.clip(low / share, 0, 255), alpha[..., None]], axis=2).astype(np.uint8)

    def _repr_html_(self) -> str:
        suffix = ".mp4" if ffmpeg() is not None else ".gif"
        with tempfile.TemporaryDirectory() as folder:
            data = self.save(Path(folder) / f"movie{suffix}").read_bytes()
        title = html.escape(self.name)
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
