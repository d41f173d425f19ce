"""The batch program for a GPU, lowered without one: plain FFTs and arithmetic, nothing that would wait for the host.

What a card would run is the StableHLO of `jax.export`; what XLA makes of it there no test on a CPU can see.
"""

from __future__ import annotations

import dataclasses
import re

import pytest
from jax import export

from wavesim import Numerics, Problem
from wavesim.propagation.runs import _batch
from wavesim.schemes import SCHEMES, Chebyshev

from .test_batch_propagation import STRANG_RUN, barriers, sharp

CASES: dict[str, tuple[list[Problem], list[Numerics]]] = {
    "strang": (barriers(4), [STRANG_RUN] * 4),
    "g6t4": (barriers(4), [dataclasses.replace(STRANG_RUN, method=SCHEMES["g6t4"])] * 4),
    "chebyshev": sharp(4),
}


def lowered(problems: list[Problem], numerics: list[Numerics]) -> str:
    """The program of four rows for CUDA, as text."""
    structure, leaves = _batch._stacked(problems, numerics)
    terms = 48 if isinstance(numerics[0].method, Chebyshev) else None
    each = numerics[0].steps // numerics[0].frames
    return export.export(_batch._fixed, platforms=["cuda"])(structure, None, False, each, terms, leaves).mlir_module()


@pytest.mark.parametrize("precision", ["double", "single"])
@pytest.mark.parametrize("case", CASES)
def test_a_batch_lowers_to_ffts_and_arithmetic(case: str, precision: str) -> None:
    problems, numerics = CASES[case]
    text = lowered(problems, [dataclasses.replace(one, precision=precision) for one in numerics])
    assert not re.findall(r"custom_call @\w+", text)
    # the one coefficient of each term of a series; what scatters puts edges into the tables, before the loop
    gathers = re.findall(r'"stablehlo.gather"[^\n]*slice_sizes = array<i64: ([^>]*)>', text)
    assert gathers == ["4, 1"] * (case == "chebyshev")
    assert "stablehlo.while" in text
    kinds = re.findall(r"stablehlo.fft[^\n]*type = +(\w+)", text)
    # inverse transforms are made of forward ones
    assert kinds and set(kinds) == {"FFT"}
    # the transforms of the loop have the precision of the run
    wave = {"double": "complex<f64>", "single": "complex<f32>"}[precision]
    assert re.search(rf"stablehlo.fft[^\n]*tensor<4x64x{wave}>", text)
