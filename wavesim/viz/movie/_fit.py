"""Words that fit: broken into lines by their measured width, and smaller where not even that is enough."""

from __future__ import annotations

from matplotlib.text import Text

# by so much smaller a line may be before it is broken into two
_SMALLER = 0.84
_STEP, _LEAST = 0.9, 0.2


def fit(text: Text, room: float, most: int = 1) -> None:
    """Make a text no wider than `room` pixels: a little smaller, else in up to `most` lines, else as small as it takes."""
    words, size = text.get_text().split(), float(text.get_fontsize())
    if not words:
        return
    whole = _width(text, " ".join(words))
    if whole <= room or most == 1 or whole * _SMALLER <= room:
        text.set_fontsize(size * min(1.0, room / whole))
        return
    for step in range(40):
        # a renderer rounds glyphs to pixels, so that a smaller type is measured, never computed
        text.set_fontsize(max(_LEAST, _STEP**step) * size)
        lines = _lines(text, words, room)
        if lines is not None and len(lines) <= most:
            text.set_text("\n".join(lines))
            return
    text.set_text(" ".join(words))


def _lines(text: Text, words: list[str], room: float) -> list[str] | None:
    """The words in lines; None where one of them alone is too wide."""
    lines = [words[0]]
    for word in words[1:]:
        longer = f"{lines[-1]} {word}"
        if _width(text, longer) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines if all(_width(text, line) <= room for line in lines) else None


def width_of(text: Text) -> float:
    """Pixels across."""
    figure = text.get_figure()
    assert figure is not None
    return float(text.get_window_extent(figure.canvas.get_renderer()).width)  # type: ignore[attr-defined]


def _width(text: Text, words: str) -> float:
    text.set_text(words)
    return width_of(text)
