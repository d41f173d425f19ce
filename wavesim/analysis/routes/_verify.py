"""The headline once more by independent routes, which must agree within their error bars."""

from __future__ import annotations

import dataclasses
import itertools
import math
import time

from ..._checks import known_keywords
from ..._face import one_line
from ..._threads import one_blas_thread
from ..._typing import Dimension
from ...errors import ArgumentError
from ...problem import Problem
from ...propagation import Progress, reporter
from .._certify import question_of
from ..bars import AbstractQuestion, Report
from ._second_routes import Route, other_routes, way_of


@dataclasses.dataclass(frozen=True)
class Verification:
    """One number by several routes.

    Attributes:
        quantity: its standard name, that of the report's headline.
        dimension: of the values.
        routes: the report's own first.
        missing: sentences about routes that could not be taken, or that there is none.
        runs, fft_pairs, wall_s: of the further routes.
    """

    __repr__ = one_line

    quantity: str
    dimension: Dimension
    routes: tuple[Route, ...]
    missing: tuple[str, ...] = ()
    runs: int = 0
    fft_pairs: int = 0
    wall_s: float = 0.0

    @property
    def distance_in_bars(self) -> float:
        """The largest |difference| of two routes over the sum of their bars; nan where there is no second route."""
        pairs = itertools.combinations(self.routes, 2)
        return max((_distance(one, other) for one, other in pairs), default=math.nan)

    @property
    def agree(self) -> bool:
        """Whether any two routes agree within the sum of their bars; a single route does."""
        return not self.distance_in_bars > 1.0

    @property
    def independent(self) -> bool:
        """Whether there is a route besides the report's own."""
        return len(self.routes) > 1

    @property
    def furthest(self) -> tuple[Route, Route]:
        """The two routes with the largest distance in bars; needs more than one."""
        return max(itertools.combinations(self.routes, 2), key=lambda pair: _distance(*pair))

    def __str__(self) -> str:
        lines = [f"{self.quantity} by {len(self.routes)} independent routes:"]
        lines += [f"  {route.value:>22.12g} +- {route.error:.1e}  {route.name}" for route in self.routes]
        if self.independent:
            verdict = "agree" if self.agree else "DISAGREE"
            lines.append(f"they {verdict}: {self.distance_in_bars:.2g} of the sum of their bars apart at most")
        return "\n".join([*lines, *self.missing])


def _distance(one: Route, other: Route) -> float:
    apart, bars = abs(one.value - other.value), one.error + other.error
    return 0.0 if apart == 0 or math.isinf(bars) else apart / bars if bars > 0 else math.inf


@known_keywords()
@one_blas_thread()
def verify(
    problem: Problem, report: Report, *, find: AbstractQuestion | None = None, progress: bool | Progress = False
) -> Verification:
    """Find the headline of a report once more, by every independent route to it.

    ``report = certify(problem, 1e-6); print(verify(problem, report))``. The routes depend on the first one:

    * transmission: another method on other points in a box without absorbers (with thicker ones where that would be too large), by
      regions and, apart from that, by the current through a plane;
    * periods and splittings: eigenstates of the grid against steps, the whole swing against the rate of a short record, and the Wronskian
      identity, which propagates nothing;
    * decay: another absorber on other points, by the fit of the survival and by the width of the amplitude's spectrum;
    * levels: shooting in one dimension, imaginary time in more;
    * motion, driven wells, two dimensions: another family of methods on other points in a larger box;
    * half-lives and the Gamow peak: Coulomb functions.

    Each route has an error bar of its own, found as the report's was.

    Args:
        problem: the physics.
        report: of `wavesim.certify`; its tolerance holds for the other routes too.
        find: its question; by default `question_of` the problem.
        progress: True for a bar on standard error, or a function of (FFT pairs done, FFT pairs in all).

    Returns:
        the `Verification`; a route that is refused is missing, with its reason.

    Raises:
        ArgumentError: if the report was interrupted, and has no error bar to compare with.
    """
    head = report.headline
    if not report.complete:
        raise ArgumentError("report", f"must have an error bar for {head.name}, but was interrupted; let it finish.")
    begun = time.perf_counter()
    with reporter(progress) as show:
        found = other_routes(problem, report, find or question_of(problem), show)
    own = Route(way_of(report), head.value, head.undisputed_error)
    return Verification(
        quantity=head.name,
        dimension=head.dimension,
        routes=(own, *found.routes),
        missing=found.missing,
        runs=found.runs,
        fft_pairs=found.fft_pairs,
        wall_s=time.perf_counter() - begun,
    )
