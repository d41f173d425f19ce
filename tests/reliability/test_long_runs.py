"""Long runs: memory that does not grow, Ctrl-C, progress, single precision on request, and no loss of precision in silence."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys

import jax
import numpy as np
import pytest

from tests.exact import distance
from wavesim import Absorber, Grid, Numerics, Problem, Result, evolve, plan, propagate
from wavesim.analysis import certify
from wavesim.errors import NumericsError
from wavesim.observables import Norm, Position
from wavesim.potentials import Driven, EckartBarrier, Harmonic, QuarticDoubleWell
from wavesim.propagation import Trajectory, chebyshev_for
from wavesim.propagation.runs import _propagate
from wavesim.schemes import SCHEMES
from wavesim.states import GaussianPacket

GRID = Grid.line(-6.0, 6.0, 64)
WELL = QuarticDoubleWell(2.0, 1.8)
MEASURE = {"norm": Norm(), "x": Position()}
PROBLEM = Problem(WELL, GaussianPacket(center=-1.5, width=0.4, momentum=0.4), measure=MEASURE)
RUN = Numerics(GRID, 0.02, 240, 12, SCHEMES["g6t4"])


@pytest.fixture(scope="module")
def whole() -> Result:
    return propagate(PROBLEM, RUN)


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of a thousandth of the usual: as if the grid were large, every frame is its own call, some steps apart."""
    monkeypatch.setattr(_propagate, "_CHUNK", 2000.0)


def memory(steps: int) -> int:
    """Bytes of temporaries and results of the compiled run of that many steps, two frames."""
    numerics = dataclasses.replace(RUN, steps=steps, frames=2)

    def run(problem: Problem) -> Trajectory:
        return evolve(problem, numerics)

    analysis = jax.jit(run).lower(PROBLEM).compile().memory_analysis()
    assert analysis is not None
    return analysis.temp_size_in_bytes + analysis.output_size_in_bytes


def test_memory_does_not_grow_with_the_number_of_steps() -> None:
    """Set-up: the compiled program of 10 and of 1 000 000 steps, asked for its memory; neither is run.

    Formula: the loop carries one wave; what is saved are frames. Budget: none, the two are equal, and below 100 waves of 1 kB.
    """
    assert memory(10) == memory(1_000_000) < 100 * 16 * 64


def test_ctrl_c_keeps_what_was_done(small_chunks: None, whole: Result) -> None:
    """Set-up: Ctrl-C comes while the fifth of 12 frames is on its way (the callback raises what the signal would raise).

    Formula: the record ends at the last whole frame and equals that part of the uninterrupted one, to 1e-14.
    """
    calls = []

    def impatient(done: int, total: int) -> None:
        calls.append(done)
        if done > 4 * total / 12:
            raise KeyboardInterrupt

    result = propagate(PROBLEM, RUN, progress=impatient)
    assert not result.complete
    assert result.frames_done == 4 == len(result.psi) - 1 == len(result.series["x"]) - 1
    assert result.steps_done == 80
    assert np.array_equal(result.times, whole.times[:5])
    assert np.max(np.abs(result.psi - whole.psi[:5])) < 1e-14
    assert np.max(np.abs(result.final - whole.psi[4])) < 1e-14
    assert "interrupted" in str(result)


def test_ctrl_c_before_the_first_frame(small_chunks: None, whole: Result) -> None:
    """The start is the record then, and psi at the end is the start."""

    def at_once(done: int, total: int) -> None:
        raise KeyboardInterrupt

    result = propagate(PROBLEM, RUN, progress=at_once)
    assert (result.complete, result.frames_done) == (False, 0)
    assert np.array_equal(result.times, [0.0])
    assert np.max(np.abs(result.final - whole.psi[0])) < 1e-14


def test_a_certificate_that_was_interrupted_claims_nothing(small_chunks: None) -> None:
    """Its bars are infinite, and it says so: numbers of a half-done run must not look like results."""
    seen = []

    def impatient(done: int, total: int) -> None:
        seen.append(done / total)
        if done > 0.1 * total:
            raise KeyboardInterrupt

    packet = GaussianPacket(center=1.0, width=0.7, momentum=0.0)
    report = certify(
        Problem(Harmonic(1.0), packet, duration=2.0), 1e-3, grid=GRID, dt=0.02, frames=4, progress=impatient
    )
    assert not report.result.complete
    assert all(np.isinf(quantity.error) for quantity in report.quantities.values())
    assert any("interrupted" in warning for warning in report.warnings)


def test_progress_is_told_and_ends_at_the_total(small_chunks: None) -> None:
    """Called more often than there are frames, never backwards, and at last with (240, 240)."""
    calls: list[tuple[int, int]] = []
    propagate(PROBLEM, RUN, progress=lambda done, total: calls.append((done, total)))
    done = [call[0] for call in calls]
    assert len(calls) > 12
    assert done == sorted(done)
    assert calls[-1] == (240, 240)
    assert {total for _, total in calls} == {240}


def test_the_chunks_of_a_run_change_nothing(small_chunks: None, whole: Result) -> None:
    """Set-up: the run in one program and in hundreds of calls. Formula: the same steps in the same order. Budget: 1e-14."""
    pieces = propagate(PROBLEM, RUN)
    assert np.max(np.abs(pieces.psi - whole.psi)) < 1e-14
    assert np.max(np.abs(pieces.series["x"] - whole.series["x"])) < 1e-14


