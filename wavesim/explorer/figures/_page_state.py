"""The state of a page: an opening with its values, the run computed from them, and the frame that is shown."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from ..._threads import one_blas_thread
from ..._typing import ENERGY, LENGTH, MOMENTUM, TIME
from ...errors import WavesimError
from ...problem import Problem
from ...scenario import Scenario
from ...units import UnitSystem, value_in
from .._opening import Opening
from ._cards import expected_shares, mean_energy
from ._kinds import AbstractKind, CompiledSizes, LiveSetup, kind_of, scatters
from ._live_run import LiveRun
from ._view import View, unit_text

# most corners of the sliders' ranges that are planned when a scenario is opened
_MOST_CORNERS = 32
# remaining probability below which a scattering counts as decided
_DECIDED = 2e-5
# norm below which the box counts as empty
_GONE = 3e-2
_NAMES = {
    "transmitted_probability": "transmitted",
    "reflected_probability": "reflected",
    "remaining_probability": "undecided",
    "left_population": "in the left well",
    "right_population": "in the right well",
    "survival_probability": "still inside",
    "mean_position": "mean position",
    "position_spread": "spread",
}


class PageState:
    """The state of one page, without its messages."""

    def __init__(self, opening: Opening, values: dict[str, float], sizes: CompiledSizes, others: list[Problem]) -> None:
        self.opening, self.values, self.sizes = opening, values, sizes
        self.scenario: Scenario = opening.scenario(values)
        self.kind: AbstractKind = kind_of(self.scenario)
        self.units: UnitSystem = self.scenario.units
        self.run = LiveRun(self.kind, self.kind.setup(self.scenario, sizes))
        self.cursor = 0.0
        self.mark: float | None = None
        self._curves: tuple[int, dict[str, Any]] | None = None
        if self.kind.name != "plane":
            self.run.extend(self.run.frames)
        self.view = View.of(self.kind, self.scenario, self.run, others)
        self._uncompiled: Iterator[LiveSetup] = iter(())

    @classmethod
    @one_blas_thread()
    def of(cls, opening: Opening, values: dict[str, float]) -> PageState:
        """A state whose compiled sizes hold over the ranges of its sliders.

        Raises:
            WavesimError: if the scenario cannot be shown live.
        """
        scenario = opening.scenario(values)
        kind = kind_of(scenario)
        first = kind.setup(scenario)
        share = _eventful_share(kind, first)
        if share < 1:
            first = kind.setup(scenario, CompiledSizes(share=share))
        setups: list[LiveSetup] = []
        # for a user's own file sizes are compiled when needed: its ranges are wide, and its plans may be expensive
        for corner in _corners(opening, values) if opening.preset else []:
            try:
                setups.append(kind.setup(opening.scenario(corner), CompiledSizes(share=share)))
            except WavesimError:
                continue
        sizes = (
            CompiledSizes.of(first, setups)
            if first.numerics.grid.dimension == 1
            else CompiledSizes((), first.terms or 0)
        )
        sizes = dataclasses.replace(sizes, share=share)
        state = cls(opening, values, sizes, [setup.original for setup in setups])
        state._uncompiled = sizes.setups(state.run.setup)
        return state

    def warm(self) -> bool:
        """Compile one more size; whether there was one."""
        setup = next(self._uncompiled, None)
        if setup is not None:
            LiveRun(self.kind, setup).extend(1)
        return setup is not None

    # changes

    @one_blas_thread()
    def change(self, values: dict[str, float], mode: str) -> None:
        """Change values: a new run at the same time, from the start, or as a quench of the current one.

        Raises:
            WavesimError: if the values cannot be computed; nothing changes then.
        """
        values = self.values | values
        scenario = self.opening.scenario(values)
        time, frame = self.run.times[int(self.cursor)], int(self.cursor)
        if mode == "quench" and self.kind.quenchable and self.run.setup.original.ends is None:
            while self.run.done < frame:
                self.run.extend(frame - self.run.done)
            run = self.run.changed(frame, scenario.problem)
        else:
            run = LiveRun(self.kind, self.kind.setup(scenario, self.sizes))
            if mode == "restart" or self.kind.name == "plane":
                frame = 0
            elif self.kind.timed:
                frame = min(round(time / run.times[1]), run.frames)
            run.extend(frame)
        self.run, self.values, self.scenario = run, values, scenario
        self.cursor, self._curves = float(frame), None

    def values_at_energy(self, energy: float) -> dict[str, float]:
        """The values that set the mean energy of the packet to `energy`, in shown units; {} if no slider can."""
        path = next((p for p in self.values if p in ("state.energy", "state.momentum")), None)
        mean = mean_energy(self.scenario.problem)
        if path is None or mean is None:
            return {}
        slider = next(s for s in self.opening.sliders if s.path == path)
        scale = self.units.scale(ENERGY)
        kinetic = max(energy * scale - (self.view.level_of(self.run) * scale - mean), 1e-12 * mean)
        if path == "state.energy":
            return {path: kinetic / _unit(slider.unit, ENERGY)}
        return {path: math.sqrt(2 * float(self.scenario.problem.mass) * kinetic) / _unit(slider.unit, MOMENTUM)}

    # the moment

    @property
    def skips(self) -> bool:
        """Whether frames may be skipped, because the run is soon complete."""
        return self.kind.name != "plane"

    @property
    def pace(self) -> float:
        """Frames of the run for each frame of the display at speed 1."""
        return 1.0 if self.skips else 0.5

    @property
    def filling(self) -> bool:
        """Whether frames are computed ahead of the one that is shown."""
        return self.kind.name != "plane" and not self.run.complete

    @property
    def at_end(self) -> bool:
        """Whether the last frame is shown."""
        return int(self.cursor) >= self.run.frames

    def seek(self, frame: float) -> None:
        """Show another frame."""
        self.cursor = min(max(float(frame), 0.0), float(self.run.frames)) if math.isfinite(frame) else 0.0

    def extend(self, count: int) -> bool:
        """Compute further frames; whether any were left."""
        if self.run.complete:
            return False
        self.run.extend(1 if self.kind.name == "plane" else count)
        return True

    def reach(self, count: int) -> bool:
        """Compute frames towards the one that is shown; whether it is there."""
        missing = int(self.cursor) - self.run.done
        if missing > 0:
            self.run.extend(min(missing, 2 if self.kind.name == "plane" else count))
        return int(self.cursor) <= self.run.done

    def picture(self, frame: int) -> tuple[np.ndarray, float, float]:
        """psi on the columns of the picture; see `View.picture`."""
        return self.view.picture(self.run, frame)

    def time_of(self, frame: int) -> float:
        """The time of a frame, in shown units."""
        return float(self.run.times[frame]) / self.units.scale(TIME)

    def numbers_of(self, frame: int) -> tuple[float, ...]:
        """The numbers of the timeline at a frame, in shown units."""
        return tuple(float(values[frame]) for values in self.curves.values())

    @property
    def curves(self) -> dict[str, np.ndarray]:
        """The numbers of all computed frames, in shown units."""
        if self._curves is None or self._curves[0] != self.run.done:
            curves = self.run.curves()
            shown = {name: values / self.units.scale(dimension) for name, (values, dimension) in curves.items()}
            self._curves = self.run.done, shown
        return self._curves[1]

    # messages

    @property
    def certifies(self) -> bool:
        """Whether a certificate is computed automatically."""
        return self.kind.name != "plane"

    def facts(self) -> dict[str, Any]:
        """The message that describes the scenario to the page."""
        curves = self.run.curves()
        dimension = next(iter(curves.values()))[1] if curves else TIME
        handles = {slider.path: self._handle(slider.handle, slider.unit) for slider in self.opening.sliders}
        return {
            "type": "scenario",
            "name": self.opening.name,
            "title": self.scenario.title,
            "question": self.scenario.question,
            "expectation": self.scenario.expectation,
            "kind": self.kind.name,
            "shipped": self.opening.shipped,
            "quenchable": self.kind.quenchable and self.scenario.problem.ends is None,
            "scatters": self.kind.name == "barrier" and scatters(self.scenario.problem),
            "sliders": [
                {
                    "path": slider.path,
                    "label": slider.label,
                    "low": slider.low,
                    "high": slider.high,
                    "step": slider.step,
                    "unit": slider.unit,
                    "value": self.values[slider.path],
                    "shipped": self.opening.values[slider.path],
                    "handle": handles[slider.path],
                }
                for slider in self.opening.sliders
            ],
            "curves": [{"name": name, "words": _NAMES.get(name, name.replace("_", " "))} for name in curves],
            "coordinate": self.run.setup.original.coordinate,
            "units": {
                "length": unit_text(self.units, LENGTH),
                "energy": unit_text(self.units, ENERGY),
                "time": unit_text(self.units, TIME),
                "momentum": unit_text(self.units, MOMENTUM),
                "curves": unit_text(self.units, dimension),
            },
        }

    def _handle(self, handle: Any, unit: str) -> dict[str, Any] | None:
        if handle is None:
            return None
        dimension = ENERGY if handle["along"] == "energy" else LENGTH
        return dict(handle) | {"scale": _unit(unit, dimension) / self.units.scale(dimension)}

    def scene(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """The message with V and the facts of the run."""
        expected = {} if self.run.quenched or self.kind.name != "barrier" else expected_shares(self.scenario.problem)
        facts, arrays = self.view.scene(self.run, expected)
        return facts | {"link": self.opening.link(self.values)}, arrays

    def history(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """The message with the numbers of all computed frames."""
        return {"type": "history", "done": self.run.done}, self.curves


def _eventful_share(kind: AbstractKind, setup: LiveSetup) -> float:
    """The share of a scattering's planned duration after which the packet has scattered and left the box."""
    if kind.name != "barrier" or setup.original.duration is not None and setup.numerics.absorber is None:
        return 1.0
    run = LiveRun(kind, setup)
    run.extend(run.frames)
    curves = run.curves()
    if "remaining_probability" not in curves:
        return 1.0
    undecided = curves["remaining_probability"][0]
    going = np.flatnonzero(np.abs(undecided) > _DECIDED)
    out = np.flatnonzero(run.result().series["norm"] > _GONE)
    last = max(int(going[-1]) if going.size else 0, int(out[-1]) if out.size else 0)
    return min(1.0, max(0.1, (last + 2) / run.frames))


def _unit(symbol: str, dimension: Any) -> float:
    return (value_in(symbol, dimension) or 1.0) if symbol else 1.0


def _corners(opening: Opening, values: dict[str, float]) -> list[dict[str, float]]:
    """All combinations of the sliders' ends; with many sliders, each end alone."""
    ends = {slider.path: (slider.low, slider.high) for slider in opening.sliders}
    if 2 ** len(ends) <= _MOST_CORNERS:
        return [dict(zip(ends, corner, strict=True)) for corner in itertools.product(*ends.values())]
    return [values | {path: end} for path, pair in ends.items() for end in pair]
