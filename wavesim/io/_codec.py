"""Dataclasses of wavesim as plain JSON and back: ``{"class": name, field: ...}``, every number exact."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import numpy as np

from .. import observables, potentials, regions, schemes, states
from ..absorbers import Absorber
from ..ends import Axis, Walls
from ..grid import Grid
from ..problem import Problem
from ..propagation import Numerics
from ..units import UnitSystem

_CLASSES = {
    name: cls
    for module in (potentials, states, observables, regions, schemes)
    for name, cls in vars(module).items()
    if isinstance(cls, type) and dataclasses.is_dataclass(cls)
} | {
    "Absorber": Absorber,
    "Axis": Axis,
    "Walls": Walls,
    "Grid": Grid,
    "Problem": Problem,
    "Numerics": Numerics,
    "UnitSystem": UnitSystem,
}


def encoded(value: Any) -> Any:
    """A dataclass of wavesim, and what it holds, as plain JSON.

    Raises:
        TypeError: if it holds what no file can, such as a Python function.
    """
    if type(value).__name__ in _CLASSES and isinstance(value, _CLASSES[type(value).__name__]):
        fields = {f.name: encoded(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return {"class": type(value).__name__, **fields}
    if isinstance(value, dict):
        return {"class": "dict", "items": {key: encoded(item) for key, item in value.items()}}
    if isinstance(value, tuple | list):
        return [encoded(item) for item in value]
    if value is None or isinstance(value, bool | str):
        return value
    if np.ndim(value) == 0 and not callable(value):
        return int(value) if isinstance(value, int | np.integer) else float(value)
    if isinstance(value, np.ndarray | jax.Array):
        # tables of samples: their constructors make arrays of them again
        return np.asarray(value).tolist()
    raise TypeError(f"{type(value).__name__} cannot be written")


def decoded(value: Any) -> Any:
    """What `encoded` wrote, made again by its own class."""
    if isinstance(value, list):
        return tuple(decoded(item) for item in value)
    if not isinstance(value, dict):
        return value
    if value["class"] == "dict":
        return {key: decoded(item) for key, item in value["items"].items()}
    return _CLASSES[value["class"]](**{key: decoded(item) for key, item in value.items() if key != "class"})
