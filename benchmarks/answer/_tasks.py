"""Random packets and barriers that every code can take; what is right, and the loop that reaches it, are found in a process of their own.

`python -m benchmarks.answer._tasks COUNT OTHERS SEED` prints them, and so many others: oracle and loops would make the benchmark's own process large.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from typing import Any

import numpy as np

from .._numpy_loop import Loop, tuned

KINDS = ("rectangular_barrier", "gaussian_barrier", "eckart_barrier")
TOLERANCE = 1e-4
# standard deviations of the momentum below its mean that are waited for
_SLOWEST = 3.5
# half of a barrier, in widths: where V is below 1e-5 of its height
_REACH = {"rectangular_barrier": 0.5, "gaussian_barrier": 4.8, "eckart_barrier": 6.1}


@dataclasses.dataclass(frozen=True)
class Task:
    """One transmission, certified by wavesim and computed by the others.

    Args:
        kind: of the barrier.
        file: the text of the scenario.
        truth: of the transmitted probability, by `tests.oracle`.
        loop: the coarsest by hand that lies within the tolerance.
    """

    kind: str
    file: str
    truth: float
    loop: Loop


def scenario(index: int, seed: int) -> dict[str, Any]:
    """Kinds in turn, everything else by seed and index alone."""
    rng = np.random.default_rng([seed, index])
    kind, momentum = KINDS[index % len(KINDS)], rng.uniform(0.7, 2.0)
    broad = 2.0 if kind == "rectangular_barrier" else 1.0
    barrier = {
        "kind": kind,
        "center": rng.uniform(-1.0, 1.0) / momentum,
        "height": rng.uniform(0.5, 1.6) * momentum**2 / 2,
        "width": broad * rng.uniform(0.5, 1.2) / momentum,
    }
    width = rng.uniform(4.5, 8.0) / momentum
    center = barrier["center"] - _REACH[kind] * barrier["width"] - 6 * width
    packet = {"kind": "gaussian_packet", "center": center, "width": width, "momentum": momentum}
    return {
        "format": 1,
        "title": f"{kind} {index}",
        "units": "natural",
        "potential": barrier,
        "state": packet,
        "accuracy": {"tolerance": TOLERANCE},
    }


def task(index: int, seed: int) -> Task:
    """The scenario of that number, what is right, and the loop that comes as near."""
    from tests.oracle import answers

    from ..draws import toml

    drawn = scenario(index, seed)
    barrier, packet = drawn["potential"], drawn["state"]
    slow = packet["momentum"] - _SLOWEST / (2 * packet["width"])
    duration = (barrier["center"] - packet["center"] + 5 * packet["width"]) / slow
    truth = answers(drawn).numbers["transmitted_probability"][0]
    return Task(barrier["kind"], toml(drawn), truth, tuned(barrier, packet, duration, truth, TOLERANCE))


def read(text: str) -> tuple[list[Task], list[Task]]:
    """What the process has printed: tasks, and others."""
    first, others = ([Task(**{**one, "loop": Loop(**one["loop"])}) for one in part] for part in json.loads(text))
    return first, others


if __name__ == "__main__":
    count, others, of_seed = map(int, sys.argv[1:])
    parts = ([task(n, of_seed) for n in range(count)], [task(n, of_seed + 1) for n in range(others)])
    print(json.dumps([[dataclasses.asdict(one) for one in part] for part in parts]))
