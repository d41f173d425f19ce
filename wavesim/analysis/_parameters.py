"""Every float of a problem and of what is asked of it, by the path that files and sweeps use: ``potential.height``, ``particle.mass``."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterator
from typing import Any

from .._arrays import entries
from .._typing import DIMENSIONLESS, Dimension
from ..errors import ArgumentError
from ..problem import Problem
from .bars import AbstractQuestion

# of a list of numbers with more entries none counts as a parameter, unless it is named
_MOST_IN_LIST = 12
_OF_PROBLEM = ("potential", "state", "duration", "walls", "axis")


@dataclasses.dataclass(frozen=True)
class Parameter:
    """A number of the physics.

    Attributes:
        path: as for ``--set``.
        value: in internal units.
        dimension: what it is.
    """

    path: str
    value: float
    dimension: Dimension


def parameters_of(problem: Problem, question: AbstractQuestion) -> dict[str, Parameter]:
    """Every float by its path; lists of more than a dozen numbers are left out."""
    known = [Parameter("particle.mass", float(problem.mass), _dimension(_hints(problem)["mass"]))]
    for name in _OF_PROBLEM:
        known += _floats(getattr(problem, name), _hints(problem)[name], name)
    known += _floats(question, type(question), "find")
    return {parameter.path: parameter for parameter in known}


def parameter_at(problem: Problem, question: AbstractQuestion, path: str) -> Parameter:
    """The float at a path, one of a long list included.

    Raises:
        ArgumentError: if there is no float.
    """
    known = {
        parameter.path: parameter
        for name, root in (("potential", problem.potential), ("state", problem.state), ("find", question))
        for parameter in _floats(root, type(root), name, most=None)
    }
    known |= {
        path: parameter
        for path, parameter in parameters_of(problem, question).items()
        if not path.startswith(("potential", "state", "find"))
    }
    if path not in known:
        some = ", ".join(list(known)[:_MOST_IN_LIST])
        raise ArgumentError("paths", f"must name numbers of the problem, but {path!r} is none; choose from {some}.")
    return known[path]


def with_value(
    problem: Problem, question: AbstractQuestion, path: str, value: float
) -> tuple[Problem, AbstractQuestion]:
    """Both with one number changed.

    Raises:
        WavesimError: if the number cannot have that value.
    """
    head, _, rest = path.partition(".")
    if head == "find":
        return problem, _changed(question, rest.split("."), value)
    return problem.replace("mass" if path == "particle.mass" else path, value), question


def _changed(node: Any, keys: list[str], value: float) -> Any:
    if not keys:
        return value
    if isinstance(node, tuple):
        place = int(keys[0])
        return (*node[:place], _changed(node[place], keys[1:], value), *node[place + 1 :])
    return dataclasses.replace(node, **{keys[0]: _changed(getattr(node, keys[0]), keys[1:], value)})


def _floats(node: Any, hint: Any, path: str, most: int | None = _MOST_IN_LIST) -> Iterator[Parameter]:
    if most is not None and getattr(node, "size", 0) > most:
        return
    node = entries(node)
    if isinstance(node, float) or (isinstance(node, int) and not isinstance(node, bool) and _is_float(hint)):
        yield Parameter(path, float(node), _dimension(hint))
    elif isinstance(node, tuple):
        parts = typing.get_args(_given(hint))
        even = not parts or Ellipsis in parts
        if most is not None and len(node) > most:
            return
        for place, value in enumerate(node):
            yield from _floats(value, (parts or (Any,))[0] if even else parts[place], f"{path}.{place}", most)
    elif isinstance(node, dict):
        parts = typing.get_args(_given(hint))
        for key, value in node.items():
            yield from _floats(value, parts[1] if parts else Any, f"{path}.{key}", most)
    elif dataclasses.is_dataclass(node) and not isinstance(node, type):
        hints = _hints(node)
        for field in dataclasses.fields(node):
            if field.init:
                yield from _floats(getattr(node, field.name), hints[field.name], f"{path}.{field.name}", most)


def _hints(node: Any) -> dict[str, Any]:
    return typing.get_type_hints(type(node), include_extras=True)


def _given(hint: Any) -> Any:
    """What a hint says of a value that is not None."""
    parts = [part for part in typing.get_args(hint) if part is not type(None)]
    return parts[0] if type(None) in typing.get_args(hint) and parts else hint


def _is_float(hint: Any) -> bool:
    """Whether a whole number there is a float that was written without its point."""
    return _given(hint) is float or isinstance(_dimension(hint, None), Dimension)


def _dimension(hint: Any, otherwise: Any = DIMENSIONLESS) -> Any:
    if isinstance(hint, Dimension):
        return hint
    for part in typing.get_args(hint):
        if (known := _dimension(part, None)) is not None:
            return known
    return otherwise
