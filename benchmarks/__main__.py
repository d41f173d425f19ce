"""`python -m benchmarks [--quick] [--note TEXT] [memory] [step] [cost_of_accuracy] [honesty] [sweep]`: measure, print, and write the records."""

from __future__ import annotations

import argparse

from . import memory


def main() -> None:
    """Memory and step, or what is named. Memory first: it must run before this process has grown by importing jax."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure speed, memory and honesty of wavesim."
    )
    parser.add_argument(
        "which",
        nargs="*",
        help="memory, step (both if none is named), cost_of_accuracy (ten minutes), honesty (an hour or two; can be interrupted and taken up again), sweep (a quarter of an hour)",
    )
    parser.add_argument("--quick", action="store_true", help="a look in a minute; writes no record")
    parser.add_argument(
        "--note", default="", help="what else mattered, kept in the record (other programs running, say)"
    )
    parser.add_argument("--rows", type=int, help="rows of the sweep, instead of 10,000")
    options = parser.parse_args()
    which = options.which or ["memory", "step"]
    if unknown := set(which) - {"memory", "step", "cost_of_accuracy", "honesty", "sweep"}:
        parser.error(
            f"there is no benchmark {unknown.pop()!r}: choose memory, step, cost_of_accuracy, honesty or sweep"
        )
    if "memory" in which:
        memory.main(options.quick, options.note)
    if "step" in which:
        from . import step

        step.main(options.quick, options.note)
    if "cost_of_accuracy" in which:
        from . import cost_of_accuracy

        cost_of_accuracy.main(options.quick, options.note)
    if "honesty" in which:
        from . import honesty

        honesty.main(options.quick, options.note)
    if "sweep" in which:
        from . import sweep

        sweep.main(options.quick, options.note, options.rows)


if __name__ == "__main__":
    main()
