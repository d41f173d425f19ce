"""Movie files: mp4, webm and gif by ffmpeg, gif also without it; a file is complete or absent."""

from __future__ import annotations

import contextlib
import dataclasses
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from ..._checks import at_least
from ..._files import whole_file
from ...errors import ArgumentError, WavesimError

SUFFIXES = (".mp4", ".webm", ".gif", ".png")
# default size of a film [pixels]
_SIZE = (1280, 720)
# digits in the names of single pictures
_DIGITS = 4


@dataclasses.dataclass(frozen=True)
class Gif:
    """Limits of a gif: pixels across, frames a second, colors."""

    width: int = 640
    fps: float = 15
    colors: int = 256


def gif_of(width: int | None, fps: int | None) -> Gif:
    """The limits of a gif with this width and rate; by default those for slides."""
    return Gif(Gif.width if width is None else width + width % 2, Gif.fps if fps is None else fps)


def size_for_video(width: int | None, height: int | None) -> tuple[int, int]:
    """Pixels across and down, rounded up to even numbers, which video needs; if one is given, the other follows from 16:9.

    Raises:
        ArgumentError: if one is too small.
    """
    across, down = _SIZE
    if height is None:
        height = down if width is None else round(width * down / across)
    width = round(height * across / down) if width is None else width
    at_least("width", width, 320)
    at_least("height", height, 180)
    return width + width % 2, height + height % 2


# a finer motion search makes a film of moving curves 5 % smaller and the encoder a fifth slower (measured)
_CODECS = {
    ".mp4": "-c:v libx264 -preset veryfast -x264-params me=dia:subme=1 -crf 20 -pix_fmt yuv420p -movflags +faststart -f mp4",
    ".webm": "-c:v libvpx-vp9 -deadline realtime -cpu-used 6 -row-mt 1 -crf 32 -b:v 0 -pix_fmt yuv420p -f webm",
    ".gif": "-loop 0 -f gif",
}
# first bytes of each format; those of an mp4 follow the length of its first box
_HEADS = {".mp4": b"ftyp", ".webm": b"\x1a\x45\xdf\xa3", ".gif": b"GIF8"}


def check_suffix(path: Path) -> None:
    """Refuse a name whose suffix is no known format.

    Raises:
        ArgumentError: with the known formats.
    """
    if path.suffix not in SUFFIXES:
        raise ArgumentError(
            "path", f"must end in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}, but is {path.name!r}; rename it."
        )


def ffmpeg() -> str | None:
    """The path of ffmpeg, None if there is none."""
    try:
        import imageio_ffmpeg

        return imageio_ffmpeg.get_ffmpeg_exe()
    except (ImportError, RuntimeError, OSError):
        return None


def deliver(
    target: Path,
    frames: Iterator[np.ndarray],
    count: int,
    size: tuple[int, int],
    fps: int,
    done: Callable[[int, int], None],
    gif: Gif,
) -> Path:
    """Write a movie in the format of its suffix; without ffmpeg a .gif instead, with a warning.

    Returns:
        the path of the file.
    """
    if ffmpeg() is None and target.suffix != ".gif":
        wanted, target = target.name, target.with_suffix(".gif")
        warnings.warn(
            f"ffmpeg was not found, so {target.name} was written instead of {wanted}; "
            "install imageio-ffmpeg (or ffmpeg) for smaller and sharper movies.",
            stacklevel=3,
        )
    write(target, frames, count, size, fps, done, gif)
    return target


def write_pictures(target: Path, frames: Iterator[np.ndarray], count: int, done: Callable[[int, int], None]) -> Path:
    """Write each frame as a PNG with its alpha channel: film_0001.png, film_0002.png, ...

    Returns:
        the path of the first.
    """
    names = [target.with_name(f"{target.stem}_{place:0{_DIGITS}d}.png") for place in range(1, count + 1)]
    for place, (name, frame) in enumerate(zip(names, frames, strict=True)):
        with whole_file(name) as part:
            Image.fromarray(frame).save(part, format="PNG")
        done(place + 1, count)
    return names[0]


