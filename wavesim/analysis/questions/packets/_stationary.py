"""The transmitted share by scattering states alone, for packets that would take very long to propagate."""

from __future__ import annotations

import dataclasses
import math
import time

from ...._typing import DIMENSIONLESS
from ....errors import NumericsError
from ....potentials import AbstractMassStructure
from ....problem import Problem
from ....propagation import Numerics, deltas_fit
from ....states import AbstractWave, GaussianPacket
from ....theory import REACH
from ...bars import Estimate, Predictions, Quantity, Report
from ...predictions import Shares, along_first_axis, gaussians_of, moves_right, packet_theories, shares_of

# point-pairs of one run: half a minute at most, with gradients and repetitions, on one core
_MOST_WORK = 1.5e8
# point-pairs of a run whose number is not known otherwise: a minute
_LONGEST = 3e8
# point-pairs of a finer trial whose numbers are known otherwise: some seconds
LITTLE_WORK = 1e8
# of those in a second
_RATE = 6e7
_RUNS = 4
# a probability below it has no digits in double precision
_LEAST_LOG = -690.0
_ROUNDING = 1e-13
_UNASKED = 1e-3
_WORDS = 0.25


def can_be_run(problem: Problem, numerics: Numerics) -> bool:
    """Whether a run would take less than about half a minute, on a grid with points at all deltas."""
    return _work(numerics) <= _MOST_WORK and deltas_fit(numerics.grid, problem.potential)


def _work(numerics: Numerics) -> float:
    return (numerics.fft_pairs or 0) * math.prod(numerics.grid.points)


def by_scattering_states(
    problem: Problem, tolerance: float, relative: bool, numerics: Numerics | None
) -> Report | None:
    """The transmitted and the reflected probability of a packet, projected on the scattering states; None where there is no such projection.

    P = int abs(<k|psi>)^2 dk over the states that go out behind the potential: the end of a run of any length.

    Args:
        problem: a packet before a static potential that is flat on both sides.
        tolerance: as asked for.
        relative: whether it is a fraction of the transmitted probability.
        numerics: of the run that is not made; None if it is too large for a plan.

    Raises:
        NumericsError: if a fraction is asked of a probability that double precision cannot hold.

    Source: Newton, Scattering Theory of Waves and Particles (1982), section 6.3.
    """
    begun = time.perf_counter()
    problem = along_first_axis(problem)
    # below that, rounding exceeds the tolerance, which is refused
    possible = has_scattering_states(problem) and (relative or tolerance > 10 * _ROUNDING)
    shares = shares_of(problem) if possible else None
    if shares is None:
        return None
    if relative and (log := _log_of_incoming(problem)) < _LEAST_LOG:
        raise NumericsError(
            f"the transmitted probability must be above 1e-300, which double precision can hold, but of this packet 10^{log / math.log(10):.2f} passes, by the scattering states; "
            "make the barrier thinner or lower, or leave out `relative`."
        )
    quantities = _quantities(shares, packet_theories(problem), tolerance, relative)
    headline = quantities["transmitted_probability"]
    aim = tolerance * (headline.value if relative else 1.0)
    short = numerics is not None and _work(numerics) <= _LONGEST
    if headline.error > aim and isinstance(problem.state, AbstractWave) and short:
        # an average over momenta leaves out the part that starts inside; a run does not
        return None
    if numerics is not None and not deltas_fit(numerics.grid, problem.potential):
        note = (
            "nothing was propagated: no grid has points at all deltas of V; its end is known from the scattering states. "
            "To see it move, take thin rectangular barriers in their place."
        )
    else:
        price = (
            "not fit into memory" if numerics is None else f"take about {_length(_RUNS * _work(numerics) / _RATE / 60)}"
        )
        note = (
            f"nothing was propagated: the packet has parts so slow, or V edges so sharp for this tolerance, that a run would {price}; its end is known from the scattering states. "
            "To see it move, make the packet faster, or give a duration."
        )
    warnings = _missed(headline, aim)
    return Report(None, tolerance, quantities, {}, warnings, 0, 0, time.perf_counter() - begun, notes=(note,))


