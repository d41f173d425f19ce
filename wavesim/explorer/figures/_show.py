"""What is shown: an opening with its values, the take made of them, and the moment of it that is looked at."""

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
from ._kinds import AbstractKind, Course, Ready, kind_of, scatters
from ._stage import Stage, unit_text
from ._take import Take

# of all corners of the sliders' ranges so many are planned when a scenario is opened
_MOST_CORNERS = 32
# probability that is undecided still, or in the box
_DECIDED, _GONE = 2e-5, 3e-2
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


class Show:
    """The state of one page, but for what it says."""

    def __init__(self, opening: Opening, values: dict[str, float], ready: Ready, others: list[Problem]) -> None:
        self.opening, self.values, self.ready = opening, values, ready
        self.scenario: Scenario = opening.scenario(values)
        self.kind: AbstractKind = kind_of(self.scenario)
        self.units: UnitSystem = self.scenario.units
        self.take = Take(self.kind, self.kind.course(self.scenario, ready))
        self.cursor = 0.0
        self.mark: float | None = None
        self._curves: tuple[int, dict[str, Any]] | None = None
        if self.kind.name != "plane":
            self.take.extend(self.take.frames)
        self.stage = Stage.of(self.kind, self.scenario, self.take, others)
        self._cold: Iterator[Course] = iter(())

    @classmethod
    @one_blas_thread()
    def of(cls, opening: Opening, values: dict[str, float]) -> Show:
        """A show whose sizes hold wherever its sliders may go.

        Raises:
            WavesimError: if the scenario cannot be shown live.
        """
        scenario = opening.scenario(values)
        kind = kind_of(scenario)
        first = kind.course(scenario)
        share = _eventful_share(kind, first)
        if share < 1:
            first = kind.course(scenario, Ready(share=share))
        courses: list[Course] = []
        # of a reader's own file a size is made ready when it is needed: its ranges are wide, and its plans may be dear
        for corner in _corners(opening, values) if opening.preset else []:
            try:
                courses.append(kind.course(opening.scenario(corner), Ready(share=share)))
            except WavesimError:
                continue
        ready = Ready.of(first, courses) if first.numerics.grid.dimension == 1 else Ready((), first.terms or 0)
        ready = dataclasses.replace(ready, share=share)
        show = cls(opening, values, ready, [course.asked for course in courses])
        show._cold = ready.courses(show.take.course)
        return show

    def warm(self) -> bool:
        """Make one more size ready; whether there was one."""
        course = next(self._cold, None)
        if course is not None:
            Take(self.kind, course).extend(1)
        return course is not None

    # changes

    @one_blas_thread()
    def change(self, values: dict[str, float], mode: str) -> None:
        """Other values: a new take at the same moment, from the start, or in mid-flight.

        Raises:
            WavesimError: if nothing can be made of them; all stays as it was.
        """
        values = self.values | values
        scenario = self.opening.scenario(values)
        time, frame = self.take.times[int(self.cursor)], int(self.cursor)
        if mode == "quench" and self.kind.quenchable and self.take.course.asked.ends is None:
            while self.take.done < frame:
                self.take.extend(frame - self.take.done)
            take = self.take.changed(frame, scenario.problem)
        else:
            take = Take(self.kind, self.kind.course(scenario, self.ready))
            if mode == "restart" or self.kind.name == "plane":
                frame = 0
            elif self.kind.timed:
                frame = min(round(time / take.times[1]), take.frames)
            take.extend(frame)
        self.take, self.values, self.scenario = take, values, scenario
        self.cursor, self._curves = float(frame), None

    def lifted(self, energy: float) -> dict[str, float]:
        """The values that bring the mean energy of the packet to `energy`, in shown units; {} where no slider does."""
        path = next((p for p in self.values if p in ("state.energy", "state.momentum")), None)
        mean = mean_energy(self.scenario.problem)
        if path is None or mean is None:
            return {}
        slider = next(s for s in self.opening.sliders if s.path == path)
        scale = self.units.scale(ENERGY)
        kinetic = max(energy * scale - (self.stage.level_of(self.take) * scale - mean), 1e-12 * mean)
        if path == "state.energy":
            return {path: kinetic / _unit(slider.unit, ENERGY)}
        return {path: math.sqrt(2 * float(self.scenario.problem.mass) * kinetic) / _unit(slider.unit, MOMENTUM)}

    # the moment

    @property
    def skips(self) -> bool:
        """Whether frames may be left out: where the tape is whole soon."""
        return self.kind.name != "plane"

    @property
    def pace(self) -> float:
        """Frames of the run that pass with one of the display."""
        return 1.0 if self.skips else 0.5

    @property
    def filling(self) -> bool:
        """Whether the tape is filled ahead of what is looked at."""
        return self.kind.name != "plane" and not self.take.complete

    @property
    def at_end(self) -> bool:
        """Whether the last frame is shown."""
        return int(self.cursor) >= self.take.frames

    def seek(self, frame: float) -> None:
        """Look at another moment."""
        self.cursor = min(max(float(frame), 0.0), float(self.take.frames)) if math.isfinite(frame) else 0.0

    def extend(self, count: int) -> bool:
        """Make the tape longer; whether there was something to do."""
        if self.take.complete:
            return False
        self.take.extend(1 if self.kind.name == "plane" else count)
        return True

    def reach(self, count: int) -> bool:
        """Bring the tape nearer to the frame that is looked at; whether it is there."""
        missing = int(self.cursor) - self.take.done
        if missing > 0:
            self.take.extend(min(missing, 2 if self.kind.name == "plane" else count))
        return int(self.cursor) <= self.take.done

    def picture(self, frame: int) -> tuple[np.ndarray, float, float]:
        """psi on the columns of the picture; see `Stage.picture`."""
        return self.stage.picture(self.take, frame)

    def time_of(self, frame: int) -> float:
        """In shown units."""
        return float(self.take.times[frame]) / self.units.scale(TIME)

    def numbers_of(self, frame: int) -> tuple[float, ...]:
        """The numbers of the timeline at a frame, in shown units."""
        return tuple(float(values[frame]) for values in self.curves.values())

    @property
    def curves(self) -> dict[str, np.ndarray]:
        """The numbers of all frames that are there, in shown units."""
        if self._curves is None or self._curves[0] != self.take.done:
            curves = self.take.curves()
            shown = {name: values / self.units.scale(dimension) for name, (values, dimension) in curves.items()}
            self._curves = self.take.done, shown
        return self._curves[1]

    # messages

    @property
    def certifies(self) -> bool:
        """Whether a certificate is made without being asked for."""
        return self.kind.name != "plane"

    def facts(self) -> dict[str, Any]:
        """What the page must know of a scenario."""
        curves = self.take.curves()
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
            "coordinate": self.take.course.asked.coordinate,
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
        """V and the facts of the take."""
        expected = {} if self.take.quenched or self.kind.name != "barrier" else expected_shares(self.scenario.problem)
        facts, arrays = self.stage.scene(self.take, expected)
        return facts | {"link": self.opening.link(self.values)}, arrays

    def history(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """The numbers of all frames that are there."""
        return {"type": "history", "done": self.take.done}, self.curves


def _eventful_share(kind: AbstractKind, course: Course) -> float:
    """Of a scattering's planned duration, the part after which next to nothing is undecided, or to be seen."""
    if kind.name != "barrier" or course.asked.duration is not None and course.numerics.absorber is None:
        return 1.0
    take = Take(kind, course)
    take.extend(take.frames)
    curves = take.curves()
    if "remaining_probability" not in curves:
        return 1.0
    undecided = curves["remaining_probability"][0]
    going = np.flatnonzero(np.abs(undecided) > _DECIDED)
    out = np.flatnonzero(take.result().series["norm"] > _GONE)
    last = max(int(going[-1]) if going.size else 0, int(out[-1]) if out.size else 0)
    return min(1.0, max(0.1, (last + 2) / take.frames))


def _unit(symbol: str, dimension: Any) -> float:
    return (value_in(symbol, dimension) or 1.0) if symbol else 1.0


def _corners(opening: Opening, values: dict[str, float]) -> list[dict[str, float]]:
    """Where every slider is at an end of its range; with many sliders, one of them at a time."""
    ends = {slider.path: (slider.low, slider.high) for slider in opening.sliders}
    if 2 ** len(ends) <= _MOST_CORNERS:
        return [dict(zip(ends, corner, strict=True)) for corner in itertools.product(*ends.values())]
    return [values | {path: end} for path, pair in ends.items() for end in pair]