@pytest.mark.parametrize("name", ["strang", "g6t4", "chebyshev"])
def test_frames_do_not_disturb_and_evolve_is_propagate(name: str) -> None:
    """Set-up: a scheme that begins with a kick, one that begins with a drift, and Chebyshev; 48 steps with 1 and with 12 frames, absorber on, by propagate and by the pure evolve under jit.

    Formula: a frame looks at psi and gives it back untouched. Budget: none for the times, 3e-14 for psi (reordered sums).
    """
    method = SCHEMES[name] if name in SCHEMES else chebyshev_for(PROBLEM, GRID, 0.02)
    many = Numerics(GRID, 0.02, 48, 12, method, Absorber(4.5, 1.0))
    one = dataclasses.replace(many, frames=1)
    by_propagate, by_one = propagate(PROBLEM, many), propagate(PROBLEM, one)
    trajectory = jax.jit(lambda problem: evolve(problem, many))(PROBLEM)
    assert np.max(np.abs(by_propagate.final - by_one.final)) < 3e-14
    assert np.max(np.abs(by_propagate.psi - np.asarray(trajectory.frames.psi))) < 3e-14
    assert np.max(np.abs(by_propagate.absorbed - np.asarray(trajectory.frames.absorbed))) < 3e-14
    assert np.max(np.abs(np.asarray(trajectory.final) - by_propagate.psi[-1])) < 3e-14
    assert by_one.absorbed[-1].sum() > 1e-7


def test_a_driven_run_reads_the_clock_of_the_whole_run(small_chunks: None) -> None:
    """Set-up: the driven well with 1 and with 24 frames, in chunks.

    Formula: V(t) is read at t0 + n dt with n counted through all frames and chunks. Budget: 1e-14; a clock that began anew at each
    frame would turn the drive by a radian.
    """
    problem = dataclasses.replace(PROBLEM, potential=Driven(WELL, 0.7, 2.3, 0.4))
    results = [propagate(problem, dataclasses.replace(RUN, frames=frames)) for frames in (1, 24)]
    assert np.max(np.abs(results[0].final - results[1].final)) < 1e-14


def test_single_precision_by_name() -> None:
    """Set-up: a packet on an Eckart barrier with absorbers, 300 steps, in complex64 and complex128.

    Formula: 6e-8 a rounding, 1200 FFT pairs: 7e-5 to 1e-3. Budget: below 1e-3, and above 1e-9, so that it was single indeed.
    """
    grid = Grid.line(-30.0, 30.0, 160)
    problem = Problem(EckartBarrier(0.6, 1.0), GaussianPacket(center=-10.0, width=2.0, momentum=1.2), measure=MEASURE)
    double = Numerics(grid, 0.1, 300, 3, SCHEMES["g6t4"], Absorber.designed(0.8, 7e-3))
    wide, narrow = propagate(problem, double), propagate(problem, dataclasses.replace(double, precision="single"))
    assert narrow.final.dtype == np.complex64
    assert wide.final.dtype == np.complex128
    assert 1e-9 < distance(narrow.final, wide.final, grid) < 1e-3
    assert np.max(np.abs(narrow.series["norm"] - wide.series["norm"])) < 1e-3
    assert narrow.series["norm"].dtype == np.float64


def test_without_64_bits_nothing_runs() -> None:
    """With JAX's 64-bit mode off every door says how to turn it on; numbers never lose half of their digits in silence."""
    with jax.enable_x64(False):
        for door in (
            lambda: plan(PROBLEM),
            lambda: propagate(PROBLEM, RUN),
            lambda: evolve(PROBLEM, RUN),
            lambda: certify(PROBLEM),
        ):
            with pytest.raises(NumericsError, match='jax.config.update\\("jax_enable_x64", True\\)'):
                door()


def test_importing_wavesim_leaves_the_64_bit_mode_alone() -> None:
    """In a process of its own: 32 bits before the import, 32 bits after, and the error for who then propagates."""
    code = (
        "import jax, wavesim as ws; before = jax.config.jax_enable_x64\n"
        "problem = ws.Problem(ws.potentials.Harmonic(1.0), ws.states.Eigenstate())\n"
        "print(before, jax.config.jax_enable_x64)\n"
        "try: ws.propagate(problem)\n"
        "except ws.WavesimError as error: print(error)\n"
    )
    clean = {key: value for key, value in os.environ.items() if key != "JAX_ENABLE_X64"} | {"JAX_PLATFORMS": "cpu"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=clean)
    assert done.stdout.startswith("False False\nwavesim needs JAX's 64-bit mode, but it is off")


def test_an_unstable_run_is_an_error_and_no_number() -> None:
    """A Chebyshev series whose bounds do not hold the spectrum is refused; one that explodes all the same ends in an error."""
    method = chebyshev_for(PROBLEM, GRID, 0.1)
    tight = dataclasses.replace(method, highest=0.2 * method.highest)
    with pytest.raises(NumericsError, match="bounds must hold the spectrum"):
        propagate(PROBLEM, dataclasses.replace(RUN, method=tight))
    broken = dataclasses.replace(PROBLEM, potential=QuarticDoubleWell(2.0, 1.8, tilt=1e308))
    with pytest.raises(NumericsError, match="not finite|bounds must hold"):
        propagate(broken, RUN)
