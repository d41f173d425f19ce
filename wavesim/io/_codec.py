"""Dataclasses of wavesim as plain JSON and back: ``{"class": name, field: ...}``, every number exact."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

# analysis is imported so that its observables are among the subclasses found below
from .. import analysis as analysis, potentials, regions, schemes, states
from .._jax import jax
from ..absorbers import Absorber
from ..ends import Axis, Walls
from ..grid import Grid
from ..observables import AbstractObservable
from ..problem import Problem
from ..propagation import Numerics
from ..units import UnitSystem


def _subclasses_of(base: type) -> dict[str, type]:
    """wavesim's own dataclasses derived from a class, by name; classes of the user are not read from files."""
    classes: dict[str, type] = {}
    for cls in base.__subclasses__():
        if dataclasses.is_dataclass(cls) and cls.__module__.startswith("wavesim."):
            classes[cls.__name__] = cls
        classes |= _subclasses_of(cls)
    return classes


_CLASSES = (
    {
        name: cls
        for module in (potentials, states, regions, schemes)
        for name, cls in vars(module).items()
        if isinstance(cls, type) and dataclasses.is_dataclass(cls)
    }
    # a question adds its observables, most of them private, to the problem of its run
    | _subclasses_of(AbstractObservable)
    | {
        "Absorber": Absorber,
        "Axis": Axis,
        "Walls": Walls,
        "Grid": Grid,
        "Problem": Problem,
        "Numerics": Numerics,
        "UnitSystem": UnitSystem,
    }
)


def encoded(value: Any) -> Any:
    """A dataclass of wavesim and its fields as plain JSON.

    Raises:
        TypeError: if a field has a type that no file can hold, such as a Python function.
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
        # tables of samples, which the constructors turn into arrays again
        return np.asarray(value).tolist()
    raise TypeError(f"{type(value).__name__} cannot be written")


def decoded(value: Any) -> Any:
    """The inverse of `encoded`."""
    if isinstance(value, list):
        return tuple(decoded(item) for item in value)
    if not isinstance(value, dict):
        return value
    if value["class"] == "dict":
        return {key: decoded(item) for key, item in value["items"].items()}
    return _CLASSES[value["class"]](**{key: decoded(item) for key, item in value.items() if key != "class"})
