"""The answers of one chunk of a sweep's rows, and what an executor of chunks is."""

from __future__ import annotations

import abc
import dataclasses
import math
from collections.abc import Callable, Generator, Sequence

from .._text import described
from ..errors import WavesimError
from ._answer import Answer, Asked, Status
from ._engine import answers
from ._file import Sweep
from ._watch import Watch

Answered = tuple[int, list[Answer]]


class AbstractExecutor(abc.ABC):
    """Answers chunks. What it yields is not kept: the caller writes it."""

    @abc.abstractmethod
    def answered(self, sweep: Sweep, chunks: Sequence[int], watch: Watch) -> Generator[Answered, None, None]:
        """Each chunk with the answers of its rows, as they come, in any order.

        Raises:
            WavesimError: if it cannot go on. Chunks that were not yielded are to be asked for again.
        """


def answer_chunk(sweep: Sweep, chunk: int, each: Callable[[Answer], None] = lambda answer: None) -> list[Answer]:
    """The answers of a chunk's rows, in their order; a row that cannot even be asked fails and disturbs no other.

    Args:
        sweep: what is asked.
        chunk: which part of it, see `Layout`.
        each: told of each answer as it comes.
    """
    rows = sweep.layout.rows_of(chunk)
    found: dict[int, Answer] = {}
    questions: dict[int, Asked] = {}
    for row in rows:
        try:
            questions[row] = sweep.asked(row)
        except (ArithmeticError, ValueError) as error:
            found[row] = Answer.failed(str(error) if isinstance(error, WavesimError) else described(error))
            each(found[row])
    places = list(questions)
    for place, answer in answers(list(questions.values())):
        found[places[place]] = _measuring(answer, sweep.measure)
        each(found[places[place]])
    return [found[row] for row in rows]


def _measuring(answer: Answer, names: Sequence[str]) -> Answer:
    """The answer, failed if a quantity that is wanted is not among its values; good only if each is a number with an error bar."""
    missing = [name for name in names if name not in answer.values]
    if answer.status is Status.FAILED:
        return answer
    if missing:
        return Answer.failed(
            f"measure must name what the question of a row gives, but {', '.join(missing)} is not among {', '.join(answer.values)}; take one of these."
        )
    wanted = names or tuple(answer.values)[:1]
    endless = [
        name for name in wanted if not math.isfinite(answer.values[name]) or not math.isfinite(answer.errors[name])
    ]
    if answer.status is Status.GOOD and endless:
        return dataclasses.replace(
            answer, status=Status.MISSED, reason=f"{' and '.join(endless)} must have a finite error bar, but has none."
        )
    return answer


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
                (_, answer), *_ = answers([sweep.asked(row)])
            except (WavesimError, ArithmeticError) as error:
                answer = Answer.failed(str(error))
            if answer.values:
                return (next(iter(answer.values)),)
            reason = reason or answer.reason
    raise WavesimError(f"at least one row of a sweep must be possible, but none is; the first: {reason}")
