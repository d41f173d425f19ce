"""``python -m tests.reliability.fuzz_scenarios 10000``: scenario and sweep files broken in every way, each read, and planned if it is understood.

A trial is good if it ends within its time in a sentence (`WavesimError`), or in a scenario: no other error, no more memory than is given.
"""

from __future__ import annotations

import copy
import random
import resource
import signal
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests.reliability.records import in_double_precision, record
from wavesim.cli.verbs._planning import planning
from wavesim.errors import WavesimError
from wavesim.scenario import parse_sweep, read_scenario, shipped, shipped_sweeps, toml

SEED = 17
# processor seconds of a trial, bytes of the process
LONGEST, MOST_MEMORY = 10, 2_000_000_000

ODD: tuple[Any, ...] = (
    0, -1, 1e307, -1e307, 1e-307, 5e-324, float("nan"), float("inf"), 2**62, -(2**63) + 1, 10**18, True, "", "nan", "1e400 eV", "0 nm", "-3 nm",
    "1e-200 nm", "3 parsec", "0.5 eV", "1 nm", [], [[]], {}, {"kind": "free"}, "\u202e\x1b[31m", "x" * 5000, "exp(x**2)", "1/x", "x**2**2**2**2**2**2**2",
    "0x" + "f" * 900, "sin(" * 30 + "x" + ")" * 30, "__import__('os')", ["1 nm"] * 300, [1.0, "2 eV", None or 3], "\u03c8", "1 eV nm^3", 0.1, 3, 64, "none",
)  # fmt: skip
TEXTS: tuple[Callable[[random.Random], str], ...] = (
    lambda chance: "a." * chance.randrange(2, 3000) + "b = 1\n",
    lambda chance: "a = " + "[" * (n := chance.randrange(2, 3000)) + "]" * n + "\n",
    lambda chance: "a = " + "{b = " * (n := chance.randrange(2, 500)) + "1" + "}" * n + "\n",
    lambda chance: "a = " + "9" * chance.randrange(1, 6000) + "\n",
    lambda chance: "a = 0x" + "f" * chance.randrange(1, 2000) + "\n",
    lambda chance: '"' + "k" * chance.randrange(1, 5000) + '" = 1\n',
    lambda chance: "".join(f"k{n} = {n}\n" for n in range(chance.randrange(2000))),
    lambda chance: 'title = "' + "t" * chance.randrange(100_000) + '"\n',
    lambda chance: '"\\u001b[31mred" = 1\n',
    lambda chance: 'title = """' + '"' * chance.randrange(10),
    lambda chance: "[" + "x." * chance.randrange(2, 100) + "y]\n",
)


def material() -> list[tuple[str, str]]:
    """Name and text of the shipped scenarios and sweeps."""
    return [
        (name, item.read_text(encoding="utf-8"))
        for kind in (shipped(), shipped_sweeps())
        for name, item in kind.items()
    ]


def changed(content: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """A copy with some of its places changed: another value, another type, gone, doubled under another name, or with its neighbor's."""
    found = copy.deepcopy(content)
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        node: Any = found
        while True:
            keys = list(node) if isinstance(node, dict) else list(range(len(node)))
            if not keys:
                break
            key = chance.choice(keys)
            if isinstance(node[key], dict | list) and node[key] and chance.random() < 0.8:
                node = node[key]
                continue
            way = chance.randrange(5)
            if way == 0:
                del node[key]
            elif way == 1 and isinstance(node, dict):
                node[chance.choice(("unknown", "kind", "\u03c8", f"{key}_"))] = copy.deepcopy(node[key])
            elif way == 2 and isinstance(node[key], int | float) and not isinstance(node[key], bool):
                node[key] = node[key] * chance.choice((-1, 1e-9, 1e3, 1e9, 1e40, 1e150))
            else:
                node[key] = copy.deepcopy(chance.choice(ODD))
            break
    return found


def tried(name: str, content: dict[str, Any], plan: bool) -> str:
    """Read a content, and plan it if it is understood: what came of it."""
    from wavesim.analysis import question_of

    try:
        if {"axes", "sample"} & content.keys():
            parse_sweep(name, content, {}, Path())
            return "understood"
        scenario = read_scenario(name, content)
        for case in (scenario.cases or (scenario,))[:1] if plan else ():
            with planning():
                (case.find or question_of(case.problem)).planned(case.problem, case.tolerance, **case.fixed)
        return "planned" if plan else "understood"
    except WavesimError as error:
        lines = str(error).splitlines()
        if len(lines) > 11 or any(len(line) > 5000 or not line.isprintable() for line in lines):
            return f"UNSHOWABLE {str(error)[:200]!r}"
        return "refused"


class TooLong(Exception):
    """A trial has used its processor seconds."""


def trial(number: int, files: list[tuple[str, str]], plan: bool) -> str:
    """One file, its changes drawn from its number."""
    chance = random.Random(f"{SEED} {number}")
    name, text = chance.choice(files)
    if number % 4 == 0:
        cut = chance.randrange(len(text))
        text = text[:cut] + chance.choice(TEXTS)(chance) + text[cut if chance.random() < 0.5 else cut + 3 :]
    if number % 8 == 0:
        place = chance.randrange(len(text))
        text = text[:place] + chr(chance.choice((0, 7, 27, 0x202E, 0x1F600, 34, 91, 46, 61))) + text[place + 1 :]
    try:
        content = toml(text, name)
    except WavesimError as error:
        return "refused" if str(error).isprintable() and len(str(error)) < 5000 else f"UNSHOWABLE {str(error)[:200]!r}"
    return tried(name, changed(content, chance), plan)


def trials(first: int, count: int, every: int = 1) -> Counter[str]:
    """What came of the trials, in this process; of those that are understood, each `every`-th is planned, which takes seconds."""
    files = material()
    for name, text in files:
        assert tomllib.loads(text), name
    found: Counter[str] = Counter()

    def late(*_: object) -> None:
        raise TooLong

    before = signal.signal(signal.SIGPROF, late)
    try:
        with np.errstate(all="ignore"):
            for number in range(first, first + count):
                signal.setitimer(signal.ITIMER_PROF, LONGEST)
                try:
                    found[trial(number, files, number % every == 0)] += 1
                except TooLong:
                    found[f"LONG {number}"] += 1
                except Exception as error:
                    found[f"ERROR {number} {type(error).__name__}: {str(error)[:80]}"] += 1
                finally:
                    signal.setitimer(signal.ITIMER_PROF, 0)
    finally:
        signal.signal(signal.SIGPROF, before)
    return found


def bad(found: Counter[str]) -> list[str]:
    """Those outcomes that must not be."""
    return [what for what in found if what not in ("refused", "planned", "understood")]


if __name__ == "__main__":
    in_double_precision()
    begun = time.monotonic()
    outcome = trials(int(sys.argv[2]) if len(sys.argv) > 2 else 0, int(sys.argv[1]))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(
        {what: outcome[what] for what in ("refused", "planned", "understood")},
        f"{time.monotonic() - begun:.0f} s, {memory / 1e9:.2f} GB",
    )
    for what in bad(outcome):
        print(what)
    if len(sys.argv) == 2:
        record("fuzz_scenarios", SEED, outcome, longest_s=LONGEST)
