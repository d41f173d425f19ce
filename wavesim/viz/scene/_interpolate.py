"""Interpolation between the frames of a run, where neighbors are similar enough."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from ._window import result_of

if TYPE_CHECKING:
    from ...analysis import Report
    from ...propagation import Result

# least overlap of neighboring frames for an interpolation
_LEAST_OVERLAP = 0.9
# largest size of interpolated psi [bytes]
_MOST_BYTES = 400e6


def refined(source: Result | Report, count: int) -> Result | Report:
    """The run at `count` equally spaced times if it has fewer frames and neighbors are similar; else unchanged.

    psi is interpolated linearly after its mean phase has been removed, and its norm too. The error for a Gaussian that moves by little is
    0.35 (1 - o) at an overlap o, at most 4 %. Series, curves and absorbed probabilities are interpolated linearly.

    Args:
        source: a result with psi, or a report of one.
        count: the number of frames.
    """
    from ...propagation import Result

    result = result_of(source)
    kept = len(result.psi)
    if not 2 <= kept < count or count * result.psi[0].nbytes > _MOST_BYTES or len(result.times) != kept:
        return source
    flat = result.psi.reshape(kept, -1)
    norms = np.linalg.norm(flat, axis=1)
    overlaps = np.array([np.vdot(first, second) for first, second in zip(flat, flat[1:], strict=False)])
    if np.any(np.abs(overlaps) < _LEAST_OVERLAP * norms[:-1] * norms[1:]):
        return source
    position = np.linspace(0, kept - 1, count)
    first = np.minimum(position.astype(int), kept - 2)
    share = position - first
    psi = np.empty((count, *result.psi.shape[1:]), result.psi.dtype)
    for place, (left, part) in enumerate(zip(first, share, strict=True)):
        turn = np.angle(overlaps[left])
        between = (1 - part) * flat[left] + part * np.exp(-1j * turn) * flat[left + 1]
        length = np.linalg.norm(between)
        norm = (1 - part) * norms[left] + part * norms[left + 1]
        psi[place] = (between * np.exp(1j * part * turn) * (norm / length if length else 1.0)).reshape(psi.shape[1:])
    times = _straight(result.times, first, share)
    refined_result = dataclasses.replace(
        result,
        times=times,
        psi=psi,
        series={name: _straight(values, first, share) for name, values in result.series.items()},
        absorbed=_straight(result.absorbed, first, share),
    )
    if isinstance(source, Result):
        return refined_result
    curves = dict(source.curves)
    for name, curve in curves.items():
        if np.array_equal(curve.points, result.times):
            curves[name] = dataclasses.replace(
                curve,
                points=times,
                values=_straight(curve.values, first, share),
                theory={kind: _straight(values, first, share) for kind, values in curve.theory.items()},
                error=curve.error if np.ndim(curve.error) == 0 else _straight(np.asarray(curve.error), first, share),
            )
    return dataclasses.replace(source, record=refined_result, curves=curves)


def _straight(values: np.ndarray, first: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Linear interpolation between neighboring frames, along the first axis."""
    part = share.reshape(-1, *[1] * (np.ndim(values) - 1))
    return (1 - part) * values[first] + part * values[first + 1]
