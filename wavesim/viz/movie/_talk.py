"""The layout for a lecture hall: the wave fills a frame of any shape, on a dark or white background, with large type and one number."""

from __future__ import annotations

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from PIL import Image

from .._colors import INK, SLATE, house_style, phase_colors
from .._counters import Counter
from .._words import set_formulas
from ..draw import draw_spikes
from ..scene import Scene
from ._captions import clock_words, longest_number, number_words
from ._fit import fit
from ._frame import fill_columns, plane_strength
from ._look import Look

_DARK, _LIGHT = "#0B0D13", "#FFFFFF"
# lighter colors of lines and text on a dark background
_LIGHTER = {
    "#0072B2": "#6CC5F7",
    "#D55E00": "#FF9A52",
    "#52606D": "#AEB9C4",
    "#009E73": "#52D6A8",
    "#A8518A": "#E58FD0",
}
# margin, as a share of the frame's smaller side
_PAD = 0.028
# height of a line of text, as a share of the frame's smaller side
_TYPE = 0.047
# longest vertical path of the line along the crest that is drawn opaquely, in widths of the picture
_STRAIGHT = 6.0
# a plane that leaves this share of the frame's width free gets the whole height, with the text beside it
_BESIDE = 0.27
# share of a plane's sides over which it fades into the background
_EDGE = 0.05


def type_size(width: int, height: int) -> float:
    """The size of type in a frame of this size [pixels]."""
    return _TYPE * min(width, height)


def colors_of(look: Look, ground: str | None = None) -> tuple[str, str, str]:
    """Colors of the background (`ground` if given), of the main text, and of secondary text."""
    paper, ink, soft = (_DARK, "#F4F7FA", "#A9B4BF") if look.dark else (_LIGHT, INK, SLATE)
    return ground or paper, ink, soft


