"""Which independent routes there are to a headline, and how each is taken: they depend on what was asked, and on what the first route was."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from ..errors import NumericsError, WavesimError
from ..problem import Problem
from ..propagation import Numerics, Progress
from ..states import AbstractPacket, LeftLocalized, RightLocalized
from ._certify import certify
from ._doublet import lowest_doublet
from ._flux import FLUX, TRANSMITTED, FluxThroughPlane, frames_for
from ._gamow import GamowPeak, HalfLife
from ._lifetime import Decay
from ._lowest_levels import Levels
from ._other_numerics import other_numerics, without_absorber, words
from ._populations import Populations
from ._question import AbstractQuestion
from ._report import Report
from ._splitting import Splitting
from ._theory_routes import Route, coulomb_half_life, coulomb_peak, ground_level, wronskian
from ._transmission import Transmission
from ._transmission_curve import TransmissionCurve


@dataclasses.dataclass(frozen=True)
class Found:
    """Routes, sentences about those that are missing, and what they took."""

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


def way_of(report: Report) -> str:
    """How a report came to its headline."""
    if report.result is not None:
        return f"as reported: {words(report.result.numerics)}"
    if report.states is not None:
        return f"as reported: states of a grid of {' x '.join(map(str, report.states.grid.points))} points"
    return "as reported: nothing propagated"


def other_routes(problem: Problem, report: Report, question: AbstractQuestion, progress: Progress) -> Found:
    """Every further route to the report's headline; one that is refused is missing, with its reason."""
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
    return found


def _ways(problem: Problem, report: Report, question: AbstractQuestion, progress: Progress) -> list[Way]:
    name, tolerance = report.headline.name, report.tolerance
    if isinstance(question, HalfLife):
        return [lambda: Found((coulomb_half_life(problem, float(question.energy)),))]
    if isinstance(question, GamowPeak):
        return [lambda: Found((coulomb_peak(problem, float(question.temperature), report.headline.value),))]
    if isinstance(question, Levels):
        return [lambda: Found((ground_level(problem, report),))]
    if report.result is None:
        return []
    first = report.result.numerics

    def again() -> Found:
        return _again(problem, question, name, tolerance, other_numerics(problem, first), progress)

    line = first.grid.dimension == 1 and isinstance(problem.state, AbstractPacket) and problem.potential.static
    if isinstance(question, Transmission | TransmissionCurve) and name == TRANSMITTED and line:
        relative = isinstance(question, Transmission) and question.relative
        return [lambda: _through(problem, first, relative, tolerance, progress)]
    if isinstance(question, Populations | Splitting) and lowest_doublet(problem) is not None:
        identity: Way = lambda: Found((wronskian(problem, name),))  # noqa: E731
        if isinstance(question, Splitting):
            started = isinstance(problem.state, LeftLocalized | RightLocalized)
            return [again, identity] if started else [identity]
        short = dataclasses.replace(problem, duration=None)
        numerics = other_numerics(problem, first)
        return [lambda: _again(short, Splitting(), name, tolerance, numerics, progress), identity]
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
    how = "rate of a short record: " if isinstance(question, Splitting) and name == "tunneling_period" else ""
    return _read(report, ((name, how),))


def _read(report: Report, wanted: tuple[tuple[str, str], ...]) -> Found:
    """Routes from the quantities of a second report; `wanted` are their names, each with how it is told."""
    if not report.complete or report.result is None:
        return Found(missing=("the second route was interrupted.",))
    taken = words(report.result.numerics)
    routes = tuple(
        Route(f"{how}{taken}", report.quantities[name].value, report.quantities[name].error) for name, how in wanted
    )
    return Found(routes, (), report.runs, report.fft_pairs)


def _through(problem: Problem, first: Numerics, relative: bool, tolerance: float, progress: Progress) -> Found:
    """By regions and by the current, of one run that shares nothing with the first."""
    numerics = other_numerics(problem, first)
    if first.absorber is not None:
        try:
            numerics = without_absorber(problem, first, tolerance)
        except NumericsError:
            # too large a box: thicker absorbers must do
            pass
    problem = dataclasses.replace(problem, duration=numerics.pop("duration", problem.duration))
    lasting = float(problem.duration or first.duration)
    report = certify(
        problem,
        tolerance,
        find=FluxThroughPlane.placed(problem, numerics["grid"], numerics["absorber"], relative),
        progress=progress,
        frames=frames_for(problem, lasting, tolerance),
        **numerics,
    )
    return _read(report, ((FLUX, "current through a soft plane: "), (TRANSMITTED, "regions: ")))


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
    )  # type: ignore[union-attr]
    return dataclasses.replace(found, routes=(*found.routes, spectrum))