def beside_scattering_states(problem: Problem, report: Report, relative: bool) -> Report:
    """A report whose run missed the tolerance, with the probabilities by scattering states, and the run's own beside them.

    The probability near the barrier at the end of the run leaves it later, except for bound states.
    """
    problem = along_first_axis(problem)
    shares = shares_of(problem) if has_scattering_states(problem) else None
    if shares is None or (relative and shares.log_through < _LEAST_LOG):
        return report
    theories = {name: quantity.theory for name, quantity in report.quantities.items()}
    known = _quantities(shares, theories, report.tolerance, relative)
    if known["transmitted_probability"].error >= report.headline.error:
        return report
    for name, quantity in known.items():
        run = report.quantities[name]
        theory = {"propagation": Estimate(run.value, run.error)} | quantity.theory
        known[name] = dataclasses.replace(quantity, theory=theory)
    if "remaining_probability" in report.quantities:
        known["remaining_probability"] = _held(shares)
    headline, run = known["transmitted_probability"], report.headline
    worst = max(run.budget, key=lambda source: run.budget[source]).replace("_", " ")
    held = (
        "confirms"
        if not run.doubted and abs(run.value - headline.value) <= run.error + headline.error
        else "does not confirm"
    )
    note = (
        f"the run ends at {run.value:.6g} +- {run.error:.1e}, most of which is {worst}; transmitted and reflected probability are those of the "
        f"scattering states, which the run {held} to that bar."
    )
    missed = _missed(headline, report.tolerance * (headline.value if relative else 1.0))
    return dataclasses.replace(
        report, quantities=report.quantities | known, warnings=missed, notes=(*report.notes, note)
    )


def has_scattering_states(problem: Problem) -> bool:
    """Whether a packet can be projected on the states of a static potential that is flat on both sides, in one dimension."""
    problem = along_first_axis(problem)
    potential = problem.potential
    if problem.ends is not None:
        return False
    flat = all(math.isfinite(float(end)) for end in potential.asymptotes())
    return (
        potential.static
        and not isinstance(potential, AbstractMassStructure)
        and potential.dimension == 1
        and flat
        and (isinstance(problem.state, AbstractWave) or gaussians_of(problem.state, float(problem.mass)) is not None)
    )


def _quantities(shares: Shares, theories: Predictions, tolerance: float, relative: bool) -> dict[str, Quantity]:
    quantities = {}
    for name, share in (("transmitted_probability", shares.through), ("reflected_probability", shares.back)):
        # the bar is at least a share of the tolerance
        least = _UNASKED * tolerance * (float(share) if relative else 1.0)
        budget = {"scattering_states": max(share.error, least), "rounding": _ROUNDING * min(1.0, 10 * float(share))}
        known = theories.get(name, {})
        others = {kind: value for kind, value in known.items() if kind != "projection"}
        plain = next((value for kind, value in others.items() if kind in ("closed_form", "scattering")), float(share))
        # whether a faint tail that starts inside counts is a matter of words: where it is below the tolerance, both are within the bar
        if abs(plain - share) <= _WORDS * tolerance * (float(share) if relative else 1.0):
            budget["start"] = abs(plain - share)
        elif "projection" in known:
            # an average over momenta is that of a packet from far away
            others = {}
        quantities[name] = Quantity(name, float(share), sum(budget.values()), DIMENSIONLESS, budget, others)
    return quantities


def _held(shares: Shares) -> Quantity:
    """The probability that goes out on neither side."""
    budget = {"scattering_states": shares.through.error + shares.back.error, "rounding": _ROUNDING}
    held = max(0.0, 1.0 - float(shares.through) - float(shares.back))
    return Quantity("remaining_probability", held, sum(budget.values()), DIMENSIONLESS, budget)


def _missed(headline: Quantity, aim: float) -> tuple[str, ...]:
    if headline.error <= aim:
        return ()
    return (
        f"the error bar of {headline.name} is {headline.error:.2g}, above the {aim:.2g} asked for; most of it is that of the scattering states.",
    )


def _log_of_incoming(problem: Problem) -> float:
    """Natural logarithm of the transmitted probability of a packet that starts clear of the potential."""
    packet = problem.state
    if isinstance(packet, GaussianPacket):
        left, right = problem.potential.support(1e-17)
        away = 2 * REACH * packet.width
        center = left - away if moves_right(problem) else right + away
        problem = dataclasses.replace(problem, state=dataclasses.replace(packet, center=center))
    shares = shares_of(problem)
    return -math.inf if shares is None else shares.log_through


def _length(minutes: float) -> str:
    if minutes < 1.5:
        return "a minute"
    return f"{minutes:.0f} minutes" if minutes < 120 else f"{minutes / 60:.0f} hours"