class TalkPainter:
    """Paints the frames of a scene: ``painter.paint(index, psi)`` gives RGBA of shape (height, width, 4), uint8; one buffer, which the next frame overwrites.

    Args:
        scene: what is shown.
        look: style, part, colors and panels.
        width, height: of the frame [pixels].
        ground: color of the background instead of the look's, as for the two passes that give transparency.
        size: of the type [pixels], for one of several pictures in a frame, which then states the gain itself.
        top: largest share of the height below the text, so that several pictures can have the same.
    """

    def __init__(
        self,
        scene: Scene,
        look: Look,
        width: int,
        height: int,
        ground: str | None = None,
        *,
        size: float | None = None,
        top: float = 1.0,
    ) -> None:
        self.scene, self.look = scene, look
        self.flat = len(scene.window) == 1
        ground, self.ink, self.soft = colors_of(look, ground)
        self.hill = np.array(to_rgb("#3A404C" if look.dark else "#D9DEE3")) * 255
        self.ground = np.array(to_rgb(ground)) * 255
        alone, size = size is None, type_size(width, height) if size is None else size
        with house_style(size=size):
            self.figure = Figure(figsize=(width / 72, height / 72), dpi=72, facecolor=ground)
            canvas = FigureCanvasAgg(self.figure)
            beside = 0.0 if self.flat else 1 - float(height / width / _slope(scene))
            self.beside = beside if beside >= _BESIDE else 0.0
            head = self._head(round(width * (self.beside or 1.0)), width, height, size)
            self.top = top = min(top, 1.0 if self.beside else head)
            bottom = self._foot(width, height, size) if alone else 0.01 if self.flat else 0.0
            # a potential higher than the panel continues behind the text, up to the edge of the frame
            self.share = (top - bottom) / (1 - bottom) if self.flat else 1.0
            self.axes = self.figure.add_axes(self._box(top, bottom, width, height), facecolor="none")
            self.axes.set_axis_off()
            self.axes.set(xlim=scene.window[0], ylim=(0, 1 / self.share) if self.flat else scene.window[1])
            self.spikes = draw_spikes(self.axes, scene, (0.0, 1.0)) if self.flat and "potential" in look.panels else []
            for artist in self.spikes:
                artist.set_animated(True)
            (self.crest,) = self.axes.plot(scene.x, 0 * scene.x, color=self.ink, lw=max(1.6, size / 14), animated=True)
            (self.edge,) = self.axes.plot(
                scene.outline, 0 * scene.outline, color=self.soft, lw=max(1.4, size / 18), animated=True
            )
            # no line crosses the text
            self.edge.set_clip_path(None)
            self.edge.set_clip_box(Bbox([[0, 0], [width, top * height]]))
            self.crest.set_solid_joinstyle("round")
            if not self.flat:
                self.crest.set_visible(False)
                self.edge.set_visible(False)
            set_formulas(self.figure)
            canvas.draw()
        self.buffer = np.asarray(canvas.buffer_rgba())
        self.counters: dict[Text, Counter] = {}
        box = self.axes.get_window_extent()
        rows = slice(max(height - round(box.y1), 0), height - max(round(box.y0), 0))
        self.panel = self.buffer[rows, max(round(box.x0), 0) : round(box.x1), :3]
        # behind the text the potential fades into the background
        head = max(round((1 - top) * height), 1) if self.flat else 0
        self.fade = (np.linspace(0.0, 1.0, head) ** 2)[:, None, None].astype(np.float32)
        if self.flat and len(scene.potential) == 1:
            self._paint_ground(0)
        if not self.flat:
            self.relief = self._relief()
        self.blank = self.buffer.copy()

    def paint(self, index: int, psi: np.ndarray) -> np.ndarray:
        """The frame number `index` with these amplitudes, (columns,) or (rows, columns)."""
        self.buffer[:] = self.blank
        if self.flat:
            self._paint_line(index, psi)
        else:
            self._paint_plane(psi)
        for text, words in self._moment(index):
            if text not in self.counters:
                self.counters[text] = Counter(text)
            self.counters[text].paint(words)
        return self.buffer

    def _paint_line(self, index: int, psi: np.ndarray) -> None:
        scene = self.scene
        if len(scene.potential) > 1:
            self._paint_ground(index)
        if "density" in self.look.panels:
            if self.look.part == "real":
                size = np.sqrt(scene.gain / scene.density_top)
                height = 0.5 + 0.44 * np.real(psi) * size
                self._fill_between(0.5 * self.share, self.share * height, phase_colors(psi, self.look.phases))
            else:
                height = scene.density_height(np.abs(psi) ** 2)
                fill_columns(self.panel, self.share * height, phase_colors(psi, self.look.phases))
            self.crest.set_ydata(height)
            self.crest.set_alpha(self._clear(height))
            self.axes.draw_artist(self.crest)
        if "potential" in self.look.panels and np.ptp(scene.potential) > 0:
            self.edge.set_ydata(self._outline(index))
            self.axes.draw_artist(self.edge)
            for artist in self.spikes:
                self.axes.draw_artist(artist)

    def _clear(self, height: np.ndarray) -> float:
        """The opacity of the line along the crest, lower for many narrow fringes, whose colors it would hide."""
        rows, columns = self.panel.shape[:2]
        way = rows * self.share * float(np.abs(np.diff(height)).sum())
        return min(1.0, _STRAIGHT * columns / max(way, 1.0)) ** 2

    def _fill_between(self, middle: float, heights: np.ndarray, colors: np.ndarray) -> None:
        rows, columns = self.panel.shape[:2]
        index = (np.arange(columns) * len(heights)) // columns
        level = 1 - (np.arange(rows)[:, None] + 0.5) / rows
        low, high = np.minimum(heights, middle)[index], np.maximum(heights, middle)[index]
        np.copyto(self.panel, colors[index], where=((level >= low) & (level <= high))[..., None])

    def _outline(self, index: int) -> np.ndarray:
        """Height of V along the scene's outline, up to the edge of the frame."""
        scene, (low, high) = self.scene, self.scene.energies
        potential = scene.potential[min(index, len(scene.potential) - 1)]
        return np.clip((potential - low) / (high - low), 0.0, 1 / self.share)

    def _paint_ground(self, index: int) -> None:
        if "potential" in self.look.panels and np.ptp(self.scene.potential) > 0:
            ground = np.interp(self.scene.x, self.scene.outline, self._outline(index))
            fill_columns(self.panel, np.minimum(self.share * ground, 1.0), self.hill[None])
            behind = self.panel[: len(self.fade)]
            behind[:] = (self.ground + self.fade * (behind - self.ground)).astype(np.uint8)

    def _relief(self) -> np.ndarray:
        """The background of a plane: the potential as a relief lit from the upper left."""
        potential = self.scene.potential[0]
        low, high = self.scene.energies
        share = np.clip((potential - low) / (high - low or 1.0), 0, 1)
        rows, columns = self.panel.shape[:2]
        smooth = _stretched(share, rows, columns)[::-1]
        slope = np.gradient(smooth, axis=1) + np.gradient(smooth, axis=0)
        light = np.clip(1 + 6 * slope, 0.6, 1.5)[..., None]
        shown = smooth[..., None] if "potential" in self.look.panels else 0.0
        painted = np.clip(self.ground + shown * (self.hill * 1.5 * light - self.ground), 0, 255)
        # colors on the first axis, because numpy is slow on a last axis of three
        return np.ascontiguousarray(np.moveaxis(painted, -1, 0)).astype(np.uint16)

    def _paint_plane(self, psi: np.ndarray) -> None:
        rows, columns = self.panel.shape[:2]
        # colors are interpolated, because the picture has more pixels than psi has points
        wave = psi[::-1]
        strength = plane_strength(wave, self.scene) * _inside(*wave.shape)
        colors = phase_colors(wave, self.look.phases)
        painted = np.empty((*wave.shape, 4), np.uint8)
        for place in range(3):
            np.rint(strength * colors[..., place], out=painted[..., place], casting="unsafe")
        np.rint(255 * strength, out=painted[..., 3], casting="unsafe")
        # "RGBa": premultiplied colors, which may be interpolated
        image = Image.frombuffer("RGBa", wave.shape[::-1], painted, "raw", "RGBa", 0, 1)
        shown = np.asarray(image.resize((columns, rows), Image.Resampling.BILINEAR))
        # out of 256, so that the background is unchanged where the opacity is 0
        through = 256 - shown[..., 3].astype(np.uint16)
        for place, ground in enumerate(self.relief):
            np.add(shown[..., place], (ground * through) >> 8, out=self.panel[..., place], casting="unsafe")

    def _head(self, room: int, width: int, height: int, size: float) -> float:
        """Set title and number at the top within `room` pixels from the left; returns the share of the height below them."""
        look, scene = self.look, self.scene
        # the number of the first curve only
        line = scene.lines[0] if "numbers" in look.panels and scene.lines else None
        pad = _PAD * min(width, height)
        y = height - pad
        self.title = None
        if "title" in look.panels:
            # painted last, because the potential may lie behind it
            self.title = self._text(pad, y, self.scene.title, "left", weight="bold", size=1.25 * size, animated=True)
            fit(self.title, room - 2 * pad, 3)
            y -= self._extent(self.title)[1] + 0.35 * size
        self.number = self.clock = None
        self.line = line
        used = 0.0
        if line is not None:
            # below the title so that they never overlap, and as large as its longest text allows
            tint = _LIGHTER.get(line.color, line.color) if look.dark else line.color
            longest = longest_number(scene, line, "theory" in look.panels)
            self.number = self._text(pad, y, longest, "left", size=1.1 * size, color=tint, animated=True)
            fit(self.number, room - 2 * pad)
            used = self._extent(self.number)[0]
            y -= 1.5 * size
        if "clock" in look.panels:
            now = self._clock(len(self.scene.times) - 1)
            beside = used + 0.62 * size * len(now) + 3 * pad < room and line is not None
            place = (room - pad, y + 1.5 * size, now, "right") if beside else (pad, y, now, "left")
            self.clock = self._text(*place, size=size, color=self.soft, animated=True)
            y -= 0.0 if beside else 1.4 * size
        if "phase" in look.panels and self.flat:
            self._wheel(width, height, size, y)
        return y / height

    def _foot(self, width: int, height: int, size: float) -> float:
        """State the gain at the bottom; returns the share of the height that this takes."""
        if not self.scene.magnified or self.look.part != "density":
            return 0.0 if self.flat else 0.01
        pad = _PAD * min(width, height)
        right = self.scene.gain[-1] > 1
        words = f"density {self.scene.magnified}"
        x, side = (width - pad, "right") if right else (pad, "left")
        fit(self._text(x, 1.55 * size, words, side, size=0.72 * size, color=self.soft), width - 2 * pad)
        return 1.75 * size / height

    def _wheel(self, width: int, height: int, size: float, y: float) -> None:
        """Draw the color wheel of the phase in the upper right corner."""
        span = 3.2 * size
        box = ((width - _PAD * min(width, height) - span) / width, (y - span) / height, span / width, span / height)
        key = self.figure.add_axes(box, xlim=(-1.05, 1.05), ylim=(-1.05, 1.05))
        key.set_axis_off()
        angle = np.linspace(0, 2 * np.pi, 181)
        colors = phase_colors(np.exp(0.5j * (angle[:-1] + angle[1:])), self.look.phases) / 255.0
        ring = np.array([0.62, 1.0])
        key.pcolormesh(np.outer(ring, np.cos(angle)), np.outer(ring, np.sin(angle)), colors[None])

    def _box(self, top: float, bottom: float, width: int, height: int) -> tuple[float, float, float, float]:
        """The box of the panel: across the whole frame for a line, with equal scales for a plane."""
        if self.flat:
            return 0.0, bottom, 1.0, 1 - bottom
        across, up = np.ptp(self.scene.window, axis=1)
        scale = min(width / across, (top - bottom) * height / up)
        wide, tall = scale * across / width, scale * up / height
        if self.beside:
            return 1 - wide, 0.0, wide, tall
        return (1 - wide) / 2, bottom + (top - bottom - tall) / 2, wide, tall

    def _text(self, x: float, y: float, words: str, side: str, **style: object) -> Text:
        width, height = 72 * self.figure.get_size_inches()
        style.setdefault("color", self.ink)
        return self.figure.text(x / width, y / height, words, ha=side, va="top", **style)  # type: ignore[arg-type]

    def _extent(self, text: Text) -> tuple[float, float]:
        box = text.get_window_extent(self.figure.canvas.get_renderer())  # type: ignore[attr-defined]
        return float(box.width), float(box.height)

    def _moment(self, index: int) -> list[tuple[Text, str]]:
        texts = [] if self.title is None else [(self.title, self.title.get_text())]
        texts += [] if self.number is None else [(self.number, self._number(index))]
        return texts if self.clock is None else [*texts, (self.clock, self._clock(index))]

    def _clock(self, index: int) -> str:
        return clock_words(self.scene, index)

    def _number(self, index: int) -> str:
        assert self.line is not None
        return number_words(self.line, index, self.scene, "theory" in self.look.panels)


