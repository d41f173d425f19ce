"""The compiled steps: made once by the machine's own C compiler, for its own processor, and kept beside JAX's programs."""

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

import jax

from ..._files import put_whole
from ..._programs import cache_folder

SOURCE = Path(__file__).with_name("lanes.c")
_HEADERS = ("transform.h", "one_wave.h", "steps.h", "residual.h")
FUNCTIONS = ("chebyshev_step", "kicks_and_drifts")
# products of all radices, and of some
_TRIED = (210, 16, 45)
# of a transform of so few points, in both precisions
_BOUND = {False: 1e-12, True: 1e-4}
_OPTIONS = ("-O3", "-ffp-contract=fast", "-fno-math-errno", "-fPIC", "-shared")
# how compilers are told of the processor at hand; the last one leaves it to them
_PROCESSORS = ("-march=native", "-mcpu=native", "")
_PATIENCE_S = 60.0


@functools.cache
def registered(single: bool) -> bool:
    """Whether there are such steps, for XLA too; they are compiled at the first call, in a second or two, where a compiler is found.

    ``WAVESIM_LANES=off`` says no.
    """
    steps = library(single)
    if steps is None:
        return False
    for function in FUNCTIONS:
        capsule = jax.ffi.pycapsule(getattr(steps, function))
        jax.ffi.register_ffi_target(target(function, single), capsule, platform="cpu")
    return True


@functools.cache
def library(single: bool) -> ctypes.CDLL | None:
    """The library, once its transforms have been tried; None where there is none, or it is not wanted."""
    if os.environ.get("WAVESIM_LANES", "") == "off" or os.name != "posix":
        return None
    path = _compiled(single)
    if path is None:
        return None
    try:
        steps = ctypes.CDLL(str(path))
        steps.worst_error.restype = ctypes.c_double
        right = all(steps.worst_error(n) < _BOUND[single] for n in _TRIED)
        return steps if right and all(hasattr(steps, function) for function in FUNCTIONS) else None
    except (OSError, AttributeError):
        return None


def status() -> str:
    """Whether there are such steps, in a line, and the cure if there are not."""
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
    """What XLA calls it."""
    return f"wavesim_{function}_{'single' if single else 'double'}"


def _compiled(single: bool) -> Path | None:
    """The library; None where it cannot be made."""
    compiler = _compiler()
    folder, header = cache_folder("lanes"), Path(jax.ffi.include_dir(), "xla", "ffi", "api", "c_api.h")
    if not compiler or folder is None or not header.is_file():
        return None
    sources = (SOURCE, *map(SOURCE.with_name, _HEADERS), header)
    parts = (*(source.read_bytes() for source in sources), " ".join((*compiler, *_OPTIONS)).encode(), _processor())
    name = hashlib.sha256(b"\0".join(parts)).hexdigest()[:24]
    path = folder / f"{name}-{'single' if single else 'double'}.so"
    if path.is_file():
        return path
    options = (*_OPTIONS, *(("-DSINGLE",) if single else ()), f"-I{jax.ffi.include_dir()}", str(SOURCE))
    try:
        with tempfile.TemporaryDirectory() as beside:
            made = Path(beside, "lanes.so")
            for processor in _PROCESSORS:
                command = (*compiler, *filter(None, [processor]), *options, "-o", str(made), "-lm", "-lpthread")
                if subprocess.run(command, capture_output=True, timeout=_PATIENCE_S).returncode == 0:
                    put_whole(path, made.read_bytes())
                    return path
    except (OSError, ValueError, subprocess.SubprocessError):
        pass
    return None


def _compiler() -> tuple[str, ...]:
    """The command of a C compiler: the one that ``CC`` names, the machine's own, or the wheel `ziglang`; () where there is none."""
    if given := os.environ.get("CC", "").split():
        return tuple(given)
    found = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if found is not None:
        return (found,)
    return (sys.executable, "-m", "ziglang", "cc") if importlib.util.find_spec("ziglang") else ()


def _processor() -> bytes:
    """What tells processors apart that share a home: a library for one may end a process on the other."""
    processor = platform.machine() + platform.processor()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            processor += next((line for line in file if line.startswith(("flags", "Features"))), "")
    except OSError:
        pass
    return processor.encode()
