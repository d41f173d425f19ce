"""BLAS threads while wavesim computes, and what becomes of them afterwards."""

from __future__ import annotations

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

import wavesim as ws
from wavesim._threads import one_blas_thread


def blas() -> set[int]:
    """Threads of each library."""
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


@pytest.fixture(autouse=True)
def two_threads(monkeypatch: pytest.MonkeyPatch):
    """Libraries of two threads each, and nobody who has chosen them."""
    for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    np.linalg.eigvalsh(np.eye(2))
    with threadpool_limits(2, user_api="blas"):
        if blas() != {2}:
            pytest.skip("the BLAS of this machine has one thread in any case")
        yield


def test_a_certificate_has_one_thread_and_gives_the_others_back() -> None:
    seen: list[set[int]] = []
    problem = ws.Problem(ws.potentials.GaussianBarrier(1.0, 1.0), ws.states.GaussianPacket(-12.0, 2.0, momentum=2.0))
    ws.certify(problem, 1e-2, on_plan=lambda _: seen.append(blas()))
    assert seen == [{1}]
    assert blas() == {2}


def test_two_that_overlap_leave_what_was_before() -> None:
    first, second = one_blas_thread(), one_blas_thread()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    # somebody is still at work
    assert blas() == {1}
    second.__exit__(None, None, None)
    assert blas() == {2}


def test_who_has_chosen_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    with one_blas_thread():
        assert blas() == {2}
