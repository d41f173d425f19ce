"""The answers of one chunk of a sweep's rows, part by part, and the interface of executors."""

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

# longest time that finished rows of a running chunk wait to be stored [s]
_KEEP = 3.0
# tolerance of the run that shows which quantities a row gives
_COARSE_TOLERANCE = 1e-2


class AbstractExecutor(abc.ABC):
    """Executor of chunks. It keeps nothing that it has yielded: the caller stores it."""

    @abc.abstractmethod
    def answered(self, sweep: Sweep, waiting: Mapping[int, Rest], watch: Watch) -> Generator[Part, None, None]:
        """Answers of chunks as they come, in any order; those of a long chunk in several parts.

        Args:
            sweep: the sweep.
            waiting: by chunk, its unanswered rows.
            watch: notified of chunks and rows.

        Raises:
            WavesimError: if it cannot continue. Rows that were not yielded must be requested again.
        """


def parts(sweep: Sweep, chunk: int, rest: Rest, each: Callable[[Answer], None], early: bool = True) -> Iterator[Part]:
    """The answers of a chunk's rows; a row without a valid problem fails alone.

    Args:
        sweep: the sweep.
        chunk: its number, see `Layout`.
        rest: its unanswered rows.
        each: called with each answer as it comes.
        early: whether finished rows are yielded while others of their wave are still computed.
    """
    ready, stored_at, end = dict[int, Answer](), time.monotonic(), rest.start
    sharing = sweep.layout.rows / len(sweep.layout.rows_of(chunk))
    for wave in waves(_requests(sweep, chunk, rest.start), rest.known, sharing):
        first_answer: Answer | None = None
        for finished in wave.answers:
            for place, answer in finished:
                if place in rest.known:
                    continue
                answer = _measuring(answer, sweep.measure)
                each(answer)
                if place == wave.first:
                    # stored last of its wave: a resumed chunk starts at its first waiting row
                    first_answer = answer
                else:
                    ready[place] = answer
            if early and ready and time.monotonic() - stored_at >= _KEEP:
                yield Part(chunk, ready, wave.first, False)
                ready, stored_at = {}, time.monotonic()
        end = wave.end
        if first_answer is not None:
            ready[wave.first] = first_answer
        if time.monotonic() - stored_at >= _KEEP:
            yield Part(chunk, ready, end, False)
            ready, stored_at = {}, time.monotonic()
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
    """The answer; failed if a requested quantity is missing, and good only if each has a finite value and error bar."""
    missing = [name for name in names if name not in answer.values]
    if answer.status is Status.FAILED:
        return answer
    if note := note_on(missing[0], answer.notes) if missing else "":
        return Answer.failed(f"measure must name what a row gives, but {note}")
    if missing:
        return Answer.failed(f"measure {_not_among(missing, answer)}")
    wanted = names or tuple(answer.values)[:1]
    unbounded = [
        name for name in wanted if not math.isfinite(answer.values[name]) or not math.isfinite(answer.errors[name])
    ]
    if answer.status is Status.GOOD and unbounded:
        return dataclasses.replace(
            answer,
            status=Status.MISSED,
            reason=f"{' and '.join(unbounded)} must have a finite error bar, but has none.",
        )
    return answer


def refuse_unmeasured(sweep: Sweep) -> None:
    """Refuse quantities that neither the first nor the last row gives, by the names of theory or, without theory, of a coarse run.

    Raises:
        ArgumentError: with the quantities that the question gives.
    """
    # the number of levels or maxima may differ from row to row
    wanted = [name for name in sweep.measure if name not in sweep.own and not name[-1].isdigit()]
    reason = ""
    for row in (0, sweep.layout.rows - 1) if wanted else ():
        try:
            request = sweep.request(row)
            if set(wanted) <= request.question.predictions(request.problem, request.problem.duration).keys():
                return
            coarse = dataclasses.replace(request, tolerance=max(request.tolerance, _COARSE_TOLERANCE), uncertainties={})
            (_, answer), *_ = answers([coarse])
        except (ArithmeticError, ValueError, IndexError, MemoryError):
            # the row itself reports this error when it is answered
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
    """The quantities of the table, the headline first: those requested, or the headline of the first row that has one.

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
