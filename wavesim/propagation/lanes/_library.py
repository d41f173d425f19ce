"""The library of compiled steps: built once by the machine's C compiler for its processor, and cached beside JAX's programs."""

from __future__ import annotations

import ctypes
import functools
import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from ..._files import put_whole
from ..._jax import jax, when_loaded
from ..._programs import cache_folder

SOURCE = Path(__file__).with_name("lanes.c")
_HEADERS = ("transform.h", "one_wave.h", "steps.h", "residual.h")
FUNCTIONS = ("chebyshev_step", "kicks_and_drifts")
# sizes of the transforms tested: products of all radices, and of some
_TRIED = (210, 16, 45)
# largest error of a tested transform, by whether the precision is single
_BOUND = {False: 1e-12, True: 1e-4}
_OPTIONS = ("-O3", "-ffp-contract=fast", "-fno-math-errno", "-fPIC", "-shared")
# options for the processor of this machine; the last one uses the default of the compiler
_PROCESSORS = ("-march=native", "-mcpu=native", "")
# seconds after which a compiler is given up
_PATIENCE_S = 60.0


@functools.cache
def registered(single: bool) -> bool:
    """Whether there are compiled steps, also for XLA; the first call compiles them in a second or two if there is a compiler.

    ``WAVESIM_LANES=off`` turns them off.
    """
    steps = library(single)
    if steps is None:
        return False

    def register() -> None:
        for function in FUNCTIONS:
            capsule = jax.ffi.pycapsule(getattr(steps, function))
            jax.ffi.register_ffi_target(target(function, single), capsule, platform="cpu")

    when_loaded(register)
    return True


@functools.cache
def library(single: bool) -> ctypes.CDLL | None:
    """The library, after a test of its transforms; None if there is none, or it is turned off."""
    if os.environ.get("WAVESIM_LANES", "") == "off" or os.name != "posix":
        return None
    path = _compiled(single)
    if path is None:
        return None
    try:
        steps = ctypes.CDLL(str(path))
        steps.worst_error.restype = ctypes.c_double
        accurate = all(steps.worst_error(n) < _BOUND[single] for n in _TRIED)
        return steps if accurate and all(hasattr(steps, function) for function in FUNCTIONS) else None
    except (OSError, AttributeError):
        return None


def status() -> str:
    """A line that says whether there are compiled steps, and the cure if there are none."""
    if library(single=False) is not None:
        command = _compiler()
        name = "ziglang" if "ziglang" in command else Path(command[0]).name
        return f"compiled by {name} for this processor"
    if os.environ.get("WAVESIM_LANES", "") == "off":
        return "JAX's own, as WAVESIM_LANES=off asks"
    if _compiler():
        return f"JAX's own: the compiler {' '.join(_compiler())} made no library that works; set CC to another one"
    return "JAX's own; a C compiler (cc, gcc, clang, or pip install ziglang) would make runs about twice as fast"


def target(function: str, single: bool) -> str:
    """The name of a function for XLA."""
    return f"wavesim_{function}_{'single' if single else 'double'}"


def _compiled(single: bool) -> Path | None:
    """The path of the library; None if it cannot be built."""
    compiler = _compiler()
    folder, header = cache_folder("lanes"), _include() / "xla" / "ffi" / "api" / "c_api.h"
    if not compiler or folder is None or not header.is_file():
        return None
    sources = (SOURCE, *map(SOURCE.with_name, _HEADERS), header)
    parts = (*(source.read_bytes() for source in sources), " ".join((*compiler, *_OPTIONS)).encode(), _processor())
    name = hashlib.sha256(b"\0".join(parts)).hexdigest()[:24]
    path = folder / f"{name}-{'single' if single else 'double'}.so"
    if path.is_file():
        return path
    options = (*_OPTIONS, *(("-DSINGLE",) if single else ()), f"-I{_include()}", str(SOURCE))
    try:
        with tempfile.TemporaryDirectory() as folder_of_build:
            built = Path(folder_of_build, "lanes.so")
            for processor in _PROCESSORS:
                command = (*compiler, *filter(None, [processor]), *options, "-o", str(built), "-lm", "-lpthread")
                if subprocess.run(command, capture_output=True, timeout=_PATIENCE_S).returncode == 0:
                    put_whole(path, built.read_bytes())
                    return path
    except (OSError, ValueError, subprocess.SubprocessError):
        pass
    return None


def _include() -> Path:
    """The folder of XLA's headers, which come with jaxlib; as `jax.ffi.include_dir` gives it."""
    package = importlib.util.find_spec("jaxlib")
    assert package is not None and package.origin is not None
    return Path(package.origin).with_name("include")


def _compiler() -> tuple[str, ...]:
    """The command of a C compiler: the one that ``CC`` names, the machine's own, or the wheel `ziglang`; () where there is none."""
    if given := os.environ.get("CC", "").split():
        return tuple(given)
    path = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if path is not None:
        return (path,)
    return (sys.executable, "-m", "ziglang", "cc") if importlib.util.find_spec("ziglang") else ()


def _processor() -> bytes:
    """The identity of the processor: machines may share a home folder, and a library for one may crash on another."""
    processor = platform.machine() + platform.processor()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            processor += next((line for line in file if line.startswith(("flags", "Features"))), "")
    except OSError:
        pass
    return processor.encode()
