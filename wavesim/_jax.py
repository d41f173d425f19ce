"""JAX, imported at its first use: a run by NumPy and compiled steps starts half a second sooner without it.

``from ._jax import jax, jnp`` stands where ``import jax`` and ``import jax.numpy as jnp`` would.
"""

from __future__ import annotations

import functools
import importlib
import importlib.metadata
import importlib.util
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ._text import first_line
from .errors import WavesimError

if TYPE_CHECKING:
    import jax as jax
    import jax.core
    import jax.numpy as jnp
    from jax import jit as jit
    from jax.typing import ArrayLike as ArrayLike
else:
    ArrayLike = Any

    class _Module:
        """A module of JAX that is imported when one of its names is first used."""

        def __init__(self, name: str) -> None:
            self._name = name

        def __getattr__(self, name: str) -> Any:
            return getattr(sys.modules.get(self._name) or _imported(self._name), name)

    jax, jnp = _Module("jax"), _Module("jax.numpy")

    class _Jitted:
        """A function that ``jax.jit`` compiles, wrapped at its first call."""

        def __init__(self, function: Callable[..., Any], options: dict[str, Any]) -> None:
            functools.update_wrapper(self, function)
            self._options = options

        @functools.cached_property
        def _compiled(self) -> Any:
            return jax.jit(self.__wrapped__, **self._options)

        def __call__(self, *arguments: Any, **options: Any) -> Any:
            return self._compiled(*arguments, **options)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._compiled, name)

    def jit(function: Callable[..., Any], **options: Any) -> _Jitted:
        """``jax.jit`` at the first call."""
        return _Jitted(function, options)


def _imported(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except (ValueError, TypeError, AttributeError) as error:
        raise WavesimError(
            f"jax must start, but does not ({first_line(error)}); correct the variables that begin with JAX_, or unset them."
        ) from None


def is_loaded() -> bool:
    """Whether JAX has been imported: without it no value is an array of JAX, and none is traced."""
    return hasattr(sys.modules.get("jax"), "Array")


def is_traced(*values: Any) -> bool:
    """Whether any number in these structures is traced by JAX."""
    return is_loaded() and any(isinstance(leaf, jax.core.Tracer) for leaf in jax.tree.leaves(values))


def platform() -> str:
    """The platform on which JAX computes, "cpu" or "gpu"; JAX is imported only if there may be another one than a CPU."""
    return jax.default_backend() if is_loaded() or _may_have_others() else "cpu"


def device_count() -> int:
    """The number of JAX's devices on this machine; JAX is imported only if there may be several."""
    return len(jax.local_devices()) if is_loaded() or _may_have_others() else 1


@functools.cache
def _may_have_others() -> bool:
    """Whether the environment asks for other devices, or a plugin of JAX may bring them."""
    if any(os.environ.get(name, "") for name in ("JAX_NUM_CPU_DEVICES", "JAX_PLATFORM_NAME")):
        return True
    if "xla_force_host_platform_device_count" in os.environ.get("XLA_FLAGS", ""):
        return True
    if platforms := os.environ.get("JAX_PLATFORMS", ""):
        return platforms != "cpu"
    if any(importlib.util.find_spec(name) is not None for name in ("jax_plugins", "libtpu")):
        return True
    return bool(importlib.metadata.entry_points(group="jax_plugins"))


def uses_double() -> bool:
    """Whether JAX computes with 64 bits, or will once it is imported."""
    if is_loaded():
        return bool(jax.config.jax_enable_x64)  # type: ignore[attr-defined]
    return os.environ.get("JAX_ENABLE_X64", "").lower() in {"1", "true", "t", "yes", "y", "on"}


_pending: list[Callable[[], object]] = []


def when_loaded(action: Callable[[], object]) -> None:
    """Carry out an action that needs JAX, now or as soon as anybody imports it."""
    if is_loaded():
        action()
        return
    if not _pending:
        sys.meta_path.insert(0, _Watcher())
    _pending.append(action)


class _Watcher:
    """A finder of modules that sees JAX imported, and carries out what waits for it."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name != "jax":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec("jax")
        if spec is None or spec.loader is None:
            return spec
        execute = spec.loader.exec_module

        def execute_and_act(module: Any) -> None:
            execute(module)
            while _pending:
                _pending.pop(0)()

        spec.loader.exec_module = execute_and_act  # type: ignore[method-assign]
        return spec
