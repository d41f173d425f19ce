"""A scenario small enough to be run many times over, and ways to run it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from wavesim.cli._app import app

SMALL = """
format = 1
title = "Small"
question = "Does the smallest run work?"
units = "natural"
[potential]
kind = "gaussian_barrier"
height = 1.0
width = 1.0
[state]
kind = "gaussian_packet"
center = -12.0
width = 2.0
momentum = 2.0
[accuracy]
tolerance = 1e-3
[run]
frames = 8
[expect]
transmitted_probability = { theory = "scattering", within = 1e-3 }
"""

# a measured barrier, of which nothing needs to be propagated
PLANE_WAVE = """
format = 1
title = "A plane wave"
[particle]
mass = "0.067 m_e"
[potential]
kind = "rectangular_barrier"
height = "0.30 +- 0.01 eV"
width = "5.0 +- 0.1 nm"
[state]
kind = "gaussian_packet"
center = "-30 nm"
width = "4 nm"
energy = "0.1 eV"
[find]
kind = "transmission_at"
energy = "0.2 eV"
"""


def content() -> dict[str, Any]:
    """The content of the small scenario."""
    return tomllib.loads(SMALL)


def written(folder: Path, text: str = SMALL) -> str:
    """The path of a scenario file in `folder`."""
    path = folder / "small.toml"
    path.write_text(text)
    return str(path)


def wavesim(*arguments: object) -> Result:
    """``wavesim ...`` in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])
