"""`python -m benchmarks [--quick] [--note TEXT] [memory] [gradient] [step] [cost_of_accuracy] [honesty [--count N] [--seed S] [--kinds A,B] [--show N] [--old] [--laws] [--questions]] [gallery [--keep FOLDER]] [sweep] [explorer] [sensitivities] [answer] [film] [control] [constants] [gpu]`: measure, print, and write the records."""

from __future__ import annotations

import argparse
from pathlib import Path

from . import gradient, memory


def main() -> None:
    """Memory and step, or what is named. Memory first: it must run before this process has grown by importing jax."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure speed, memory and honesty of wavesim."
    )
    parser.add_argument(
        "which",
        nargs="*",
        help="memory, step (both if none is named), gradient (some minutes), cost_of_accuracy (ten minutes), honesty (some hours; can be interrupted and taken up again), gallery (a quarter of an hour), sweep (the same), explorer (an hour; needs chromium), sensitivities (ten minutes; can be interrupted and taken up again), answer (half an hour), film (some minutes), control (five minutes), constants (some minutes: those of edges made anew from their integrals, and the laws of spacings measured), gpu (eight minutes on a card; needs jax, numpy and scipy alone)",
    )
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
    if unknown := set(which) - {
        "memory",
        "gradient",
        "step",
        "cost_of_accuracy",
        "honesty",
        "gallery",
        "sweep",
        "explorer",
        "sensitivities",
        "answer",
        "film",
        "control",
        "constants",
        "gpu",
    }:
        parser.error(
            f"there is no benchmark {unknown.pop()!r}: choose memory, gradient, step, cost_of_accuracy, honesty, gallery, sweep, explorer, sensitivities, answer, film, control, constants or gpu"
        )
    if "memory" in which:
        memory.main(options.quick, options.note)
    if "gradient" in which:
        gradient.main(options.quick, options.note)
    if "step" in which:
        from . import step

        step.main(options.quick, options.note)
    if "cost_of_accuracy" in which:
        from . import cost_of_accuracy

        cost_of_accuracy.main(options.quick, options.note)
    if "honesty" in which:
        _honesty(options)
    if "gallery" in which:
        from . import gallery

        gallery.main(options.quick, options.note, options.keep)
    if "sweep" in which:
        from . import sweep

        sweep.main(options.quick, options.note, options.rows)
    if "explorer" in which:
        from . import explorer

        explorer.main(options.quick, options.note)
    if "sensitivities" in which:
        from . import sensitivities

        sensitivities.main(options.quick, options.note, _named(options.kinds))
    if "film" in which:
        from . import film

        film.main(options.quick, options.note)
    if "control" in which:
        from .control._main import main as control

        control(options.quick, options.note)
    if "constants" in which:
        from . import constants, spacing_laws

        constants.main()
        spacing_laws.main()
    if "gpu" in which:
        from . import gpu

        gpu.main(options.quick, options.note)
    if "answer" in which:
        from .answer._main import main as answer

        answer(options.quick, options.note)


def _honesty(options: argparse.Namespace) -> None:
    from .draws import KINDS, QUESTIONS, SEED
    from .honesty import main, show
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
        main(options.quick, options.note, options.count or 1000, seed, kinds, all_kinds, name=name, laws=options.laws)


def _named(kinds: str) -> tuple[str, ...]:
    return tuple(kind for kind in kinds.split(",") if kind)


if __name__ == "__main__":
    main()
