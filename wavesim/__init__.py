"""wavesim: the time-dependent Schroedinger equation, from physics and a tolerance to numbers with error bars.

Importing wavesim is light: jax and the rest are imported when a name that needs them is first used.
"""

from __future__ import annotations

import importlib
import os as _os
from importlib.metadata import PackageNotFoundError as _PackageNotFoundError
from importlib.metadata import version as _version
from typing import TYPE_CHECKING

try:
    __version__ = _version("wavesim")
except _PackageNotFoundError:  # run from a bare checkout
    __version__ = "0+unknown"

try:
    # these two deadlock on CPU when FFTs run side by side (jaxlib 0.11.1, 0.11.2); the flag touches the CPU backend only
    if _version("jaxlib") in {"0.11.1", "0.11.2"} and "xla_cpu_multi_thread_eigen" not in _os.environ.get(
        "XLA_FLAGS", ""
    ):
        _os.environ["XLA_FLAGS"] = f"{_os.environ.get('XLA_FLAGS', '')} --xla_cpu_multi_thread_eigen=false".strip()
except _PackageNotFoundError:
    pass

if TYPE_CHECKING:
    from . import absorbers as absorbers
    from . import analysis as analysis
    from . import observables as observables
    from . import potentials as potentials
    from . import schemes as schemes
    from . import states as states
    from . import sweeps as sweeps
    from . import theory as theory
    from . import units as units
    from . import viz as viz
    from .absorbers import Absorber as Absorber
    from .analysis import Report as Report
    from .analysis import certify as certify
    from .analysis import verify as verify
    from .errors import WavesimError as WavesimError
    from .grid import Grid as Grid
    from .io import load as load
    from .io import save as save
    from .problem import Problem as Problem
    from .propagation import Numerics as Numerics
    from .propagation import Plan as Plan
    from .propagation import Result as Result
    from .propagation import evolve as evolve
    from .propagation import evolve_many as evolve_many
    from .propagation import plan as plan
    from .propagation import propagate as propagate
    from .propagation import relax as relax
    from .regions import Before as Before
    from .regions import Between as Between
    from .regions import Beyond as Beyond
    from .scenario import load_scenario as load_scenario
    from .sweeps import sweep as sweep
    from .viz import animate as animate

_HOMES = {
    "absorbers": "", "analysis": "", "observables": "", "potentials": "", "schemes": "", "states": "", "sweeps": "", "theory": "", "units": "", "viz": "",
    "Absorber": "absorbers", "Report": "analysis", "certify": "analysis", "verify": "analysis", "WavesimError": "errors", "Grid": "grid", "load": "io", "save": "io",
    "Problem": "problem", "Numerics": "propagation", "Plan": "propagation", "Result": "propagation", "evolve": "propagation", "evolve_many": "propagation", "plan": "propagation",
    "propagate": "propagation", "relax": "propagation", "Before": "regions", "Between": "regions", "Beyond": "regions",
    "load_scenario": "scenario", "sweep": "sweeps", "animate": "viz",
}  # fmt: skip


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'wavesim' has no attribute {name!r}")
    home = _HOMES[name]
    if not home:
        return importlib.import_module(f"wavesim.{name}")
    return getattr(importlib.import_module(f"wavesim.{home}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