def write(
    path: Path,
    frames: Iterator[np.ndarray],
    count: int,
    size: tuple[int, int],
    fps: int,
    done: Callable[[int, int], None],
    gif: Gif,
) -> None:
    """Encode the frames with ffmpeg, or as a gif without it; `gif`: limits of a gif.

    Raises:
        WavesimError: if ffmpeg fails, with the last line of its output.
    """
    program = ffmpeg()
    if program is None:
        write_without_ffmpeg(path, frames, count, size, fps, done, gif)
        return
    width, height = size
    source = f"-y -v error -f rawvideo -pix_fmt rgba -s {width}x{height} -r {fps} -i pipe:0".split()
    with whole_file(path) as part, tempfile.TemporaryFile() as words:
        command = [program, *source, *_filter(path.suffix, size, fps, gif), *_CODECS[path.suffix].split()]
        if width * height <= _SIZE[0] * _SIZE[1]:
            # one thread keeps up with the painting, and takes three quarters of the time of several (measured)
            command += ["-threads", "1"]
        command.append(str(part))
        encoder = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=words,
            pipesize=2**20,
            # Ctrl-C in a terminal reaches every process of a group, but the encoder is ended by this process
            start_new_session=True,
        )
        assert encoder.stdin is not None
        try:
            with contextlib.suppress(BrokenPipeError):
                for index, frame in enumerate(frames):
                    encoder.stdin.write(np.ascontiguousarray(frame).data)
                    done(index + 1, count)
                encoder.stdin.close()
            encoder.wait()
        finally:
            encoder.kill()
            encoder.wait()
            with contextlib.suppress(BrokenPipeError):
                encoder.stdin.close()
        if encoder.returncode != 0:
            words.seek(0)
            messages = words.read().decode(errors="replace").strip().splitlines()
            raise WavesimError(
                f"ffmpeg must write {path.name}, but stopped: {messages[-1] if messages else 'without a word'}; try a .gif, or another folder."
            )
        _must_be_movie(part, path)


def _must_be_movie(part: Path, path: Path) -> None:
    """Refuse a file that is not a movie of the format of `path`.

    Raises:
        WavesimError: if its first bytes are others.
    """
    with part.open("rb") as file:
        head = file.read(12)
    if not head.startswith(_HEADS[path.suffix], 4 if path.suffix == ".mp4" else 0):
        raise WavesimError(
            f"ffmpeg must write {path.name}, but what it wrote is no such movie ({part.stat().st_size:,} bytes); try another ffmpeg, or IMAGEIO_FFMPEG_EXE unset."
        )


def write_without_ffmpeg(
    path: Path,
    frames: Iterator[np.ndarray],
    count: int,
    size: tuple[int, int],
    fps: int,
    done: Callable[[int, int], None],
    gif: Gif,
) -> None:
    """Write a gif with Pillow: a larger file, but without any other program."""
    every = max(1, round(fps / gif.fps))
    small = _gif_size(size, gif)

    def pictures() -> Iterator[Image.Image]:
        for index, frame in enumerate(frames):
            if index % every == 0:
                yield Image.fromarray(frame).convert("RGB").resize(small, Image.Resampling.LANCZOS).quantize(gif.colors)
            done(index + 1, count)

    stream = pictures()
    with whole_file(path) as part:
        first = next(stream)
        # a gif stores times in hundredths of a second
        first.save(
            part, format="GIF", save_all=True, append_images=stream, loop=0, duration=round(100 * every / fps) * 10
        )


def _gif_size(size: tuple[int, int], gif: Gif) -> tuple[int, int]:
    width = min(gif.width, size[0])
    return width, round(size[1] * width / size[0])


def _filter(suffix: str, size: tuple[int, int], fps: int, gif: Gif) -> list[str]:
    if suffix != ".gif":
        return []
    width, height = _gif_size(size, gif)
    small = f"fps={min(fps, gif.fps):.6g},scale={width}:{height}:flags=lanczos,split[a][b]"
    return [
        "-vf",
        f"{small};[a]palettegen=stats_mode=full:max_colors={gif.colors}[p];[b][p]paletteuse=dither=none:diff_mode=rectangle",
    ]
