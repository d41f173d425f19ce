"""Many problems by one compiled program in chunks: all steps of a few problems before the next few, so that they stay in the cache.

A chunk is `evolve` under ``vmap``, but with the number of steps unbatched, so that its loops run as for one problem. On several
devices each has rows of its own (``shard_map``): an FFT over a sharded batch would gather all rows on each of them. On a single CPU
device several threads run a chunk each, since XLA runs the FFTs of a loop on one core.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import functools
import importlib.metadata
import itertools
import math
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import numpy as np

from ..._checks import known_keywords
from ..._jax import jax, jit, jnp, platform
from ..._threads import cores
from ...errors import ArgumentError, NumericsError
from ...problem import Problem
from ...schemes import Chebyshev
from .._memory import device_memory
from .._numerics import Numerics, require_double
from ..lanes import has_lanes
from ..stepping import Trajectory, in_lanes, is_short, numpy_seconds, run_frames, set_up, trimmed

# bytes of psi in one chunk on a CPU: psi, its FFT, the product and the tables stay in a core's own cache (1 MiB; measured: from
# 192 KiB on a step takes 1.5 times as long)
_CPU_CHUNK = 1 << 17
# bytes of psi in one chunk on other devices, for 30 MB of L2 cache
_DEVICE_CHUNK = 1 << 23
# share of the device's memory for a chunk
_SHARE = 0.25
# points x FFT pairs per second on a slow core
_CPU_RATE = 1e8
# points x FFT pairs per second on other devices
_DEVICE_RATE = 1e10
# most seconds of a chunk, so that even a few rows are divided among the cores
_LONG = 2.0
# most seconds of rows that only fill up a chunk
_WASTE = 0.1
# seconds to compile a program for rows (measured)
_PROGRAM = 2.0
# cost of a run with its adjoint, in runs
_ADJOINT_COST = 3
# number of rows below which an FFT takes as long as with this number
_LANES = 8
# ratio of successive numbers of Chebyshev terms for which programs are compiled, where the number is part of the program
_TERMS = 1.2
# versions of jaxlib whose FFTs deadlock when two run at once
_DEADLOCKING = ("0.11.1", "0.11.2")

Leaves = tuple[np.ndarray, ...]
Row = TypeVar("Row")


@known_keywords()
def evolve_many(
    problems: Sequence[Problem], numerics: Sequence[Numerics], threads: int | None = None
) -> Iterator[Trajectory]:
    """Propagate many problems that differ in numbers only, each as by `evolve`, to NumPy arrays.

    The same rows in the same call give the same bytes. psi is kept at the end only. A row whose psi overflows ends in NaN and does not
    affect the others. If the memory does not suffice, the chunk is halved and tried again.

    Args:
        problems, numerics: the rows; all have the same structure, and numerics the same steps, frames, points, method and precision.
        threads: the number of chunks that run at once on a single CPU device; None for OMP_NUM_THREADS, or else the number of cores.
            The bytes do not depend on it.

    Returns:
        an iterator over the trajectories, in the order of the rows.

    Raises:
        ArgumentError: if a row does not fit the first one.
        NumericsError: if JAX's 64-bit mode is off, or the memory does not hold one row.
    """
    if not (len(problems) or len(numerics)):
        return iter(())
    structure, leaves = laid_out(problems, numerics)
    lanes = has_lanes(numerics[0], problems[0].potential.static)
    program = functools.partial(_run, structure, rows_mesh(), lanes, numerics[0].steps // numerics[0].frames)

    def solved(rows: slice, size: int) -> list[Trajectory]:
        with turn():
            arrays = jax.tree.map(np.asarray, program(filled(leaves, rows, size)))
        return [jax.tree.map(lambda a, i=i: a[i], arrays) for i in range(rows.stop - rows.start)]

    return in_chunks(solved, len(problems), numerics[0], threads)


def laid_out(problems: Sequence[Problem], numerics: Sequence[Numerics]) -> tuple[Any, Leaves]:
    """The common structure of all rows, and their numbers, see `_stacked`; for Chebyshev series with the number of their terms.

    Raises:
        ArgumentError, NumericsError: see `evolve_many`.
    """
    require_double()
    if len(problems) != len(numerics):
        raise ArgumentError(
            "numerics",
            f"must be one for each problem, but there are {len(numerics)} for {len(problems)} problems; give as many.",
        )
    structure, leaves = _stacked(problems, numerics)
    if isinstance(numerics[0].method, Chebyshev):
        leaves = (*leaves, np.array([row.pairs for row in numerics]))
    return structure, leaves


def in_chunks(
    solved: Callable[[slice, int], list[Row]], count: int, numerics: Numerics, threads: int | None
) -> Iterator[Row]:
    """The results of `count` rows, chunk after chunk, in order.

    Args:
        solved: gives the results of some rows, by a program of the given size.
        count: the number of rows.
        numerics: those of one row.
        threads: see `evolve_many`.
    """
    devices = len(_devices())
    pieces = _pieces(count, _rows(numerics), devices, row_seconds(numerics))
    at_once = min(threads or cores(), chunks_at_once(numerics))
    return _in_order(functools.partial(_in_halves, solved, devices), pieces, at_once)


def chunks_at_once(numerics: Numerics) -> int:
    """The number of chunks of such rows that may run at once, each in a thread; more than one only on a single CPU device."""
    devices = _devices()
    # two programs that diagonalize H deadlock on their threads, like two diagonalizations in one program
    if len(devices) > 1 or devices[0].platform != "cpu" or _deadlocks() or not numerics.method.steps:
        return 1
    return max(1, min(cores(), int(2 * _SHARE * device_memory() / (_rows(numerics) * numerics.memory))))


def go_alone(
    problems: Sequence[Problem], numerics: Sequence[Numerics], back: bool = False, sharing: float = 1.0
) -> bool:
    """Whether rows are run one by one: V jumps in time and must be matched to known steps, or NumPy is faster than compiling a shared program.

    Args:
        problems, numerics: the rows.
        back: whether there are adjoint runs, too.
        sharing: rows of this and later calls that would use the program, relative to those of this call.
    """
    if _jump_in_time(problems, numerics):
        return True
    devices = _devices()
    # eigenstates are computed once for each row, and several rows share the cores
    spectral = any(not row.method.steps for row in numerics)
    if spectral or len(devices) > 1 or devices[0].platform != "cpu":
        return False
    rounds = _ADJOINT_COST if back else 1
    programs = 2 if back else 1
    static = all(problem.potential.static for problem in problems)
    lanes = has_lanes(numerics[0], static)
    return (
        static
        and (lanes or all(is_short(row, min(rounds, 2)) for row in numerics))
        and rounds * sharing * sum(numpy_seconds(row, lanes) for row in numerics) < programs * _PROGRAM
    )


def _jump_in_time(problems: Sequence[Problem], numerics: Sequence[Numerics]) -> bool:
    rows = zip(problems, numerics, strict=True)
    return any(
        not problem.potential.static and problem.potential.instants(float(row.duration)) for problem, row in rows
    )


def turn() -> threading.BoundedSemaphore:
    """The semaphore of running chunks, so that concurrent calls share the cores like one call."""
    return _turns(cores())


@functools.cache
def _turns(cores: int) -> threading.BoundedSemaphore:
    return threading.BoundedSemaphore(cores)


def _stacked(problems: Sequence[Problem], numerics: Sequence[Numerics]) -> tuple[Any, Leaves]:
    """The common structure of all rows, and their numbers: one array for each number, with the rows along its first axis."""
    flat = [
        jax.tree.flatten((p, dataclasses.replace(n, save_psi=False))) for p, n in zip(problems, numerics, strict=True)
    ]
    shapes = [np.shape(leaf) for leaf in flat[0][0]]
    for place, (leaves, structure) in enumerate(flat):
        if structure != flat[0][1] or [np.shape(leaf) for leaf in leaves] != shapes:
            raise ArgumentError(
                "problems",
                f"and numerics must differ in numbers only, but row {place} differs from row 0 in its kinds, steps, frames, points, method or "
                "precision; propagate them in groups.",
            )
    # the number of steps is a separate argument, so that runs of other lengths share the program
    first: Numerics = dataclasses.replace(numerics[0], steps=numerics[0].frames, save_psi=False)
    if isinstance(first.method, Chebyshev):
        # the number of terms is fixed by now, so that the cut of the series is not needed
        first = dataclasses.replace(first, method=dataclasses.replace(first.method, cut=0.0))
    structure = jax.tree.structure((problems[0], first))
    columns = zip(*(leaves for leaves, _ in flat), strict=True)
    return structure, tuple(np.stack([np.asarray(leaf) for leaf in column]) for column in columns)


def _devices() -> Sequence[Any]:
    devices = jax.local_devices()
    return devices[:1] if devices[0].platform == "cpu" and _deadlocks() else devices


@functools.cache
def _deadlocks() -> bool:
    return importlib.metadata.version("jaxlib") in _DEADLOCKING


def rows_mesh() -> jax.sharding.Mesh | None:
    """The devices that share the rows of a chunk; None for one."""
    return _mesh(_devices())


def _mesh(devices: Sequence[Any]) -> jax.sharding.Mesh | None:
    if len(devices) == 1:
        return None
    return jax.make_mesh((len(devices),), ("rows",), axis_types=(jax.sharding.AxisType.Auto,), devices=devices)


def row_seconds(numerics: Numerics) -> float:
    """Estimated seconds of one row, from the kind of device alone, so that it is the same on all machines."""
    points = math.prod(numerics.grid.points)
    eigenstates = 0 if numerics.method.steps else points**3 / 10
    rate = _CPU_RATE if platform() == "cpu" else _DEVICE_RATE
    return ((numerics.fft_pairs + 2 * numerics.frames) * points + eigenstates) / rate


def _rows(numerics: Numerics) -> int:
    """Rows of one chunk on one device: a power of two, as vectorized FFTs prefer."""
    psi = math.prod(numerics.grid.points) * (16 if numerics.precision == "double" else 8)
    if isinstance(numerics.method, Chebyshev):
        psi *= 2  # the recurrence holds three vectors instead of one; half the rows are fastest (measured)
    cached = (_CPU_CHUNK if platform() == "cpu" else _DEVICE_CHUNK) // psi
    fitting = int(_SHARE * device_memory() / numerics.memory)
    rows = 1 << max(0, min(cached, fitting).bit_length() - 1)
    while rows > _LANES and rows * row_seconds(numerics) > _LONG:
        rows //= 2
    return rows


def _pieces(count: int, rows: int, devices: int, seconds: float) -> list[tuple[slice, int]]:
    """The rows of each chunk on all devices, and the size of its program; `rows` on one device, `seconds` for one row.

    The last chunk is filled up; where that costs too much, a smaller program is compiled for it.
    """
    full = rows * devices
    pieces = [(slice(start, start + full), full) for start in range(0, count - full + 1, full)]
    if rest := count % full:
        size = full
        while size // 2 >= max(rest, devices) and (size - rest) * seconds / devices > _WASTE:
            size //= 2
        pieces.append((slice(count - rest, count), size))
    return pieces


def _in_order(
    solved: Callable[[slice, int], list[Row]], pieces: list[tuple[slice, int]], threads: int
) -> Iterator[Row]:
    # the first chunk alone compiles the program, which two threads would compile twice
    yield from solved(*pieces[0])
    pool = concurrent.futures.ThreadPoolExecutor(threads)
    try:
        waiting = iter(pieces[1:])
        running = [pool.submit(solved, *piece) for piece in itertools.islice(waiting, threads + 1)]
        while running:
            done = running.pop(0).result()
            running += [pool.submit(solved, *piece) for piece in itertools.islice(waiting, 1)]
            yield from done
    finally:
        pool.shutdown(cancel_futures=True)


def _in_halves(solved: Callable[[slice, int], list[Row]], least: int, rows: slice, size: int) -> list[Row]:
    """The rows of one chunk, by a program of `size` rows, or by smaller ones if the memory does not suffice."""
    try:
        return solved(rows, size)
    except jax.errors.JaxRuntimeError as error:
        if "RESOURCE_EXHAUSTED" not in str(error):
            raise
        if size == least:
            raise NumericsError(
                "a run must fit into the memory of the device, but one for each device does not; take fewer points, or precision 'single'."
            ) from error
    half = size // 2
    middle = min(rows.start + half, rows.stop)
    parts = [slice(rows.start, middle), slice(middle, rows.stop)]
    return [row for part in parts if part.start < part.stop for row in _in_halves(solved, least, part, half)]


def filled(leaves: Leaves, rows: slice, size: int) -> Leaves:
    """The numbers of these rows, the last one repeated until there are `size`."""
    places = np.minimum(np.arange(rows.start, rows.start + size), rows.stop - 1)
    return tuple(leaf[places] for leaf in leaves)


def _run(structure: Any, mesh: jax.sharding.Mesh | None, lanes: bool, each: int, leaves: Leaves) -> Trajectory:
    # on other devices a loop whose length is data would wait for the device before every step
    on_cpu = platform() == "cpu"
    leaves, terms = longest(structure, leaves)
    with jax.enable_x64(True):
        return (_counted if on_cpu else _fixed)(structure, mesh, lanes, each, terms, leaves)


def longest(structure: Any, leaves: Leaves) -> tuple[Leaves, int | None]:
    """The numbers of a chunk, and the terms of its longest Chebyshev series; None for other methods."""
    if len(leaves) == structure.num_leaves:
        return leaves, None
    terms = int(leaves[-1].max())
    # where the number is part of the program, it is rounded up, so that there are few programs
    on_cpu = platform() == "cpu"
    return leaves[:-1], terms if on_cpu else math.ceil(_TERMS ** math.ceil(math.log(terms, _TERMS)))


def _chunk(
    structure: Any, mesh: jax.sharding.Mesh | None, lanes: bool, each: int, terms: int | None, leaves: Leaves
) -> Trajectory:
    """All rows of a chunk, with `each` steps from frame to frame and `terms` terms of a Chebyshev series for each step."""

    def evolved(numbers: Leaves, each: int, terms: int | None) -> Trajectory:
        problem, numerics = jax.tree.unflatten(structure, numbers)
        apparatus, carry, first = set_up(problem, numerics)
        if terms is not None:
            apparatus = trimmed(apparatus, terms)
        if lanes:
            apparatus, carry = in_lanes(apparatus, carry)
        _, rest, final = run_frames(apparatus, carry, numerics.frames, each, False)
        return Trajectory(jax.tree.map(lambda a, b: jnp.concatenate([a[None], b]), first, rest), final)

    many = jax.vmap(evolved, in_axes=(0, None, None))
    return over_devices(mesh, lambda numbers: many(numbers, each, terms))(leaves)


def over_devices(mesh: jax.sharding.Mesh | None, many: Callable[..., Any]) -> Callable[..., Any]:
    """The function with its rows, the first axis of its arrays, divided among the devices."""
    if mesh is None:
        return many
    rows = jax.sharding.PartitionSpec("rows")
    return jax.shard_map(many, mesh=mesh, in_specs=rows, out_specs=rows, check_vma=False)


_counted = jit(_chunk, static_argnums=(0, 1, 2))
_fixed = jit(_chunk, static_argnums=(0, 1, 2, 3, 4))
