"""Many problems by one program: each row equals its own run, whatever the chunks, the devices and the memory."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import jax
import jax.extend
import numpy as np
import pytest

from wavesim import Absorber, Grid, Numerics, Problem, evolve
from wavesim._threads import cores
from wavesim.errors import ArgumentError, NumericsError
from wavesim.observables import Norm, Position
from wavesim.potentials import Driven, EckartBarrier, QuarticDoubleWell, RectangularBarrier
from wavesim.propagation import Trajectory, chebyshev_for
from wavesim.propagation.runs import _batch
from wavesim.propagation.runs._batch import evolve_many
from wavesim.propagation.stepping._evolve import set_up
from wavesim.schemes import SCHEMES, STRANG, Chebyshev, Spectral
from wavesim.states import GaussianPacket

GRID = Grid.line(-12.0, 12.0, 64)
PACKET = GaussianPacket(center=-4.0, width=1.0, momentum=1.5)
MEASURE = {"norm": Norm(), "x": Position()}
STRANG_RUN = Numerics(GRID, 0.02, 40, 2, STRANG, save_psi=False)


def barriers(count: int) -> list[Problem]:
    return [Problem(EckartBarrier(h, 1.0), PACKET, measure=MEASURE) for h in np.linspace(0.5, 1.5, count)]


def sharp(count: int) -> tuple[list[Problem], list[Numerics]]:
    problems = [Problem(RectangularBarrier(h, 2.0), PACKET, measure=MEASURE) for h in np.linspace(0.5, 1.5, count)]
    series = chebyshev_for(problems[-1], GRID, 0.25)
    absorbers = [Absorber(3.0, strength) for strength in np.linspace(1.0, 2.0, count)]
    return problems, [Numerics(GRID, 0.25, 8, 2, series, absorber) for absorber in absorbers]


def wells(count: int, driven: bool) -> list[Problem]:
    packet = GaussianPacket(center=-1.8, width=0.5, momentum=0.0)
    made = [QuarticDoubleWell(b, 1.8) for b in np.linspace(1.0, 2.0, count)]
    return [
        Problem(Driven(well, force=0.3, frequency=0.5 + i) if driven else well, packet, measure=MEASURE)
        for i, well in enumerate(made)
    ]


def farthest(one: Trajectory, other: Trajectory) -> float:
    """The largest difference of any number in the two, NaN counted as far."""
    pairs = zip(jax.tree.leaves(one), jax.tree.leaves(other), strict=True)
    return max(float(np.max(np.abs(np.asarray(a) - np.asarray(b)))) for a, b in pairs)


@pytest.fixture
def chunks_of_four(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache in which psi of four rows fits."""
    monkeypatch.setattr(_batch, "_CPU_CHUNK", 4 * 64 * 16)


