"""NumPy for plain values, JAX for JAX arrays: tables are made without compiling anything, and stay differentiable.

``from ._arrays import xp as jnp`` replaces ``import jax.numpy as jnp``. A function of it calls NumPy if none of its arguments
is a JAX array, and JAX otherwise. A single eager operation of JAX costs a compilation of 30 to 60 ms for each new shape,
and the tables of a run take some hundred operations: ten times as long as the run itself.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy

from ._jax import is_loaded, is_traced, jax

if TYPE_CHECKING:
    import jax.numpy as xp
    from jax import Array

    # argument of a function that computes with either library
    AnyArray = np.ndarray | Array
else:
    AnyArray = Any

    class _Namespace:
        """Functions of one module of both libraries; each call selects NumPy or JAX by its arguments."""

        def __init__(self, plain: str, traced: str) -> None:
            self._plain, self._traced = plain, traced

        def __getattr__(self, name: str) -> Any:
            plain = getattr(importlib.import_module(self._plain), name)
            if isinstance(plain, type) or not callable(plain):
                return plain

            # as in JAX, overflow and invalid values raise no warning
            silent = np.errstate(all="ignore")(plain)

            def function(*arguments: Any, **options: Any) -> Any:
                if _has_jax_array(arguments) or _has_jax_array(options.values()):
                    return getattr(importlib.import_module(self._traced), name)(*arguments, **options)
                return silent(*arguments, **options)

            self.__dict__[name] = function
            return function

    xp = _Namespace("numpy", "jax.numpy")
    xp.fft = _Namespace("numpy.fft", "jax.numpy.fft")
    xp.linalg = _Namespace("numpy.linalg", "jax.numpy.linalg")


# common types that are not JAX arrays: this set is faster than isinstance of jax.Array
_PLAIN = frozenset({np.ndarray, np.float64, float, int, complex, bool, str, type(None), type, slice})


def _has_jax_array(arguments: Any) -> bool:
    return is_loaded() and _holds(arguments, jax.Array)


def _holds(arguments: Any, kind: type) -> bool:
    for value in arguments:
        if type(value) in _PLAIN:
            continue
        if isinstance(value, list | tuple):
            if _holds(value, kind):
                return True
        elif isinstance(value, kind):
            return True
    return False


def known(*values: Any) -> bool:
    """Whether none of the values is a JAX array."""
    return not _has_jax_array(values)


def known_inside(*structures: Any) -> bool:
    """Whether no number in these structures is a JAX array."""
    return not is_loaded() or known(*jax.tree.leaves(structures))


def at_once(compiled: Callable[..., Any], *arguments: Any) -> Any:
    """Result of a compiled function for concrete arguments, as NumPy arrays, even while JAX traces the caller."""
    result = compiled(*arguments)
    if is_traced(result):
        # slower, since here the constants of the function are evaluated one by one, each by its own program
        with jax.ensure_compile_time_eval():
            result = compiled(*arguments)
    return jax.tree.map(np.asarray, result)


def entries(value: Any) -> Any:
    """The numbers of an array as nested tuples; anything else as it is."""

    def tupled(node: Any) -> Any:
        return tuple(map(tupled, node)) if isinstance(node, list) else node

    return tupled(value.tolist()) if isinstance(value, np.ndarray) or _has_jax_array((value,)) else value


def constant(value: Any) -> Any:
    """The value, treated as a constant in derivatives."""
    return jax.lax.stop_gradient(value) if _has_jax_array((value,)) else value


def sigmoid(value: Any) -> Any:
    """1/(1 + exp(-value))."""
    if _has_jax_array((value,)):
        return jax.nn.sigmoid(value)
    if np.iscomplexobj(value):
        return 0.5 + 0.5 * np.tanh(np.asarray(value) / 2)
    fall = np.exp(-np.abs(value))
    return np.where(value >= 0, 1.0, fall) / (1 + fall)


def erfc(value: Any) -> Any:
    """1 - erf(value)."""
    return jax.scipy.special.erfc(value) if _has_jax_array((value,)) else scipy.special.erfc(value)


def whole_power(value: Any, power: int) -> Any:
    """value^power, with a derivative at 0."""
    if _has_jax_array((value,)):
        return jax.lax.integer_pow(value, power)
    with np.errstate(all="ignore"):
        return numbers(value) ** (float(power) if power < 0 else power)


def numbers(value: Any) -> Any:
    """The value as an array of double precision; complex values stay complex, as analytic continuation needs."""
    return xp.asarray(value, complex if np.iscomplexobj(value) else float)


def complex_of(real: Any, imaginary: Any) -> Any:
    """real + i imaginary, in the precision of both."""
    if _has_jax_array((real, imaginary)):
        return jax.lax.complex(real, imaginary)
    return real + np.asarray(1j, np.result_type(real.dtype, np.complex64)) * imaginary


def changed_at(values: Any, places: Any, amounts: Any, how: str = "add") -> Any:
    """A copy of values updated at the indices `places` by "add", "max" or "min"; indices out of range are ignored."""
    if _has_jax_array((values, places, amounts)):
        return getattr(jax.numpy.asarray(values).at[places], how)(amounts, mode="drop")
    copy, inside = np.array(values), (places >= 0) & (places < len(values))
    operation: Callable[..., None] = {"add": np.add, "max": np.maximum, "min": np.minimum}[how].at
    operation(copy, np.asarray(places)[inside], np.broadcast_to(amounts, np.shape(places))[inside])
    return copy


def tridiagonal_solution(lower: Any, middle: Any, upper: Any, right_side: Any) -> Any:
    """Solve a tridiagonal system; the first entry of `lower` and the last of `upper` are ignored."""
    if _has_jax_array((lower, middle, upper, right_side)):
        return jax.lax.linalg.tridiagonal_solve(lower, middle, upper, right_side[:, None])[:, 0]
    bands = np.stack([np.roll(upper, 1), middle, np.roll(lower, -1)])
    return scipy.linalg.solve_banded((1, 1), bands, right_side)


def placed(values: Any, place: Any, entry: Any) -> Any:
    """`values` with `entry` set at an index of the first axis; NumPy arrays are changed in place."""
    if _has_jax_array((values, place, entry)):
        return jax.numpy.asarray(values).at[place].set(entry)
    values[place] = entry
    return values
