"""A gif below a given size, with the least visible reduction of pixels, frames and colors, stated in a warning."""

from __future__ import annotations

import dataclasses
import itertools
import math
import re
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from ..._files import put_whole
from ...errors import ArgumentError
from ._writer import Gif, write

_UNITS = {"b": 1.0, "kb": 1e3, "mb": 1e6, "gb": 1e9, "kib": 2.0**10, "mib": 2.0**20, "gib": 2.0**30}
_WRITTEN = re.compile(r"([\d.]+(?:e\d+)?)\s*([kmg]?i?b)?", re.IGNORECASE)
# widths that are tried [pixels]; text is illegible below the last
_WIDTHS = (640, 560, 480, 400, 320)
# lowest rate that is tried [frames a second]; motion is not recognizable below
_SLOWEST = 7.0
# numbers of colors that are tried
_COLORS = (256, 128, 64, 32)
# approximate powers of width, rate and colors in the number of bytes; the factor is measured by the first encoding
_BYTE_POWERS = (1.6, 0.9, 0.25)
# loss of quality if width, rate or colors are halved, in arbitrary units
_LOSSES = (1.0, 0.8, 0.35)
# share of the limit at which an estimate aims
_ROOM = 0.95
# most encodings
_TRIES = 6


def bytes_of(size: str | float) -> int:
    """The bytes of ``5MB``, ``800 kB``, ``2 MiB`` or a number of bytes.

    Raises:
        ArgumentError: if it reads otherwise, or is less than 1.
    """
    match = _WRITTEN.fullmatch(str(size).strip())
    try:
        number = float(match[1]) * _UNITS[(match[2] or "b").lower()] if match else 0.0
    except ValueError:
        number = 0.0
    if not 1 <= number < math.inf:
        raise ArgumentError("max_size", f"must read 5MB, 800kB or a number of bytes, but is {size!r}; correct it.")
    return int(number)


def write_below(
    target: Path,
    limit: int,
    frames: Callable[[], Iterator[np.ndarray]],
    count: int,
    size: tuple[int, int],
    fps: int,
    done: Callable[[int, int], None],
    gif: Gif,
) -> Path:
    """Write a gif of at most `limit` bytes; a warning says what was reduced for it.

    The first encoding ignores the limit. If it is too large, its size gives estimates for the reduced ones; the one with the least loss of quality
    that should fit is encoded next, and so on until one fits.

    Args:
        target: a .gif.
        limit: largest size [bytes].
        frames: gives the pictures, painted anew at each call.
        count: number of pictures.
        size: width and height of each [pixels].
        fps: frames a second.
        done: called with (frames done, frames in all), from the beginning for each encoding.
        gif: largest width, rate and number of colors.

    Returns:
        the path of the file.

    Raises:
        ArgumentError: if the suffix is not .gif, or not even the smallest fits; nothing is written then.
    """
    if target.suffix != ".gif":
        raise ArgumentError(
            "max_size", f"must go with a .gif, but the film is {target.name}; name it {target.stem}.gif."
        )
    full = Gif(min(size[0], gif.width), min(fps, gif.fps), gif.colors)
    # every second frame, every third and so on, because other rates would be uneven
    rates = [full.fps, *(fps / every for every in range(2, 9) if _SLOWEST <= fps / every < full.fps)]
    choices = [Gif(*choice) for choice in itertools.product((full.width, *_WIDTHS), rates, _COLORS)]
    choices = [choice for choice in choices if choice.width <= full.width and choice != full]
    current, written = full, 0
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / "trial.gif"
        for _ in range(_TRIES):
            write(trial, frames(), count, size, fps, done, current)
            written = trial.stat().st_size
            if written <= limit:
                put_whole(target, trial.read_bytes())
                if current != full:
                    warnings.warn(_reduction_text(written, limit, full, current), stacklevel=3)
                return target
            smaller = [choice for choice in choices if _relative_bytes(choice) < _relative_bytes(current)]
            if not smaller:
                break
            share = _ROOM * limit / written * _relative_bytes(current)
            small_enough = [choice for choice in smaller if _relative_bytes(choice) <= share]
            current = (
                min(small_enough, key=lambda choice: _quality_loss(choice, full))
                if small_enough
                else min(smaller, key=_relative_bytes)
            )
    raise ArgumentError(
        "max_size",
        f"must have room for {count / fps:.3g} s of film, but {_mega(limit)} have not: with {_description(current)} it has {_mega(written)}; "
        "show less of it (--tlim, --duration), or allow more.",
    )


def _relative_bytes(gif: Gif) -> float:
    """The estimated number of bytes, up to a common factor."""
    return math.prod(value**power for value, power in zip(dataclasses.astuple(gif), _BYTE_POWERS, strict=True))


def _quality_loss(gif: Gif, full: Gif) -> float:
    """The loss of quality of a gif compared with the full one, in the units of `_LOSSES`."""
    pairs = zip(dataclasses.astuple(full), dataclasses.astuple(gif), _LOSSES, strict=True)
    return sum(share * math.log2(whole / rest) for whole, rest, share in pairs)


def _description(gif: Gif) -> str:
    return f"{gif.width} pixels across, {gif.fps:.3g} frames a second and {gif.colors} colors"


def _reduction_text(written: int, limit: int, full: Gif, current: Gif) -> str:
    words = ("{} pixels across instead of {}", "{:.3g} frames a second instead of {:.3g}", "{} colors instead of {}")
    values = zip(words, dataclasses.astuple(current), dataclasses.astuple(full), strict=True)
    changed = [text.format(now, before) for text, now, before in values if now != before]
    return f"to stay below {_mega(limit)}, the gif has {', '.join(changed)}; it has {_mega(written)}."


def _mega(size: int) -> str:
    return f"{size / 1e6:.3g} MB"
