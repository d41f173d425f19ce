"""Frames a second of a film at 1280 x 720, from psi in memory to the file: wavesim's styles, and Matplotlib's FuncAnimation with a line, a filled V and a clock."""

from __future__ import annotations

import dataclasses
import functools
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ._record import Conditions, write

PACKAGES = ("wavesim", "jax", "numpy", "matplotlib", "imageio", "imageio-ffmpeg")
WIDTH, HEIGHT, FPS = 1280, 720, 30
FRAMES, FEW = 180, 24


@dataclasses.dataclass(frozen=True)
class Film:
    """One film.

    Attributes:
        scenario: whose run is shown.
        painter: wavesim's style, or FuncAnimation.
        frames: how many.
        wall_s, processor_s: from psi to the closed file.
    """

    scenario: str
    painter: str
    frames: int
    wall_s: float
    processor_s: float

    @property
    def rate(self) -> float:
        """Frames a second."""
        return self.frames / self.wall_s


@dataclasses.dataclass(frozen=True)
class FilmRecord:
    """All films."""

    conditions: Conditions
    films: tuple[Film, ...]


def main(quick: bool = False, note: str = "") -> None:
    """Paint, print, and (unless `quick`) write records/film.json."""
    conditions = Conditions.now(PACKAGES, note)
    films = []
    print(f"{'scenario':<22}{'painter':<16}{'frames':>8}{'wall s':>9}{'cpu s':>9}{'frames/s':>10}")
    for scenario in ("rectangular_barrier", "double_slit"):
        result = _run(scenario, FEW if quick else FRAMES)
        for name, paint in _PAINTERS.items():
            with tempfile.TemporaryDirectory() as folder:
                wall, processor = time.perf_counter(), _processor_s()
                paint(result, Path(folder) / "film.mp4")
                spent = time.perf_counter() - wall, _processor_s() - processor
            film = Film(scenario, name, len(result.psi), *spent)
            films.append(film)
            print(
                f"{scenario:<22}{name:<16}{film.frames:>8}{film.wall_s:>9.1f}{film.processor_s:>9.1f}{film.rate:>10.1f}",
                flush=True,
            )
    if not quick:
        write("film", FilmRecord(conditions.ended(), tuple(films)))


def _processor_s() -> float:
    """Of this process and of those that it waited for: films are encoded in another one."""
    return sum(os.times()[:4])


def _run(scenario: str, frames: int) -> Any:
    """A run of a shipped scenario with so many frames, the first among them."""
    import jax

    jax.config.update("jax_enable_x64", True)
    import wavesim as ws
    from wavesim.scenario import load_scenario

    loaded = load_scenario(scenario)
    fixed: dict[str, Any] = loaded.fixed | {"frames": frames - 1}
    plan = ws.plan(loaded.problem, 1e-3, **fixed)
    return ws.propagate(plan.problem, plan.numerics)


def _by_wavesim(style: str, result: Any, path: Path) -> None:
    import wavesim as ws
    from wavesim.viz import Look

    look = Look(style=style, hold=0.0)
    ws.animate(result, look=look, fps=FPS, width=WIDTH, height=HEIGHT).save(path)


def _by_animation(result: Any, path: Path) -> None:
    """The density, V behind it and the time, as a user would draw them."""
    import imageio_ffmpeg
    import matplotlib as mpl
    import matplotlib.pyplot as plt
    from matplotlib.animation import FFMpegWriter, FuncAnimation

    mpl.use("Agg")
    mpl.rcParams["animation.ffmpeg_path"] = imageio_ffmpeg.get_ffmpeg_exe()
    figure, axes = plt.subplots(figsize=(WIDTH / 100, HEIGHT / 100), dpi=100)
    grid = result.numerics.grid
    density = np.abs(result.psi) ** 2
    v = np.asarray(result.problem.potential.value(tuple(grid.position), mass=float(result.problem.mass)))
    clock = axes.text(0.02, 0.95, "", transform=axes.transAxes)
    if grid.dimension == 1:
        x = np.asarray(grid.x)
        (drawn,) = axes.plot(x, density[0])
        axes.fill_between(x, v / max(v.max(), 1e-300) * density.max() / 2, alpha=0.3)
        axes.set(ylim=(0, 1.1 * density.max()), xlabel="x", ylabel="density")

        def show(index: int) -> None:
            drawn.set_ydata(density[index])

    else:
        (left, bottom), (right, top) = ([float(place) for place in end] for end in (grid.lower, grid.upper))
        extent = (left, right, bottom, top)
        image = axes.imshow(density[0].T, origin="lower", extent=extent, vmax=density.max(), interpolation="bilinear")
        axes.contour(v.T, extent=extent, levels=[float(v.max()) / 2])

        def show(index: int) -> None:
            image.set_data(density[index].T)

    def draw(index: int) -> Any:
        clock.set_text(f"t = {float(result.times[index]):.1f}")
        return show(index)

    FuncAnimation(figure, draw, frames=len(density)).save(path, writer=FFMpegWriter(fps=FPS))
    plt.close(figure)


_PAINTERS: dict[str, Callable[[Any, Path], None]] = {
    "paper": functools.partial(_by_wavesim, "paper"),
    "talk": functools.partial(_by_wavesim, "talk"),
    "FuncAnimation": _by_animation,
}
