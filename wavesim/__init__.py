"""The time-dependent Schroedinger equation: physics and a tolerance in, numbers with error bars out.

    import wavesim as ws

    problem = ws.Problem(ws.potentials.RectangularBarrier(height=1.0, width=1.5), ws.states.GaussianPacket(-20.0, 3.0, 1.2))
    print(ws.certify(problem, tolerance=1e-4))

Importing wavesim is light: jax and the rest are imported when a name that needs them is first used. If JAX has not been imported before, it
will compute with 64 bits.
"""

from __future__ import annotations

import importlib
import os as _os
import sys as _sys
from importlib.metadata import PackageNotFoundError as _PackageNotFoundError, version as _installed
from typing import TYPE_CHECKING

from ._version import __version__ as __version__

try:
    # these two deadlock on CPU when FFTs run side by side (jaxlib 0.11.1, 0.11.2); the flag touches the CPU backend only
    if _installed("jaxlib") in {"0.11.1", "0.11.2"} and "xla_cpu_multi_thread_eigen" not in _os.environ.get(
        "XLA_FLAGS", ""
    ):
        _os.environ["XLA_FLAGS"] = f"{_os.environ.get('XLA_FLAGS', '')} --xla_cpu_multi_thread_eigen=false".strip()
except _PackageNotFoundError:
    pass

# its own default, 32 bits, loses half of all digits; where JAX was imported before, its setting stays, and 32 bits are refused with their cure
if "jax" not in _sys.modules:
    _os.environ.setdefault("JAX_ENABLE_X64", "1")

if TYPE_CHECKING:
    from . import (
        absorbers as absorbers,
        analysis as analysis,
        designs as designs,
        edges as edges,
        ends as ends,
        errors as errors,
        explorer as explorer,
        fourier as fourier,
        grid as grid,
        hamiltonian as hamiltonian,
        io as io,
        observables as observables,
        potentials as potentials,
        problem as problem,
        propagation as propagation,
        regions as regions,
        reports as reports,
        scenario as scenario,
        schemes as schemes,
        states as states,
        sweeps as sweeps,
        theory as theory,
        units as units,
        viz as viz,
    )
    from .absorbers import Absorber as Absorber
    from .analysis import Report as Report, certify as certify, sensitivities as sensitivities, verify as verify
    from .designs import design as design, gradient as gradient
    from .ends import Axis as Axis, Walls as Walls
    from .errors import WavesimError as WavesimError
    from .explorer import Explorer as Explorer
    from .grid import Grid as Grid
    from .io import load as load, save as save
    from .problem import Problem as Problem
    from .propagation import (
        Numerics as Numerics,
        Plan as Plan,
        Result as Result,
        evolve as evolve,
        evolve_many as evolve_many,
        plan as plan,
        propagate as propagate,
        relax as relax,
    )
    from .regions import Before as Before, Between as Between, Beyond as Beyond
    from .scenario import load_scenario as load_scenario
    from .sweeps import sweep as sweep
    from .viz import animate as animate

_ROOMS = (
    "absorbers", "analysis", "designs", "edges", "ends", "errors", "explorer", "fourier", "grid", "hamiltonian", "io", "observables", "potentials", "problem", "propagation",
    "regions", "reports", "scenario", "schemes", "states", "sweeps", "theory", "units", "viz",
)  # fmt: skip
_HOMES = {
    "Absorber": "absorbers", "Report": "analysis", "certify": "analysis", "sensitivities": "analysis", "verify": "analysis", "design": "designs", "gradient": "designs", "Axis": "ends", "Walls": "ends", "WavesimError": "errors", "Explorer": "explorer", "Grid": "grid",
    "load": "io", "save": "io", "Problem": "problem", "Numerics": "propagation", "Plan": "propagation", "Result": "propagation",
    "evolve": "propagation", "evolve_many": "propagation", "plan": "propagation", "propagate": "propagation", "relax": "propagation",
    "Before": "regions", "Between": "regions", "Beyond": "regions", "load_scenario": "scenario", "sweep": "sweeps", "animate": "viz",
}  # fmt: skip

__all__ = [
    "Absorber", "Axis", "Before", "Between", "Beyond", "Explorer", "Grid", "Numerics", "Plan", "Problem", "Report", "Result", "Walls", "WavesimError",
    "absorbers", "analysis", "animate", "certify", "design", "designs", "edges", "ends", "errors", "evolve", "evolve_many", "explorer", "fourier", "gradient", "grid", "hamiltonian", "io", "load",
    "load_scenario", "observables", "plan", "potentials", "problem", "propagate", "propagation", "regions", "relax", "reports", "save", "scenario",
    "schemes", "sensitivities", "states", "sweep", "sweeps", "theory", "units", "verify", "viz",
]  # fmt: skip


def __getattr__(name: str) -> object:
    if name in _ROOMS:
        return importlib.import_module(f"wavesim.{name}")
    if name in _HOMES:
        return getattr(importlib.import_module(f"wavesim.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'wavesim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
