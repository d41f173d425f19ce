"""The answers of one chunk of a sweep's rows, part by part, and what an executor of chunks is."""

from __future__ import annotations

import abc
import dataclasses
import math
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

from ..._text import described
from ...analysis import note_on
from ...errors import ArgumentError, WavesimError
from .._answer import Answer, RowRequest, Status
from .._file import Sweep
from .._parts import Part, Rest
from .._watch import Watch
from ._engine import answers, waves

# seconds that rows wait to be stored, while a chunk goes on
_KEEP = 3.0
# of a run that tells by its names what a row gives
_COARSE = 1e-2


class AbstractExecutor(abc.ABC):
    """Answers chunks. What it yields is not kept: the caller writes it."""

    @abc.abstractmethod
    def answered(self, sweep: Sweep, waiting: Mapping[int, Rest], watch: Watch) -> Generator[Part, None, None]:
        """The answers of chunks, as they come, in any order; those of a chunk in several parts if they take long.

        Args:
            sweep: what is asked.
            waiting: by chunk, what is left of it.
            watch: hears of chunks and rows.

        Raises:
            WavesimError: if it cannot go on. What was not yielded is to be asked for again.
        """


def parts(sweep: Sweep, chunk: int, rest: Rest, each: Callable[[Answer], None], early: bool = True) -> Iterator[Part]:
    """The answers of a chunk's rows; a row without a valid problem fails and disturbs no other.

    Args:
        sweep: what is asked.
        chunk: which part of it, see `Layout`.
        rest: what is left of it.
        each: told of each answer as it comes.
        early: whether finished rows are given away while others of their wave are still computed.
    """
    ready, kept, end = dict[int, Answer](), time.monotonic(), rest.start
    sharing = sweep.layout.rows / len(sweep.layout.rows_of(chunk))
    for wave in waves(_requests(sweep, chunk, rest.start), rest.known, sharing):
        held: Answer | None = None
        for found in wave.answers:
            for place, answer in found:
                if place in rest.known:
                    continue
                answer = _measuring(answer, sweep.measure)
                each(answer)
                if place == wave.first:
                    # it marks where to go on, until all that was computed with it is stored
                    held = answer
                else:
                    ready[place] = answer
            if early and ready and time.monotonic() - kept >= _KEEP:
                yield Part(chunk, ready, wave.first, False)
                ready, kept = {}, time.monotonic()
        end = wave.end
        if held is not None:
            ready[wave.first] = held
        if time.monotonic() - kept >= _KEEP:
            yield Part(chunk, ready, end, False)
            ready, kept = {}, time.monotonic()
    yield Part(chunk, ready, end, True)


def _requests(sweep: Sweep, chunk: int, start: int) -> Iterator[tuple[int, RowRequest | Answer]]:
    for place, row in enumerate(sweep.layout.rows_of(chunk)):
        if place < start:
            continue
        try:
            yield place, sweep.request(row)
        except (ArithmeticError, ValueError) as error:
            yield place, Answer.failed(str(error) if isinstance(error, WavesimError) else described(error))


def _measuring(answer: Answer, names: Sequence[str]) -> Answer:
    """The answer, failed if a quantity that is wanted is not among its values; good only if each is a number with an error bar."""
    missing = [name for name in names if name not in answer.values]
    if answer.status is Status.FAILED:
        return answer
    if note := note_on(missing[0], answer.notes) if missing else "":
        return Answer.failed(f"measure must name what a row gives, but {note}")
    if missing:
        return Answer.failed(f"measure {_not_among(missing, answer)}")
    wanted = names or tuple(answer.values)[:1]
    endless = [
        name for name in wanted if not math.isfinite(answer.values[name]) or not math.isfinite(answer.errors[name])
    ]
    if answer.status is Status.GOOD and endless:
        return dataclasses.replace(
            answer, status=Status.MISSED, reason=f"{' and '.join(endless)} must have a finite error bar, but has none."
        )
    return answer


def refuse_unmeasured(sweep: Sweep) -> None:
    """Refuse what neither the first row nor the last one gives, before all rows fail for it; where theory does not tell by its names, a coarse run does.

    Raises:
        ArgumentError: with what the question gives.
    """
    # how many levels or maxima there are may differ from row to row
    wanted = [name for name in sweep.measure if name not in sweep.own and not name[-1].isdigit()]
    reason = ""
    for row in (0, sweep.layout.rows - 1) if wanted else ():
        try:
            request = sweep.request(row)
            if set(wanted) <= request.question.predictions(request.problem, request.problem.duration).keys():
                return
            coarse = dataclasses.replace(request, tolerance=max(request.tolerance, _COARSE), uncertainties={})
            (_, answer), *_ = answers([coarse])
        except (ArithmeticError, ValueError, IndexError, MemoryError):
            # what is wrong with a row is its own reason
            return
        missing = [name for name in wanted if name not in answer.values]
        if not answer.values or not missing:
            return
        reason = _not_among(missing, answer)
    if reason:
        raise ArgumentError("measure", reason)


def _not_among(missing: Sequence[str], answer: Answer) -> str:
    return f"must name what the question of a row gives, but {', '.join(missing)} is not among {', '.join(answer.values)}; take one of these."


def measured(sweep: Sweep) -> tuple[str, ...]:
    """The quantities of the table, the headline first: those that were asked for, or the headline of the first row that has one.

    Raises:
        WavesimError: if no row has one.
    """
    if sweep.measure:
        return sweep.measure
    reason = ""
    for chunk in range(sweep.layout.chunks):
        for row in sweep.layout.rows_of(chunk):
            try:
                (_, answer), *_ = answers([dataclasses.replace(sweep.request(row), uncertainties={})])
            except (WavesimError, ArithmeticError) as error:
                answer = Answer.failed(str(error))
            if answer.values:
                return (next(iter(answer.values)),)
            reason = reason or answer.reason
    raise WavesimError(f"at least one row of a sweep must be possible, but none is; the first: {reason}")
