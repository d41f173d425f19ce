"""``python -m tests.reliability.sweeping sweep FILE --out DIR``: the command, with rows that cost nothing but a little time.

``python -m tests.reliability.sweeping worker ADDRESS`` is a Dask worker with the same rows.
"""

from __future__ import annotations

import itertools
import math
import os
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import wavesim.sweeps.workers._chunk as executors
from wavesim.sweeps._answer import Answer, RowRequest, Status
from wavesim.sweeps.workers._engine import PlacedAnswers, Wave

# seconds for one row: a chunk of 16 then takes about as long as writing it
PAUSE = float(os.environ.get("ROW_SECONDS", "0.002"))
# a process that has answered so many rows waits at the next one, to be stopped there; unset: it never waits
HOLD = "HOLD_AFTER"
# seconds that rows wait to be stored; unset: as ever
KEEP = "KEEP_EVERY"
_TOGETHER = 5
_rows = itertools.count()

SWEEP = """
format = 1
title = "Rows to lose"
measure = ["transmitted_probability"]
[scenario]
format = 1
title = "Small"
question = "Which of its rows survive?"
units = "natural"
potential = { kind = "gaussian_barrier", height = 1.0, width = 1.0 }
state = { kind = "gaussian_packet", center = -12.0, width = 2.0, momentum = 2.0 }
accuracy = { tolerance = 1e-3 }
[axes]
"potential.height" = { from = 0.5, to = 3.5, count = 20 }
"potential.width" = { from = -0.05, to = 1.45, count = 16 }
"""


def written(folder: Path, text: str = SWEEP) -> Path:
    """The sweep as a file in `folder`: 320 rows, of which the 20 of a negative width are impossible."""
    path = folder / "rows.toml"
    path.write_text(text)
    return path


def waves(
    asked: Iterable[tuple[int, RowRequest | Answer]], known: Mapping[int, int], sharing: float = 1.0
) -> Iterator[Wave]:
    """Instead of the engine's: five rows at a time, the last first, with numbers that depend on the row and on the rows asked with it."""
    del known, sharing
    rows = iter(asked)
    while together := list(itertools.islice(rows, _TOGETHER)):
        yield Wave(together[0][0], together[-1][0] + 1, _answered(together))


def _answered(together: list[tuple[int, RowRequest | Answer]]) -> Iterator[PlacedAnswers]:
    limit = int(os.environ.get(HOLD, "1000000"))
    for place, asked in reversed(together):
        if isinstance(asked, Answer):
            yield [(place, asked)]
            continue
        time.sleep(PAUSE)
        row = next(_rows)
        while row >= limit:
            time.sleep(PAUSE)
        potential = asked.problem.potential
        value = math.exp(-float(potential.height) * float(potential.width))  # type: ignore[attr-defined]
        # the last digits tell with whom a row was asked
        value *= 1.0 + 2.0**-50 * together[0][0]
        name = "transmitted_probability"
        yield [(place, Answer({name: value}, {name: 1e-3}, {name: {"toy": value + 1e-4}}, Status.GOOD, "", 1, 64))]


def main() -> None:
    """The command or a worker, with these answers."""
    executors.waves = waves
    executors._KEEP = float(os.environ.get(KEEP, executors._KEEP))
    # a shell that starts the tests in the background makes them, and all that they start, deaf to it
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if sys.argv[1] == "worker":
        from distributed.cli.dask_worker import main as worker

        worker([sys.argv[2], "--nthreads", "1", "--no-nanny", "--no-dashboard", "--death-timeout", "60"])
    from wavesim.cli import main as command

    command()


if __name__ == "__main__":
    main()