def _slope(scene: Scene) -> float:
    """Height of a plane's window over its width."""
    across, up = np.ptp(scene.window, axis=1)
    return float(up / across)


def _inside(rows: int, columns: int) -> np.ndarray:
    """The opacity of a plane, fading to 0 at its edges, so that the wave does not end abruptly at the absorbing layers."""
    places = ((np.arange(count) + 0.5) / count for count in (rows, columns))
    up, across = (np.clip(np.minimum(place, 1 - place) / _EDGE, 0, 1) for place in places)
    return np.outer(up, across).astype(np.float32)


def _stretched(values: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Values interpolated linearly to a finer grid of `rows` and `columns`."""
    y = np.clip((np.arange(rows) + 0.5) * values.shape[0] / rows - 0.5, 0, values.shape[0] - 1)
    x = np.clip((np.arange(columns) + 0.5) * values.shape[1] / columns - 0.5, 0, values.shape[1] - 1)
    low, left = np.minimum(y.astype(int), values.shape[0] - 2), np.minimum(x.astype(int), values.shape[1] - 2)
    # in single precision, as psi of pictures is
    up, on = (y - low).astype(np.float32)[:, None], (x - left).astype(np.float32)
    rows_between = (1 - up) * values[low] + up * values[low + 1]
    return (1 - on) * rows_between[:, left] + on * rows_between[:, left + 1]
