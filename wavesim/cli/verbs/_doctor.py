"""``wavesim doctor``: versions, devices, and a self-check."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import PackageNotFoundError, version

_PACKAGES = (
    "jax",
    "jaxlib",
    "numpy",
    "scipy",
    "matplotlib",
    "imageio",
    "imageio-ffmpeg",
    "xarray",
    "h5netcdf",
    "pydantic",
    "typer",
    "rich",
)
# largest error of psi in the self-check
_BOUND = 1e-10


def examine() -> tuple[str, bool]:
    """A report on versions and devices, and whether a free packet agrees with the closed form."""
    import jax

    from ..._version import __version__
    from ...propagation.lanes import status

    devices = ", ".join(f"{device.device_kind} ({device.platform})" for device in jax.devices())
    lines = [
        f"wavesim    {__version__}",
        f"python     {platform.python_version()} at {sys.executable}, {platform.system()} {platform.machine()}",
        f"packages   {', '.join(f'{name} {_version(name)}' for name in _PACKAGES)}",
        f"devices    {devices}",
        f"64-bit     {'on' if jax.config.jax_enable_x64 else 'OFF'}",  # type: ignore[attr-defined]
        f"1D steps   {status()}",
        f"ffmpeg     {_ffmpeg()}",
    ]
    distance = _free_packet()
    sound = distance < _BOUND
    verdict = "passed" if sound else f"FAILED: it must be below {_BOUND:.0e}; please report this"
    lines.append(f"self-check {verdict} (a free packet agrees with theory to {distance:.1e})")
    return "\n".join(lines), sound


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def _ffmpeg() -> str:
    try:
        from ...viz.movie import ffmpeg
    except ImportError as error:
        return f"not looked for: the package {error.name} is missing"
    return str(ffmpeg() or "not found: movies are written as .gif (pip install imageio-ffmpeg)")


def _free_packet() -> float:
    """The largest error of a propagated free packet: a step of free motion is exact up to rounding."""
    import numpy as np

    from ... import theory
    from ...grid import Grid
    from ...potentials import Free
    from ...problem import Problem
    from ...propagation import propagate
    from ...states import GaussianPacket

    packet = GaussianPacket(center=-8.0, width=1.5, momentum=2.0)
    problem = Problem(Free(), packet, duration=6.0)
    grid = Grid.line(-40.0, 40.0, 512)
    result = propagate(problem, grid=grid, dt=0.1, scheme="strang", absorber=None, frames=1, save_psi=False)
    expected = theory.free_packet(grid.x, 6.0, center=packet.center, width=packet.width, momentum=2.0)
    return float(np.max(np.abs(result.final - np.asarray(expected))))
