"""Text that fits a width: broken into lines, and smaller where that is not enough."""

from __future__ import annotations

from matplotlib.text import Text

# least size of one line, as a share of the full size, before it is broken into two
_SMALLER = 0.84
# factor between the sizes that are tried
_STEP = 0.9
# smallest size that is tried
_LEAST = 0.2


def fit(text: Text, room: float, most: int = 1) -> None:
    """Make a text no wider than `room` pixels: a little smaller, else in up to `most` lines, else as small as needed."""
    words, size = text.get_text().split(), float(text.get_fontsize())
    if not words:
        return
    whole = _width(text, " ".join(words))
    if whole <= room or most == 1 or whole * _SMALLER <= room:
        text.set_fontsize(size * min(1.0, room / whole))
        return
    for step in range(40):
        # measured at each size, because the renderer rounds glyphs to pixels
        text.set_fontsize(max(_LEAST, _STEP**step) * size)
        lines = _lines(text, words, room)
        if lines is not None and len(lines) <= most:
            text.set_text("\n".join(lines))
            return
    text.set_text(" ".join(words))


def _lines(text: Text, words: list[str], room: float) -> list[str] | None:
    """The words broken into lines; None if a single word is too wide."""
    lines = [words[0]]
    for word in words[1:]:
        longer = f"{lines[-1]} {word}"
        if _width(text, longer) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines if all(_width(text, line) <= room for line in lines) else None


def width_of(text: Text) -> float:
    """The width of a text in pixels."""
    figure = text.get_figure()
    assert figure is not None
    return float(text.get_window_extent(figure.canvas.get_renderer()).width)  # type: ignore[attr-defined]


def _width(text: Text, words: str) -> float:
    text.set_text(words)
    return width_of(text)
