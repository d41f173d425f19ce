"""`python -m benchmarks [--quick] [--note TEXT] [memory] [step]`: measure, print, and write the records."""

from __future__ import annotations

import argparse

from . import memory


def main() -> None:
    """Both benchmarks, or the one that is named. Memory first: it must run before this process has grown by importing jax."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure speed and memory of wavesim.")
    parser.add_argument("which", nargs="*", help="memory, step; both if none is named")
    parser.add_argument("--quick", action="store_true", help="a look in a minute; writes no record")
    parser.add_argument(
        "--note", default="", help="what else mattered, kept in the record (other programs running, say)"
    )
    options = parser.parse_args()
    which = options.which or ["memory", "step"]
    if unknown := set(which) - {"memory", "step"}:
        parser.error(f"there is no benchmark {unknown.pop()!r}: choose memory or step")
    if "memory" in which:
        memory.main(options.quick, options.note)
    if "step" in which:
        from . import step

        step.main(options.quick, options.note)


if __name__ == "__main__":
    main()
