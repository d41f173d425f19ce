"""The independent routes to a headline, by question and by the first route."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from ..._typing import DIMENSIONLESS
from ...errors import NumericsError, WavesimError
from ...potentials import AbstractDoubleWell
from ...problem import Problem
from ...propagation import Numerics, Progress
from ...schemes import Chebyshev
from ...states import LeftLocalized, RightLocalized, as_packet
from .._certify import certify
from ..bars import AbstractQuestion, AbstractRecordQuestion, Report
from ..predictions import lowest_doublet
from ..questions import (
    FLUX,
    TRANSMITTED,
    AbstractPlaneWaveQuestion,
    Decay,
    FluxThroughPlane,
    GamowPeak,
    HalfLife,
    Levels,
    Populations,
    Splitting,
    Transmission,
    TransmissionCurve,
    frames_for,
)
from ._other_numerics import other_numerics, without_absorber, words
from ._theory_routes import (
    PERIODS,
    Route,
    beside,
    between_ends,
    coulomb_half_life,
    coulomb_peak,
    counted,
    ground_level,
    outgoing,
    wronskian,
)


@dataclasses.dataclass(frozen=True)
class Found:
    """Routes, sentences about missing ones, and their cost."""

    routes: tuple[Route, ...] = ()
    missing: tuple[str, ...] = ()
    runs: int = 0
    fft_pairs: int = 0

    def and_also(self, other: Found) -> Found:
        """Both together."""
        return Found(
            self.routes + other.routes,
            self.missing + other.missing,
            self.runs + other.runs,
            self.fft_pairs + other.fft_pairs,
        )


Way = Callable[[], Found]

# a bar wider than this multiple of the report's, or of the tolerance, agrees with anything
_SAYS = 10.0
_FEW = 24


def way_of(report: Report) -> str:
    """The first route: how a report found its headline."""
    if report.record is not None:
        if "scattering_states" in report.headline.budget:
            return "as reported: scattering states"
        return f"as reported: {words(report.result.numerics)}"
    if report.states is not None:
        return f"as reported: states of a grid of {' x '.join(map(str, report.states.grid.points))} points"
    return "as reported: nothing propagated"


def other_routes(problem: Problem, report: Report, question: AbstractQuestion, progress: Progress) -> Found:
    """Every further route to the headline; a refused one is missing, with its reason."""
    found = Found()
    for way in _ways(problem, report, question, progress):
        try:
            found = found.and_also(way())
        except WavesimError as error:
            found = found.and_also(Found(missing=(f"a second route was refused: {error}",)))
    if not found.routes and not found.missing:
        name = type(question).__name__
        found = Found(
            missing=(
                f"there is no second route to {report.headline.name} of {name}: nothing is propagated, and no theory knows it.",
            )
        )
    most = _limit(report, question)
    vague = [route for route in found.routes if not route.error <= most]
    said = [f"a second route says too little: its bar is {route.error:.1g}, by {route.name}." for route in vague]
    return dataclasses.replace(
        found, routes=tuple(route for route in found.routes if route not in vague), missing=(*found.missing, *said)
    )


def _limit(report: Report, question: AbstractQuestion) -> float:
    """The largest bar of a route that still tests the headline."""
    head = report.headline
    absolute = head.dimension == DIMENSIONLESS and not (
        isinstance(question, AbstractRecordQuestion) and question.relative
    )
    return _SAYS * max(head.error, report.tolerance * (1.0 if absolute else abs(head.value)))


def _ways(problem: Problem, report: Report, question: AbstractQuestion, progress: Progress) -> list[Way]:
    name, tolerance = report.headline.name, report.tolerance
    if isinstance(question, HalfLife):
        return [lambda: Found((coulomb_half_life(problem, float(question.energy)),))]
    if isinstance(question, GamowPeak):
        return [lambda: Found((coulomb_peak(problem, float(question.temperature), report.headline.value),))]
    if problem.ends is not None and not isinstance(question, Decay):
        return [lambda: Found((between_ends(report),))]
    if isinstance(question, AbstractPlaneWaveQuestion):
        independent = beside(report)
        return [] if independent is None else [lambda: Found((independent,))]
    if isinstance(question, Levels):
        return [lambda: Found((ground_level(problem, report),))]
    if isinstance(question, Decay) and report.record is None:
        return [lambda: Found((outgoing(problem),))]
    if isinstance(question, Splitting) and report.record is None:
        return [lambda: Found((counted(problem, name),))]
    if report.record is None:
        return []
    first = report.result.numerics

    def again() -> Found:
        return _again(problem, question, name, tolerance, other_numerics(problem, first), progress)

    line = (
        first.grid.dimension == 1
        and as_packet(problem.state, float(problem.mass)) is not None
        and problem.potential.static
    )
    if isinstance(question, Transmission | TransmissionCurve) and name == TRANSMITTED and line:
        return [lambda: _through(problem, report, question, progress)]
    beating = name in PERIODS and isinstance(question, Populations | Splitting)
    if beating and not isinstance(problem.potential, AbstractDoubleWell):
        return [again, lambda: Found((counted(problem, name),))]
    if beating and lowest_doublet(problem) is not None:
        swung = problem if isinstance(question, Splitting) else dataclasses.replace(problem, duration=None)
        rate, identity = (
            lambda: _rate(swung, first, name, tolerance, progress),
            lambda: Found((wronskian(problem, name),)),
        )
        return [rate, identity] if isinstance(problem.state, LeftLocalized | RightLocalized) else [identity]
    if isinstance(question, Decay):
        return [lambda: _decay(problem, question, first, tolerance, progress)]
    return [again]


def _again(
    problem: Problem,
    question: AbstractQuestion,
    name: str,
    tolerance: float,
    numerics: dict[str, Any],
    progress: Progress,
) -> Found:
    """The same number from a question asked with other numerics."""
    report = certify(problem, tolerance, find=question, progress=progress, **numerics)
    return _read(report, ((name, ""),))


def _rate(problem: Problem, first: Numerics, name: str, tolerance: float, progress: Progress) -> Found:
    """Gap or period from the rate of a short record."""
    numerics = other_numerics(problem, first)
    if isinstance(first.method, Chebyshev) and problem.potential.smooth:
        # a doublet too narrow to diagonalize; few steps, for the rounding of phases grows with them
        numerics |= {"scheme": "g6t4", "frames": _FEW}
        tolerance *= _SAYS
    report = certify(problem, tolerance, find=Splitting(), progress=progress, **numerics)
    return _read(report, ((name, "rate of a short record: "),))


def _read(report: Report, wanted: tuple[tuple[str, str], ...]) -> Found:
    """Routes from the quantities of a second report; `wanted` are their names, each with its route."""
    if not report.complete or report.record is None:
        return Found(missing=("the second route was interrupted.",))
    taken = words(report.result.numerics)
    routes = tuple(
        Route(f"{how}{taken}", report.quantities[name].value, report.quantities[name].error) for name, how in wanted
    )
    return Found(routes, (), report.runs, report.fft_pairs)


def _through(problem: Problem, report: Report, question: AbstractQuestion, progress: Progress) -> Found:
    """By regions and by the current, from one run that is independent of the first.

    A box without absorbers is tried first. A resonance decays too slowly for one: there, and where another method fails at sharp edges, the
    first method is taken with other absorbers on other points.
    """
    relative = isinstance(question, Transmission) and question.relative
    first, found = report.result.numerics, Found()
    attempts = [other_numerics(problem, first), other_numerics(problem, first, keep_method=True)]
    if first.absorber is not None:
        try:
            attempts[0] = without_absorber(problem, first, report.tolerance)
        except NumericsError:
            # the box is too large: take thicker absorbers
            pass
    for numerics in attempts:
        lasting = dataclasses.replace(problem, duration=numerics.pop("duration", problem.duration))
        told = certify(
            lasting,
            report.tolerance,
            find=FluxThroughPlane.placed(problem, numerics["grid"], numerics["absorber"], relative),
            progress=progress,
            frames=frames_for(problem, float(lasting.duration or first.duration), report.tolerance),
            **numerics,
        )
        before = dataclasses.replace(found, routes=())
        found = before.and_also(_read(told, ((FLUX, "current through a soft plane: "), (TRANSMITTED, "regions: "))))
        if told.headline.error <= _limit(report, question):
            break
    return found


def _decay(problem: Problem, question: Decay, first: Numerics, tolerance: float, progress: Progress) -> Found:
    """The fit of the survival with another absorber, and 1/width of the amplitude's spectrum."""
    numerics = other_numerics(problem, first, keep_method=True)
    report = certify(problem, tolerance, find=question, progress=progress, **numerics)
    found = _read(report, (("lifetime", "fit of the survival: "),))
    if not found.routes:
        return found
    width = report.quantities["resonance_width"]
    spectrum = Route(
        f"width of the spectrum: {words(report.result.numerics)}", 1 / width.value, width.error / width.value**2
    )
    return dataclasses.replace(found, routes=(*found.routes, spectrum))
