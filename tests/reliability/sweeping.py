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
from collections.abc import Iterator, Sequence
from pathlib import Path

import wavesim.sweeps._chunk as executors
from wavesim.sweeps._answer import Answer, Asked, Status

# seconds for one row: a chunk of 16 then takes about as long as writing it
PAUSE = 0.002
# a process that has answered so many rows waits at the next one, to be stopped there; unset: it never waits
HOLD = "HOLD_AFTER"
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


def answers(asked: Sequence[Asked]) -> Iterator[tuple[int, Answer]]:
    """Instead of the engine's: numbers that depend on the row alone, the last row first."""
    limit = int(os.environ.get(HOLD, "1000000"))
    for place in reversed(range(len(asked))):
        time.sleep(PAUSE)
        row = next(_rows)
        while row >= limit:
            time.sleep(PAUSE)
        potential = asked[place].problem.potential
        value = math.exp(-float(potential.height) * float(potential.width))  # type: ignore[attr-defined]
        name = "transmitted_probability"
        yield place, Answer({name: value}, {name: 1e-3}, {name: {"toy": value + 1e-4}}, Status.GOOD, "", 1, 64)


def main() -> None:
    """The command or a worker, with these answers."""
    executors.answers = answers
    # a shell that starts the tests in the background makes them, and all that they start, deaf to it
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if sys.argv[1] == "worker":
        from distributed.cli.dask_worker import main as worker

        worker([sys.argv[2], "--nthreads", "1", "--no-nanny", "--no-dashboard", "--death-timeout", "60"])
    from wavesim.cli import main as command

    command()


if __name__ == "__main__":
    main()
