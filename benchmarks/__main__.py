"""`python -m benchmarks [--quick] [--note TEXT] [NAME ...]`: measure, print, and write the records; `--help` lists the names."""

from __future__ import annotations

import argparse
import dataclasses
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any


@dataclasses.dataclass(frozen=True)
class Benchmark:
    """One of them.

    Args:
        module: below `benchmarks`, whose `main` measures.
        takes: time and whatever else, in words.
        arguments: of `main`, told by the options.
    """

    module: str
    takes: str
    arguments: Callable[[argparse.Namespace], tuple[Any, ...]] = lambda options: (options.quick, options.note)


# in the order in which they run: what measures memory must do so before this process has grown by importing jax
BENCHMARKS = {
    "memory": Benchmark("memory", "a minute; with step, what is run if none is named"),
    "gradient": Benchmark("gradient", "some minutes"),
    "step": Benchmark("step", "ten minutes"),
    "cost_of_accuracy": Benchmark("cost_of_accuracy", "ten minutes"),
    "honesty": Benchmark("honesty", "some hours; can be interrupted and taken up again"),
    "gallery": Benchmark(
        "gallery", "a quarter of an hour", lambda options: (options.quick, options.note, options.keep)
    ),
    "sweep": Benchmark("sweep", "a quarter of an hour", lambda options: (options.quick, options.note, options.rows)),
    "explorer": Benchmark("explorer", "an hour; needs chromium"),
    "sensitivities": Benchmark(
        "sensitivities",
        "ten minutes; can be interrupted and taken up again",
        lambda options: (options.quick, options.note, _named(options.kinds)),
    ),
    "film": Benchmark("film", "some minutes"),
    "control": Benchmark("control._main", "five minutes"),
    "constants": Benchmark(
        "constants", "seconds: those of edges made anew from their integrals", lambda options: ()
    ),
    "spacing_laws": Benchmark("spacing_laws", "three minutes; writes no record", lambda options: ()),
    "gpu": Benchmark("gpu", "made for eight minutes on a card; needs jax, numpy and scipy alone"),
    "answer": Benchmark("answer._main", "a quarter of an hour"),
}  # fmt: skip


def main() -> None:
    """Those that are named, in their order."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure speed, memory and honesty of wavesim."
    )
    parser.add_argument("which", nargs="*", help="; ".join(f"{name} ({one.takes})" for name, one in BENCHMARKS.items()))
    parser.add_argument("--quick", action="store_true", help="a look in a minute; writes no record")
    parser.add_argument(
        "--note", default="", help="what else mattered, kept in the record (other programs running, say)"
    )
    parser.add_argument("--rows", type=int, help="rows of the sweep, instead of 10,000")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where the gallery's files stay")
    honest = parser.add_argument_group("honesty")
    honest.add_argument("--count", type=int, help="how many scenarios, instead of 1000")
    honest.add_argument("--seed", type=int, help="of the draws")
    honest.add_argument(
        "--kinds", default="", help="some kinds alone (of sensitivities, too), with commas between; writes no record"
    )
    honest.add_argument("--show", type=int, metavar="INDEX", help="print that draw as a scenario file, and run nothing")
    honest.add_argument("--old", action="store_true", help="the first 300 problems, against theory")
    honest.add_argument("--laws", action="store_true", help="judge grids by the laws of coarser ones, to compare")
    honest.add_argument(
        "--questions",
        action="store_true",
        help="walls, rings, wells by formula, plane waves, pairs, written states, identical and warm particles, wells in the plane",
    )
    options = parser.parse_args()
    which = options.which or ["memory", "step"]
    if unknown := set(which) - BENCHMARKS.keys():
        parser.error(f"there is no benchmark {unknown.pop()!r}: choose among {', '.join(BENCHMARKS)}")
    for name, one in BENCHMARKS.items():
        if name == "honesty" and name in which:
            _honesty(options)
        elif name in which:
            importlib.import_module(f"benchmarks.{one.module}").main(*one.arguments(options))


def _honesty(options: argparse.Namespace) -> None:
    from .draws import KINDS, QUESTIONS, SEED
    from .honesty import main as certified, show
    from .honesty._first import main as first

    seed = SEED if options.seed is None else options.seed
    kinds = _named(options.kinds)
    all_kinds = QUESTIONS if options.questions else KINDS
    if unknown := set(kinds) - set(all_kinds):
        raise SystemExit(f"there is no kind {unknown.pop()!r}: choose among {', '.join(all_kinds)}")
    if options.show is not None:
        show(options.show, seed, kinds[0] if kinds else all_kinds[options.show % len(all_kinds)])
    elif options.old:
        first(options.quick, options.note, **({} if options.count is None else {"count": options.count}))
    else:
        name = "honesty_questions" if options.questions else "honesty_laws" if options.laws else "honesty"
        certified(
            options.quick, options.note, options.count or 1000, seed, kinds, all_kinds, name=name, laws=options.laws
        )


def _named(kinds: str) -> tuple[str, ...]:
    return tuple(kind for kind in kinds.split(",") if kind)


if __name__ == "__main__":
    main()
