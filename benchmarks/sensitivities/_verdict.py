"""Each derivative held against the difference of a reference."""

from __future__ import annotations

import dataclasses
import math
import time

from wavesim.analysis import route_without_run
from wavesim.analysis._sensitivities import derivatives
from wavesim.scenario import read_scenario

from ._cases import Case
from ._differences import differences
from ._references import REFERENCES

# a relative difference that is small enough
AIM = 1e-5


@dataclasses.dataclass(frozen=True)
class Verdict:
    """One derivative.

    Attributes:
        path, quantity: d(quantity)/d(path).
        derivative, error: by wavesim.
        reference, reference_error: by differences.
        size: the derivative, or what the quantity is over the parameter's scale, whichever is larger.
    """

    path: str
    quantity: str
    derivative: float
    error: float
    reference: float
    reference_error: float
    size: float

    @property
    def off(self) -> float:
        """Relative difference."""
        return abs(self.derivative - self.reference) / self.size

    @property
    def uncertain(self) -> float:
        """The error that wavesim tells, relative."""
        return self.error / self.size

    @property
    def covered(self) -> bool:
        """Whether the reference lies within both errors."""
        return abs(self.derivative - self.reference) <= self.error + self.reference_error


@dataclasses.dataclass(frozen=True)
class Row:
    """One case.

    Attributes:
        kind, question: what was asked of what.
        route: what wavesim differentiates.
        reference: what it was held against.
        floats: how many numbers moved it.
        derivatives: how many were compared.
        largest: relative difference.
        worst: path and quantity of it.
        uncertain: largest error that wavesim tells, relative.
        reference_error: largest error of a difference, relative.
        covered: whether all lie within both errors.
        outside: those that do not.
        missing: what could not be moved, with the reason.
        cpu_s: by wavesim, and by the reference.
    """

    kind: str
    question: str
    route: str
    reference: str
    floats: int
    derivatives: int
    largest: float
    worst: str
    uncertain: float
    reference_error: float
    covered: bool
    outside: tuple[str, ...]
    missing: dict[str, str]
    cpu_s: tuple[float, float]


def verdicts(case: Case) -> tuple[list[Verdict], dict[str, str], str, tuple[float, float]]:
    """All derivatives of a case, what is missing, the route, and processor seconds of both sides."""
    scenario = read_scenario(case.kind, case.content)
    question = scenario.find
    assert question is not None
    begun = time.process_time()
    route = route_without_run(scenario.problem, question, None)
    here, entries, missing = derivatives(scenario.problem, question, None, case.paths, scenario.fixed.get("grid"))
    between = time.process_time()
    judged, reference = [], REFERENCES[case.reference]
    for path, found in entries.items():
        one = next(iter(found.values()))
        for name, (value, error) in differences(
            reference, case.content, path, one.value, one.scale, case.steps
        ).items():
            if name in found:
                entry = found[name]
                size = max(abs(value), abs(here[name].value) / entry.scale)
                judged.append(Verdict(path, name, entry.derivative, entry.error, value, error, size))
    if question.__class__.__name__ == "Levels" and scenario.problem.potential.dimension > 1:
        return judged, missing, "states in the plane", (between - begun, time.process_time() - between)
    route = getattr(route, "func", route)
    words = "a run there and back" if route is None else _ROUTES.get(getattr(route, "__name__", ""), "reports")
    return judged, missing, words, (between - begun, time.process_time() - between)


_ROUTES = {
    "_packet_numbers": "scattering states", "_gap_numbers": "levels on elements", "_level_numbers": "levels on elements",
    "_plane_wave_numbers": "plane waves", "_beat_numbers": "levels on elements", "by_theory": "theory",
}  # fmt: skip


def judged(case: Case) -> Row:
    """A case's row."""
    found, missing, route, cpu = verdicts(case)
    worst = max(found, key=lambda one: one.off)
    return Row(
        case.kind,
        case.question,
        route,
        case.reference,
        len({one.path for one in found}),
        len(found),
        _rounded(worst.off),
        f"{worst.path} of {worst.quantity}",
        _rounded(max(one.uncertain for one in found)),
        _rounded(max(one.reference_error / one.size for one in found)),
        all(one.covered for one in found),
        tuple(f"{one.path} of {one.quantity}" for one in found if not one.covered),
        missing,
        (round(cpu[0], 2), round(cpu[1], 2)),
    )


def _rounded(value: float) -> float:
    return float(f"{value:.2g}") if math.isfinite(value) else value
