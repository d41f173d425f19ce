"""A process that certifies one scenario after the other: `python -m benchmarks.honesty._worker SEED SECONDS [laws]`, indices on standard input.

Each scenario may take so many processor seconds; then the system ends the process, and whoever reads its output knows why.
"""

from __future__ import annotations

import dataclasses
import json
import math
import resource
import sys
import time
import warnings

from ..answer._counted import Programs
from ..draws import Draw, draw
from ._row import ANSWERED, CRASHED, REFUSED, Row, verdicts


def certified(drawn: Draw, seconds: float | None = None, programs: Programs | None = None) -> Row:
    """Run one scenario as `wavesim run` would, and judge it; the oracle's own time does not count."""
    from tests.oracle import answers
    from wavesim import WavesimError
    from wavesim.analysis import certify
    from wavesim.scenario import read_scenario

    row = Row(drawn.seed, drawn.index, drawn.kind, drawn.scenario["accuracy"]["tolerance"], ANSWERED)
    right = answers(drawn.scenario)
    _allow(seconds)
    programs = programs or Programs()
    asked, begun = programs.asked, time.process_time()
    try:
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            scenario = read_scenario("drawn", drawn.scenario)
            report = certify(scenario.problem, scenario.tolerance, find=scenario.find, **scenario.fixed)
    except WavesimError as refusal:
        return dataclasses.replace(row, status=REFUSED, message=str(refusal), cpu_s=time.process_time() - begun)
    except Exception as broken:
        said = f"{type(broken).__name__}: {broken}"
        return dataclasses.replace(row, status=CRASHED, message=said[:300], cpu_s=time.process_time() - begun)
    finally:
        spent = time.process_time() - begun
        _allow(None)
    numbers, curves = verdicts(report, right)
    return dataclasses.replace(
        row,
        message="; ".join(report.warnings)[:300],
        numbers=numbers,
        curves=curves,
        aim=drawn.scenario["accuracy"]["tolerance"] * abs(right.scale) if numbers else math.nan,
        warned=not report.reached,
        noise=len(heard),
        runs=report.runs,
        fft_pairs=report.fft_pairs,
        cpu_s=spent,
        programs=programs.asked - asked,
    )


def _allow(seconds: float | None) -> None:
    """From now on so many processor seconds, then the end."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = resource.RLIM_INFINITY if seconds is None else math.ceil(time.process_time() + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (hard if soft == resource.RLIM_INFINITY else soft, hard))


def main() -> None:
    """Serve until standard input ends."""
    import jax

    from wavesim._programs import keep_programs

    if "laws" in sys.argv:
        from wavesim.analysis.bars import AbstractRecordQuestion

        # by coarser grids, without a run backward
        AbstractRecordQuestion.has_numbers = property(lambda question: False)  # type: ignore[method-assign,assignment]
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    jax.config.update("jax_enable_x64", True)
    keep_programs()
    programs = Programs()
    programs.listen()
    seed, seconds = int(sys.argv[1]), float(sys.argv[2])
    for line in sys.stdin:
        index, kind = line.split()
        row = certified(draw(int(index), seed, kind), seconds, programs)
        print("row " + json.dumps(dataclasses.asdict(row)), flush=True)


if __name__ == "__main__":
    main()
