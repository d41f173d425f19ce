"""New problems in one warm process: `python -m benchmarks.answer._certificates COUNT SEED` prints what each took.

Problems are `benchmarks.draws`, of all kinds in turn; one of each, by another seed, comes first and is not counted.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import time
import warnings

from ..draws import KINDS, draw
from ._counted import Programs


@dataclasses.dataclass(frozen=True)
class Certificate:
    """One problem.

    Args:
        index, kind: of the draw.
        tolerance: asked for.
        cpu_s: processor seconds, from the content of the file to the report.
        runs, fft_pairs: of the report.
        programs: compiled or loaded on the way.
    """

    index: int
    kind: str
    tolerance: float
    cpu_s: float
    runs: int
    fft_pairs: int
    programs: int


def certificates(count: int, seed: int) -> list[Certificate]:
    """One after the other; refusals are left out, for nothing was computed."""
    import jax

    jax.config.update("jax_enable_x64", True)
    programs = Programs()
    programs.listen()
    for index in range(len(KINDS)):
        _certified(index, seed + 1, programs)
    made = (_certified(index, seed, programs) for index in range(count))
    return [one for one in made if one is not None]


def _certified(index: int, seed: int, programs: Programs) -> Certificate | None:
    from wavesim import WavesimError
    from wavesim.analysis import certify
    from wavesim.scenario import read_scenario

    drawn, asked, begun = draw(index, seed), programs.asked, time.process_time()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            scenario = read_scenario("drawn", drawn.scenario)
            report = certify(scenario.problem, scenario.tolerance, find=scenario.find, **scenario.fixed)
    except WavesimError:
        return None
    spent = time.process_time() - begun
    return Certificate(
        index, drawn.kind, scenario.tolerance, spent, report.runs, report.fft_pairs, programs.asked - asked
    )


if __name__ == "__main__":
    from wavesim._programs import keep_programs

    keep_programs()
    number, of_seed = map(int, sys.argv[1:])
    print(json.dumps([dataclasses.asdict(one) for one in certificates(number, of_seed)]))
