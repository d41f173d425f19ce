"""Common times, window and scales of runs that are shown side by side, where they are similar."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ....units import UnitSystem
from ...scene import Scene, eventful, result_of, thinned
from .._cut import in_window, until_empty

if TYPE_CHECKING:
    from ....analysis import Report
    from ....propagation import Result

# runs whose durations, windows or energies differ by less than this factor share a clock or a scale
SIMILAR = 3.0
# a run that lasts for at least this share of the longest ends the film
_NEARLY = 0.8


def synchronized(runs: Sequence[Result | Report], count: int) -> list[Result | Report]:
    """Each run at `count` + 1 times until its picture is empty; the same times for all if these durations are similar.

    A run that ends before the common end stands still, and so does its clock; if all last nearly as long, the film ends with the shortest.
    """
    ends = [float(result_of(until_empty(eventful(run))).times[-1]) for run in runs]
    common, shortest = max(ends) < SIMILAR * min(ends), min(float(result_of(run).times[-1]) for run in runs)
    if _NEARLY * max(ends) <= shortest:
        ends = [min(end, shortest) for end in ends]
    runs_at_times = []
    for run, end in zip(runs, ends, strict=True):
        own_times = result_of(run).times
        times = np.linspace(float(own_times[0]), max(ends) if common else end, count + 1)
        nearest = np.rint(np.interp(times, own_times, np.arange(len(own_times)))).astype(int)
        runs_at_times.append(_at(run, nearest, np.minimum(times, own_times[-1])))
    return runs_at_times


def _at(run: Result | Report, selection: np.ndarray, times: np.ndarray) -> Result | Report:
    """The selected frames of a run, relabeled with these times."""
    from ....propagation import Result

    run = thinned(run, selection)
    if isinstance(run, Result):
        return dataclasses.replace(run, times=times)
    result = result_of(run)
    curves = {
        name: dataclasses.replace(curve, points=times) if np.array_equal(curve.points, result.times) else curve
        for name, curve in run.curves.items()
    }
    return dataclasses.replace(run, record=dataclasses.replace(result, times=times), curves=curves)


def on_common_scale(scenes: Sequence[Scene], results: Sequence[Result], units: UnitSystem) -> list[Scene]:
    """The scenes with one scale of the density and one gain, and with one window and range of energies if these differ little."""
    top = max(scene.density_top for scene in scenes)
    scenes = [dataclasses.replace(scene, density_top=top) for scene in scenes]
    windows = np.array([scene.window for scene in scenes])
    spans = np.ptp(windows, axis=2)
    if (spans.max(axis=0) < SIMILAR * spans.min(axis=0)).all():
        window = np.stack([windows[:, :, 0].min(axis=0), windows[:, :, 1].max(axis=0)], axis=1)
        scenes = [in_window(scene, result, window, units) for scene, result in zip(scenes, results, strict=True)]
    energies = np.array([scene.energies for scene in scenes])
    reach = np.ptp(energies, axis=1)
    if reach.max() < SIMILAR * reach.min():
        shared = float(energies[:, 0].min()), float(energies[:, 1].max())
        scenes = [dataclasses.replace(scene, energies=shared) for scene in scenes]
    # the smallest gain of all, so that the same height means the same density
    gain = min(float(scene.gain.max()) for scene in scenes)
    return [dataclasses.replace(scene, gain=np.where(scene.gain > 1, gain, 1.0)) for scene in scenes]
