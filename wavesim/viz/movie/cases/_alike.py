"""Runs that are shown together: at the same times, through one window, and on one scale where they are alike."""

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

# runs whose lengths, windows or energies differ by less than this share a clock or a scale
ALIKE = 3.0
# a record that lasts for this share of the others ends the film
_NEARLY = 0.8


def in_step(runs: Sequence[Result | Report], count: int) -> list[Result | Report]:
    """Each run at `count` + 1 times up to where its picture is empty; the same times for all if these ends are alike.

    A run that ends before the common end stands still, and so does its clock; for a little at their end none has to.
    """
    ends = [float(result_of(until_empty(eventful(run))).times[-1]) for run in runs]
    common, shortest = max(ends) < ALIKE * min(ends), min(float(result_of(run).times[-1]) for run in runs)
    if _NEARLY * max(ends) <= shortest:
        ends = [min(end, shortest) for end in ends]
    found = []
    for run, end in zip(runs, ends, strict=True):
        known = result_of(run).times
        times = np.linspace(float(known[0]), max(ends) if common else end, count + 1)
        nearest = np.rint(np.interp(times, known, np.arange(len(known)))).astype(int)
        found.append(_at(run, nearest, np.minimum(times, known[-1])))
    return found


def _at(run: Result | Report, chosen: np.ndarray, times: np.ndarray) -> Result | Report:
    """The chosen frames of a run, at these times."""
    from ....propagation import Result

    run = thinned(run, chosen)
    if isinstance(run, Result):
        return dataclasses.replace(run, times=times)
    result = result_of(run)
    curves = {
        name: dataclasses.replace(curve, points=times) if np.array_equal(curve.points, result.times) else curve
        for name, curve in run.curves.items()
    }
    return dataclasses.replace(run, record=dataclasses.replace(result, times=times), curves=curves)


def alike(scenes: Sequence[Scene], results: Sequence[Result], units: UnitSystem) -> list[Scene]:
    """The scenes with one scale for the density and one gain; one window and one range of energies where they differ little."""
    top = max(scene.density_top for scene in scenes)
    scenes = [dataclasses.replace(scene, density_top=top) for scene in scenes]
    windows = np.array([scene.window for scene in scenes])
    spans = np.ptp(windows, axis=2)
    if (spans.max(axis=0) < ALIKE * spans.min(axis=0)).all():
        window = np.stack([windows[:, :, 0].min(axis=0), windows[:, :, 1].max(axis=0)], axis=1)
        scenes = [in_window(scene, result, window, units) for scene, result in zip(scenes, results, strict=True)]
    energies = np.array([scene.energies for scene in scenes])
    reach = np.ptp(energies, axis=1)
    if reach.max() < ALIKE * reach.min():
        shared = float(energies[:, 0].min()), float(energies[:, 1].max())
        scenes = [dataclasses.replace(scene, energies=shared) for scene in scenes]
    # as much as the one that needs least can take: what is drawn higher is more
    gain = min(float(scene.gain.max()) for scene in scenes)
    return [dataclasses.replace(scene, gain=np.where(scene.gain > 1, gain, 1.0)) for scene in scenes]
