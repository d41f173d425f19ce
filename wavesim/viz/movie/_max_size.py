"""A gif below a size: what is given up for it is what is missed least, and it is said in one sentence."""

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
# what may be given up, in steps; below the last ones words and motion cannot be made out
_WIDTHS, _SLOWEST, _COLORS = (640, 560, 480, 400, 320), 7.0, (256, 128, 64, 32)
# to what power of each the bytes go, roughly: the first encoding tells the rest
_BYTES = (1.6, 0.9, 0.25)
# how much half of each is missed
_MISSED = (1.0, 0.8, 0.35)
_ROOM, _TRIES = 0.95, 6


def bytes_of(size: str | float) -> int:
    """The bytes of ``5MB``, ``800 kB``, ``2 MiB`` or a number of bytes.

    Raises:
        ArgumentError: if it reads otherwise, or is nothing.
    """
    found = _WRITTEN.fullmatch(str(size).strip())
    try:
        number = float(found[1]) * _UNITS[(found[2] or "b").lower()] if found else 0.0
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
    """Write a gif of at most `limit` bytes; a warning says what was given up for it.

    It is encoded as it would be without a limit. If it is too large, that tells how small each smaller one would be; the one that is missed least among those
    that fit is encoded, and so on until one fits.

    Args:
        target: a .gif.
        limit: bytes.
        frames: the pictures, painted anew at each call.
        count: how many.
        size: of each, in pixels.
        fps: of the film.
        done: called with (frames done, frames in all), from the beginning for each encoding.
        gif: what it is at most in any case.

    Returns:
        where it was written.

    Raises:
        ArgumentError: if the name is that of another format, or not even the smallest fits; nothing is written then.
    """
    if target.suffix != ".gif":
        raise ArgumentError(
            "max_size", f"must go with a .gif, but the film is {target.name}; name it {target.stem}.gif."
        )
    full = Gif(min(size[0], gif.width), min(fps, gif.fps), gif.colors)
    # every second frame, every third: nothing else goes evenly
    rates = [full.fps, *(fps / every for every in range(2, 9) if _SLOWEST <= fps / every < full.fps)]
    choices = [Gif(*choice) for choice in itertools.product((full.width, *_WIDTHS), rates, _COLORS)]
    choices = [one for one in choices if one.width <= full.width and one != full]
    chosen, got = full, 0
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / "trial.gif"
        for _ in range(_TRIES):
            write(trial, frames(), count, size, fps, done, chosen)
            got = trial.stat().st_size
            if got <= limit:
                put_whole(target, trial.read_bytes())
                if chosen != full:
                    warnings.warn(_given_up(got, limit, full, chosen), stacklevel=3)
                return target
            smaller = [one for one in choices if _weight(one) < _weight(chosen)]
            if not smaller:
                break
            share = _ROOM * limit / got * _weight(chosen)
            fitting = [one for one in smaller if _weight(one) <= share]
            chosen = min(fitting, key=lambda one: _missed(one, full)) if fitting else min(smaller, key=_weight)
    raise ArgumentError(
        "max_size",
        f"must have room for {count / fps:.3g} s of film, but {_mega(limit)} have not: with {_told(chosen)} it has {_mega(got)}; "
        "show less of it (--tlim, --duration), or allow more.",
    )


def _weight(gif: Gif) -> float:
    """About how many bytes, but for a factor."""
    return math.prod(value**power for value, power in zip(dataclasses.astuple(gif), _BYTES, strict=True))


def _missed(gif: Gif, full: Gif) -> float:
    pairs = zip(dataclasses.astuple(full), dataclasses.astuple(gif), _MISSED, strict=True)
    return sum(share * math.log2(whole / rest) for whole, rest, share in pairs)


def _told(gif: Gif) -> str:
    return f"{gif.width} pixels across, {gif.fps:.3g} frames a second and {gif.colors} colors"


def _given_up(got: int, limit: int, full: Gif, chosen: Gif) -> str:
    words = ("{} pixels across instead of {}", "{:.3g} frames a second instead of {:.3g}", "{} colors instead of {}")
    values = zip(words, dataclasses.astuple(chosen), dataclasses.astuple(full), strict=True)
    changed = [text.format(now, before) for text, now, before in values if now != before]
    return f"to stay below {_mega(limit)}, the gif has {', '.join(changed)}; it has {_mega(got)}."


def _mega(size: int) -> str:
    return f"{size / 1e6:.3g} MB"
