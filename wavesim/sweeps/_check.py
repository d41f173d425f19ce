"""The cost of a sweep, estimated from a few of its rows before anything is run."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Iterator, Sequence
from typing import Any

from .._jax import device_count, jax, jnp, platform
from .._text import described, duration_text
from .._threads import cores
from ..analysis import RunRequest, Runs, route_without_run
from ..errors import WavesimError
from ..propagation import Batch, Numerics, pair_seconds, refuse_given
from ._answer import RowRequest
from ._file import Sweep
from ._rows import first_possible, values_at
from .workers._chunk import refuse_unmeasured

# rows that are planned as a sample
_SAMPLED = 24
# values of an axis that are compared to see whether the structure changes
_COMPARED = 8
# approximate time to compile one program [s]
_COMPILATION = 1.5
# reason, runs, FFT pairs and status of a row in the store [bytes]
_OTHER_COLUMNS = 32
# evaluations for the derivative by one uncertain input
_EVALUATIONS = 4


@dataclasses.dataclass(frozen=True)
class Check:
    """The cost of a sweep. Numbers of runs are those of the first round: rows that miss their tolerance are run again, finer.

    Attributes:
        title: of the sweep.
        sizes: the length of each axis by name.
        chunks, chunk_rows: number of chunks, and rows of the largest.
        traced, structural: names of axes along which only numbers change, so that rows share a program, and of axes along which the program changes.
        sampled: rows that were planned.
        impossible: the reasons why some of them cannot be built or planned.
        programs: programs to compile for the sampled rows.
        points: the fewest and the most points of a run; None where nothing is propagated.
        fft_pairs: FFT pairs of all rows, estimated.
        memory: bytes of the largest run; on a CPU few run at once, on another device as many as fill a quarter of its memory.
        store: bytes of the store before compression, estimated.
        seconds: of all rows on this machine, estimated, compilation included; None where nothing is propagated.
        uncertain: the number of uncertain inputs of a row.
        inputs_seconds: additional seconds for the errors from these inputs; None where they need a run forward and backward for each row.
    """

    title: str
    sizes: dict[str, int]
    chunks: int
    chunk_rows: int
    traced: tuple[str, ...]
    structural: tuple[str, ...]
    sampled: int
    impossible: tuple[str, ...]
    programs: int
    points: tuple[int, int] | None
    fft_pairs: int
    memory: int
    store: int
    seconds: float | None
    uncertain: int = 0
    inputs_seconds: float | None = None

    @property
    def rows(self) -> int:
        """All rows."""
        return math.prod(self.sizes.values())

    def __str__(self) -> str:
        table = " x ".join(f"{size:,} {name}" for name, size in self.sizes.items())
        lines = [
            self.title,
            f"  rows      {self.rows:,} ({table}) in {_counted(self.chunks, 'chunk')} of up to {self.chunk_rows:,}",
        ]
        if self.traced:
            lines.append(f"  axes      along {', '.join(self.traced)} numbers change: rows of one size share a program")
        if self.structural:
            lines.append(
                f"  axes      along {', '.join(self.structural)} the structure changes: a program for each value"
            )
        if self.points is None:
            lines.append("  cost      nothing is propagated: the numbers follow from the stationary equation")
        else:
            spread = " to ".join(dict.fromkeys(f"{count:,}" for count in self.points))
            lines.append(
                f"  plan      {spread} points; {_counted(self.programs, 'program')} for {self.sampled} sampled rows, {self.memory / 1e6:.1f} MB a run"
            )
            lines.append(
                f"  cost      about {self.fft_pairs:,} FFT pairs, {duration_text(self.seconds or 0.0)} on this machine; longer where tolerances are missed at first"
            )
        if self.uncertain:
            more = (
                "a run there and back more for each row, one after the other"
                if self.inputs_seconds is None
                else f"about {duration_text(self.inputs_seconds)} more on this machine"
            )
            lines.append(f"  inputs    {_counted(self.uncertain, 'uncertain number')} in a row: {more}")
        lines.append(f"  store     up to {self.store / 1e3:,.0f} kB")
        if self.impossible:
            failures = f"{len(self.impossible)} of {self.sampled} sampled rows; the first: {self.impossible[0]}"
            lines.append(f"  failures  {failures}")
        return "\n".join(lines)


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def check(sweep: Sweep) -> Check:
    """Estimate the cost of a sweep from a sample of planned rows. Nothing is run, except one coarse row if theory cannot tell whether rows give the measured quantities.

    Raises:
        ArgumentError: if they do not give them.
    """
    refuse_unmeasured(sweep)
    runs: list[list[Numerics]] = []
    programs, wrong, planning = set[Any](), list[str](), list[float]()
    rows, batch = _sample(sweep.layout.rows), Batch()
    limited: RowRequest | None = None
    for row in rows:
        start = time.perf_counter()
        try:
            row_request = sweep.request(row)
            request = _first_round(row_request, batch, runs)
        except (ArithmeticError, ValueError, IndexError, MemoryError) as error:
            wrong.append(str(error) if isinstance(error, WavesimError) else described(error))
            continue
        planning.append(time.perf_counter() - start)
        if len(row_request.uncertainties) > (0 if limited is None else len(limited.uncertainties)):
            limited = row_request
        if request is not None:
            runs.append(list(request.numerics))
            programs |= {_program(request, numerics) for numerics in request.numerics}
    layout, possible = sweep.layout, max(len(rows) - len(wrong), 1)
    share = layout.rows / len(rows)
    traced, structural = _kinds(sweep)
    every = [numerics for row in runs for numerics in row]
    seconds = None
    if every:
        # the first plans compile programs that the others use
        each = sorted(planning)[len(planning) // 2]
        seconds = share * (possible * each + _seconds(every)) + _COMPILATION * len(programs)
    return Check(
        title=sweep.title,
        sizes={axis.name: len(axis) for axis in sweep.axes},
        chunks=layout.chunks,
        chunk_rows=math.prod(layout.chunk),
        traced=traced,
        structural=structural,
        sampled=len(rows),
        impossible=tuple(wrong),
        programs=len(programs),
        points=_extremes([math.prod(numerics.grid.points) for numerics in every]),
        fft_pairs=round(share * sum(numerics.fft_pairs for numerics in every)),
        memory=max((numerics.memory for numerics in every), default=0),
        store=layout.rows * ((32 if sweep.uncertain else 24) * max(len(sweep.measure), 1) + _OTHER_COLUMNS),
        seconds=seconds,
        uncertain=0 if limited is None else len(limited.uncertainties),
        inputs_seconds=None if limited is None else _inputs_seconds(limited, layout.rows),
    )


def _inputs_seconds(row: RowRequest, rows: int) -> float | None:
    """Seconds for the uncertain inputs of all rows, from the time of this one; None where they need runs."""
    numbers = route_without_run(row.problem, row.question, None)
    if numbers is None:
        return None
    start = time.perf_counter()
    numbers(row.problem, row.question)
    return rows * (1 + _EVALUATIONS * len(row.uncertainties)) * (time.perf_counter() - start)


def _sample(rows: int) -> list[int]:
    """A sample of rows: the first, the last, and others by the golden ratio, which no period of the axes matches."""
    if rows <= _SAMPLED:
        return list(range(rows))
    golden = (math.sqrt(5) - 1) / 2
    return sorted({0, rows - 1, *(int(rows * (golden * place % 1)) for place in range(1, _SAMPLED - 1))})


def _first_round(row: RowRequest, batch: Batch, runs: Sequence[Any]) -> RunRequest | None:
    """The first runs that the question of a row requests; None if it propagates nothing."""
    refuse_given(row.fixed)
    # planning costs pilot runs: once one row propagates, the others are assumed to as well
    if not runs and row.question.planned(row.problem, row.tolerance, **row.fixed) is None:
        return None
    work = row.question.measuring(row.problem, row.tolerance, batch=batch, **row.fixed)
    try:
        request = next(work)
        while not isinstance(request, RunRequest):
            request = work.send(Runs([]))
        return request
    except StopIteration:
        return None
    finally:
        work.close()


def _program(request: RunRequest, numerics: Numerics) -> Any:
    """Key of a compiled program: the structure and shapes of a run, without its numbers and its number of steps."""
    plain = dataclasses.replace(numerics, steps=numerics.frames)
    leaves, structure = jax.tree.flatten((request.problem, plain))
    return structure, tuple(jnp.shape(leaf) for leaf in leaves)


def _kinds(sweep: Sweep) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of the axes along which numbers change, and of those along which the structure does."""
    start, _, _ = first_possible(sweep.source, sweep.axes)
    traced: list[str] = []
    structural: list[str] = []
    for place, axis in enumerate(sweep.axes):
        step = max(1, len(axis) // _COMPARED)
        places = [(*start[:place], at, *start[place + 1 :]) for at in range(0, len(axis), step)]
        structures = set(_structures(sweep, places))
        (structural if len(structures) > 1 else traced).append(axis.name)
    return tuple(traced), tuple(structural)


def _structures(sweep: Sweep, places: list[tuple[int, ...]]) -> Iterator[Any]:
    for place in places:
        try:
            row, _ = sweep.source.request(values_at(sweep.axes, place))
        except (WavesimError, ArithmeticError):
            continue
        leaves, structure = jax.tree.flatten((row.problem, row.fixed))
        words = tuple(leaf for leaf in jax.tree.leaves(row.fixed) if isinstance(leaf, str | int))
        yield structure, tuple(jnp.shape(leaf) for leaf in leaves if not isinstance(leaf, str)), words


def _extremes(sizes: list[int]) -> tuple[int, int] | None:
    return (min(sizes), max(sizes)) if sizes else None


def _seconds(every: list[Numerics]) -> float:
    """Seconds of all these runs on all cores of this machine, from the time of an FFT pair of the median run."""
    points = sorted(numerics.grid.points for numerics in every)[len(every) // 2]
    size = math.prod(points)
    # as many rows as stay in the cache
    unit = pair_seconds(points, max(1, (1 << 13) // size)) / _transform(size)
    streams = cores() if platform() == "cpu" else device_count()
    return unit * sum(_work(numerics) for numerics in every) / streams


def _work(numerics: Numerics) -> float:
    """The work of one run, in units of n log2 n of an FFT pair."""
    points = math.prod(numerics.grid.points)
    # diagonalizing H takes about as long (measured)
    return numerics.fft_pairs * _transform(points) if numerics.method.steps else points**3 / 5


def _transform(points: int) -> float:
    return points * math.log2(max(points, 2))