CASES = {
    "strang": (barriers(3), [dataclasses.replace(STRANG_RUN, dt=0.02 + 0.001 * i) for i in range(3)]),
    "single": (barriers(2), [dataclasses.replace(STRANG_RUN, precision="single")] * 2),
    "chebyshev, absorber": sharp(3),
    "g6t4, driven": (wells(2, True), [dataclasses.replace(STRANG_RUN, grid=Grid.line(-6, 6, 48), method=SCHEMES["g6t4"])] * 2),
    "ti4d": (wells(2, False), [dataclasses.replace(STRANG_RUN, method=SCHEMES["ti4d"])] * 2),
    "spectral": (wells(2, False), [dataclasses.replace(STRANG_RUN, grid=Grid.line(-6, 6, 48), method=Spectral())] * 2),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_each_row_equals_its_own_run(case: str) -> None:
    """Set-up: rows that differ in the potential, and in dt, absorber or drive, propagated together and one by one.

    Formula: the same operations on the same numbers. Budget: rounding, 1e-13 (single precision: 1e-5).
    """
    problems, numerics = CASES[case]
    together = list(evolve_many(problems, numerics))
    one = jax.jit(evolve)
    for problem, run, row in zip(problems, numerics, together, strict=True):
        alone = one(problem, dataclasses.replace(run, save_psi=False))
        assert all(type(leaf) in (np.ndarray, np.float64) for leaf in jax.tree.leaves(row))
        assert row.frames.psi is None
        assert farthest(row, alone) < (1e-5 if case == "single" else 1e-13)
    assert farthest(together[0], together[1]) > 1e-4


def test_ragged_chunks_give_every_row_once_and_the_same_bytes(
    chunks_of_four: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Set-up: 11 rows in chunks of four, on one thread, on three, and over more steps; the program is traced once.

    Formula: the rows in their order; the last chunk is filled up and the filling dropped. Budget: equal bytes.
    """
    # a number of frames that no other test has, so that its program is new
    problems, numerics = barriers(11), [dataclasses.replace(STRANG_RUN, steps=40, frames=4)] * 11
    programs = []
    monkeypatch.setattr(_batch, "set_up", lambda *parts: (programs.append(1), set_up(*parts))[1])
    some = list(evolve_many(problems, numerics, threads=1))
    others = list(evolve_many(problems, numerics, threads=3))
    assert len(some) == len(others) == 11
    assert all(a.final.tobytes() == b.final.tobytes() for a, b in zip(some, others, strict=True))
    # the higher the barrier, the farther back the packet: each row has its own
    places = [float(row.frames.series["x"][-1]) for row in some]
    assert places == sorted(places, reverse=True) and len(set(places)) == 11
    longer = [dataclasses.replace(numerics[0], steps=60)] * 11
    list(evolve_many(problems, longer))
    assert len(programs) == 1


def test_a_row_that_overflows_leaves_the_others_alone() -> None:
    """Set-up: four rows, the second with a barrier of infinite height. Formula: its psi is NaN; the others are what they are without it."""
    problems = barriers(4)
    broken = [*problems[:1], problems[1].replace("potential.height", float("1e308")), *problems[2:]]
    good, with_nan = list(evolve_many(problems, [STRANG_RUN] * 4)), list(evolve_many(broken, [STRANG_RUN] * 4))
    assert np.all(np.isnan(with_nan[1].final))
    for place in (0, 2, 3):
        assert with_nan[place].final.tobytes() == good[place].final.tobytes()


class Crowded:
    """A device whose memory holds `most` rows; it notes the sizes it was asked for."""

    def __init__(self, most: int) -> None:
        self.most, self.asked = most, list[int]()
        self.run = _batch._counted

    def __call__(self, structure: Any, mesh: Any, lanes: bool, each: int, terms: int | None, leaves: Any) -> Trajectory:
        self.asked.append(len(leaves[0]))
        if len(leaves[0]) > self.most:
            raise jax.errors.JaxRuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 123 bytes.")
        return self.run(structure, mesh, lanes, each, terms, leaves)


def test_out_of_memory_the_chunk_is_halved(chunks_of_four: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set-up: 7 rows in chunks of four, the memory holds two. Formula: every chunk is split, all rows come, as they were."""
    problems, numerics = barriers(7), [STRANG_RUN] * 7
    plain = list(evolve_many(problems, numerics))
    crowded = Crowded(2)
    monkeypatch.setattr(_batch, "_counted", crowded)
    rows = list(evolve_many(problems, numerics, threads=1))
    assert crowded.asked == [4, 2, 2, 4, 2, 2]
    assert max(farthest(a, b) for a, b in zip(rows, plain, strict=True)) < 1e-13
    monkeypatch.setattr(_batch, "_counted", Crowded(0))
    with pytest.raises(NumericsError, match="must fit into the memory"):
        list(evolve_many(problems, numerics))


def test_workers_that_share_a_machine_keep_to_their_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert cores() == 3
    monkeypatch.setenv("OMP_NUM_THREADS", "many")
    assert cores() >= 1


def test_other_errors_of_the_device_are_not_taken_for_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Trajectory:
        raise jax.errors.JaxRuntimeError("INTERNAL: the device fell over")

    monkeypatch.setattr(_batch, "_counted", broken)
    with pytest.raises(jax.errors.JaxRuntimeError, match="fell over"):
        list(evolve_many(barriers(2), [STRANG_RUN] * 2))


def test_the_last_chunk_is_filled_up_unless_that_costs_too_much() -> None:
    """Formula: a smaller program, halved while it holds the rest and a row for each device, once more than 0.1 s would be computed in vain."""
    quick, slow = _batch._pieces(37, 16, 1, 1e-3), _batch._pieces(37, 16, 1, 10.0)
    assert [(rows.start, rows.stop, size) for rows, size in quick] == [(0, 16, 16), (16, 32, 16), (32, 37, 16)]
    assert [(rows.start, rows.stop, size) for rows, size in slow] == [(0, 16, 16), (16, 32, 16), (32, 37, 8)]
    assert _batch._pieces(1, 4, 4, 10.0) == [(slice(0, 1), 4)]


def test_chunks_fit_the_cache_and_long_ones_are_shared() -> None:
    """Formula: 128 KiB of psi hold 8 rows of 1024 points in double precision, 16 in single; 128 of 64 points, but 8 if they take a day, and 64 of a series."""
    wide, narrow = Grid.line(-80.0, 80.0, 1024), Grid.line(-6.0, 6.0, 64)
    runs = [Numerics(wide, 0.1, 10, 1, STRANG), Numerics(wide, 0.1, 10, 1, STRANG, precision="single")]
    runs += [Numerics(narrow, 0.1, 10, 1, STRANG), Numerics(narrow, 0.1, 10**9, 1, STRANG)]
    assert [_batch._rows(run) for run in runs] == [8, 16, 128, 8]
    assert _batch._rows(Numerics(narrow, 0.1, 10, 1, Chebyshev(0.0, 1.0, 10))) == 64
    assert _batch._rows(Numerics(Grid.product(wide, wide), 0.1, 10, 1, STRANG)) == 1


def equations(jaxpr: Any) -> Iterator[Any]:
    """All operations of a program as JAX writes it down, wherever they stand in it."""
    for eqn in jaxpr.eqns:
        yield eqn
        for value in eqn.params.values():
            for part in value if isinstance(value, tuple | list) else (value,):
                inner = getattr(part, "jaxpr", part)
                if isinstance(inner, jax.extend.core.Jaxpr):
                    yield from equations(inner)


@pytest.mark.parametrize("case", ["strang", "chebyshev, absorber"])
def test_loops_of_fixed_length_give_the_same(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set-up: the rows above by the program that other devices than a CPU run: steps and terms are part of it, terms from a ladder.

    Formula: terms beyond those that a step needs are below 1e-15. Budget: rounding, 1e-13.
    """
    problems, numerics = CASES[case]
    counted = list(evolve_many(problems, numerics))
    monkeypatch.setattr(_batch, "_counted", lambda *_: pytest.fail("the program of a CPU was taken"))
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    fixed = list(evolve_many(problems, numerics))
    assert max(farthest(a, b) for a, b in zip(counted, fixed, strict=True)) < 1e-13


@pytest.mark.parametrize("scheme", ["strang", "g6t4"])
def test_a_step_of_a_batch_is_two_ffts_a_pair_and_no_choice_between_waves(scheme: str) -> None:
    """Set-up: the program of 3 rows as JAX writes it down, its loop over steps.

    Formula: two FFTs for each kick-drift pair; the loop asks one number whether to go on, so that no row waits for another by a select.
    """
    numerics = [dataclasses.replace(STRANG_RUN, method=SCHEMES[scheme])] * 3
    structure, leaves = _batch._stacked(wells(3, False), numerics)
    program = jax.make_jaxpr(lambda leaves, each: _batch._chunk(structure, None, False, each, None, leaves))(leaves, 20)
    (loop,) = (eqn for eqn in equations(program.jaxpr) if eqn.primitive.name == "while")
    body = [eqn.primitive.name for eqn in equations(loop.params["body_jaxpr"].jaxpr)]
    assert body.count("fft") == 2 * SCHEMES[scheme].pairs
    assert "select_n" not in body
    (asked,) = loop.params["cond_jaxpr"].jaxpr.outvars
    assert asked.aval.shape == ()


ON_TWO_DEVICES = """
import jax
jax.config.update("jax_num_cpu_devices", 2)
from tests.propagation import test_batch_propagation as here
import numpy as np
jax.config.update("jax_enable_x64", True)
here._batch._CPU_CHUNK = 4 * 64 * 16
problems, numerics = here.sharp(7)
rows = list(here.evolve_many(problems, numerics))
one = jax.jit(here.evolve)
far = max(here.farthest(row, one(p, here.dataclasses.replace(n, save_psi=False))) for p, n, row in zip(problems, numerics, rows, strict=True))
structure, leaves = here._batch._stacked(problems[:4], numerics[:4])
mesh = here._batch._mesh(jax.local_devices())
text = here._batch._counted.lower(structure, mesh, False, 4, None, leaves).compile().as_text()
print(len(jax.local_devices()), len(rows), far < 1e-13, "all-gather" in text, "fft" in text)
"""


def test_two_devices_share_the_rows_and_gather_nothing() -> None:
    """Set-up: 7 rows of a Chebyshev series with absorbers on two host devices, in a process of their own.

    Formula: each row equals its own run, to 1e-13; the compiled program gathers no batch for its FFTs.
    """
    done = subprocess.run([sys.executable, "-c", ON_TWO_DEVICES], capture_output=True, text=True)
    assert done.stdout.split() == ["2", "7", "True", "False", "True"], done.stderr


def test_rows_that_do_not_share_a_program_are_refused() -> None:
    other = dataclasses.replace(STRANG_RUN, steps=42)
    with pytest.raises(ArgumentError, match="row 1 differs from row 0"):
        evolve_many(barriers(2), [STRANG_RUN, other])
    with pytest.raises(ArgumentError, match="one for each problem"):
        evolve_many(barriers(2), [STRANG_RUN])
    assert list(evolve_many([], [])) == []


def test_rows_of_unlike_length_in_one_chunk() -> None:
    """Series of 27 and 116 terms side by side: each row makes as many as it needs, not as many as the shortest."""
    problems = [Problem(RectangularBarrier(h, 2.0), PACKET, measure=MEASURE) for h in (0.5, 60.0)]
    table = chebyshev_for(problems[1], GRID, 0.5).terms
    runs = [
        Numerics(GRID, 0.5, 4, 2, dataclasses.replace(chebyshev_for(problem, GRID, 0.5), terms=table), save_psi=False)
        for problem in problems
    ]
    assert runs[1].pairs > 1.5 * runs[0].pairs
    for problem, numerics, row in zip(problems, runs, evolve_many(problems, runs), strict=True):
        assert farthest(row, evolve(problem, numerics)) < 1e-12


def test_wells_by_eigenstates_do_not_wait_for_each_other() -> None:
    """Set-up: four wells at once, whose program decomposes H twice, for the start and for the steps, thirty times in a process of its own.

    Formula: it ends; side by side both decompositions hold a thread of two, and wait for one more. Budget: two minutes, of which it needs some seconds.
    """
    code = """
import jax
jax.config.update("jax_enable_x64", True)
from wavesim import Grid, Numerics, Problem
from wavesim.potentials import QuarticDoubleWell
from wavesim.propagation import evolve_many
from wavesim.schemes import Spectral
from wavesim.states import LeftLocalized
numerics = Numerics(Grid.line(-4.0, 4.0, 48), 0.1, 20, 4, Spectral())
wells = [Problem(QuarticDoubleWell(barrier, 1.5), LeftLocalized()) for barrier in (2.5, 2.8, 3.1, 3.4)]
for _ in range(30):
    list(evolve_many(wells, [numerics] * 4))
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
