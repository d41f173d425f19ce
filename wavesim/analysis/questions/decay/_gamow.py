"""Through the Coulomb barrier of a nucleus, without propagation: half-lives of alpha decay, and the energy at which fusion happens."""

from __future__ import annotations

import dataclasses
import math
import time
from typing import Any

import numpy as np
import scipy
from numpy.polynomial import Chebyshev

from .... import theory
from ...._arrays import xp as jnp
from ...._checks import named, positive
from ...._typing import DIMENSIONLESS, ENERGY, TIME, EnergyValue, Time
from ....errors import WavesimError
from ....potentials import CoulombBarrier
from ....problem import Problem
from ....propagation import Batch
from ...bars import AbstractQuestion, Curve, Estimate, Measurement, Predictions, Quantity, Report
from .._given import refuse_ends

# the tail is followed to so many turning points C/E, in segments that double
_FAR = 40.0
_FAR_OF_PEAKS = 250.0
_STEP = 1e-3
# of a peak: how far it is looked for, in units of Gamow's own, and with how many energies
_LOWEST, _HIGHEST = 0.25, 3.0
_ENERGIES = 41
_DEGREE = 6
# of theory, whose logarithms have more digits
_NODES = 14


@dataclasses.dataclass(frozen=True)
class HalfLife(AbstractQuestion):
    """The half-life of a particle of this `energy` behind a Coulomb barrier, ln 2 (time of a round trip inside)/T, T by scattering from inside.

    `measured` is one known from experiment, to stand beside. Nothing is propagated, for no propagation lasts 1e9 years, and the problem's state does not matter: the well is taken to hold a level at that energy.
    """

    energy: EnergyValue
    measured: Time | None = None

    def __post_init__(self) -> None:
        positive("energy", self.energy)
        if self.measured is not None:
            positive("measured", self.measured)

    def planned(self, problem: Problem, tolerance: float, **fixed: Any) -> None:
        return None

    def measuring(
        self, problem: Problem, tolerance: float, *, batch: Batch | None = None, **fixed: Any
    ) -> Measurement[Report]:
        del batch, fixed
        refuse_ends(problem, "half-lives and Gamow peaks are")
        yield from ()
        begun = time.perf_counter()
        well, mass, energy = _barrier(problem), float(problem.mass), float(self.energy)
        step = _STEP * energy
        scattered = _scattered(
            well, np.array([energy - step, energy, energy + step, energy - 2 * step, energy + 2 * step]), mass
        )
        phase = np.angle(-scattered.r)
        near = float(_turned(phase[2] - phase[0])) / (2 * step)
        far = float(_turned(phase[4] - phase[3])) / (4 * step)
        # the error of a central difference is a third of its change with twice the step
        trip = near + (near - far) / 3
        value = math.log(2.0) * trip * math.exp(-float(scattered.log_transmission[1]))
        budget = {
            "slices": value * float(scattered.error[1]),
            "tail": value * _tail(well, energy, mass),
            "round_trip": value * abs(near - far) / (3 * trip),
        }
        quantity = Quantity(
            "half_life", value, math.fsum(budget.values()), TIME, budget, self.predictions(problem, None)["half_life"]
        )
        return _report([quantity], {}, tolerance, begun)

    def predictions(self, problem: Problem, duration: float | None) -> Predictions:
        del duration
        well, mass, energy = _barrier(problem), float(problem.mass), float(self.energy)
        out = theory.coulomb_exit(energy, float(well.depth), float(well.radius), float(well.strength), mass)
        half = math.log(2.0) * out.round_trip * math.exp(-out.log_transmission)
        exact = Estimate(half, half * out.error)
        gamow = float(theory.alpha_half_life(energy, well.strength, well.radius, mass))
        known = {} if self.measured is None else {"experiment": float(self.measured)}
        return {"half_life": {"coulomb_functions": exact, "gamow": gamow} | known}


@dataclasses.dataclass(frozen=True)
class GamowPeak(AbstractQuestion):
    """The energy at which nuclei of a plasma fuse: the maximum of exp(-E/kT) T(E), T by scattering at the Coulomb barrier, `temperature` being kT.

    Nothing is propagated, and the problem's state does not matter. ``peak_width`` is the full width at 1/e of the maximum.
    """

    temperature: EnergyValue

    def __post_init__(self) -> None:
        positive("temperature", self.temperature)

    def planned(self, problem: Problem, tolerance: float, **fixed: Any) -> None:
        return None

    def measuring(
        self, problem: Problem, tolerance: float, *, batch: Batch | None = None, **fixed: Any
    ) -> Measurement[Report]:
        del batch, fixed
        refuse_ends(problem, "half-lives and Gamow peaks are")
        yield from ()
        begun = time.perf_counter()
        well, mass, hot = _barrier(problem), float(problem.mass), float(self.temperature)
        scale = float(theory.gamow_peak_energy(hot, well.strength, mass))
        energies = scale * np.linspace(math.sqrt(_LOWEST), math.sqrt(_HIGHEST), _ENERGIES) ** 2
        scattered = _scattered(well, energies, mass, _FAR_OF_PEAKS)
        logs = np.asarray(scattered.log_transmission)
        bare = _bare_exponent(well, mass)
        peak, width, fitted = _peak(energies, logs, hot, bare, _DEGREE)
        other, other_width, _ = _peak(energies, logs, hot, bare, _DEGREE - 2)
        # what the logarithms may be wrong by, over the curvature and the spacing of the energies
        noise = float(np.max(np.asarray(scattered.error))) + _tail(well, float(energies[0]), mass, _FAR_OF_PEAKS)
        share = 8 * noise * hot / scale
        predicted = self.predictions(problem, None)
        budgets = [
            {"fit": abs(peak - other), "slices": scale * share},
            {"fit": abs(width - other_width), "slices": scale * share},
        ]
        quantities = [
            Quantity(name, value, math.fsum(budget.values()), ENERGY, budget, predicted[name])
            for name, value, budget in zip(("peak_energy", "peak_width"), (peak, width), budgets, strict=True)
        ]
        top = float(fitted(peak) - peak / hot)
        formula = -np.asarray(theory.sommerfeld_exponent(energies, well.strength, mass)) - energies / hot
        at_top = -float(theory.sommerfeld_exponent(scale, well.strength, mass)) - scale / hot
        curve = Curve(
            "relative_rate",
            energies,
            np.exp(logs - energies / hot - top),
            DIMENSIONLESS,
            {"gamow": np.exp(formula - at_top)},
            noise,
            ("energy", ENERGY),
        )
        return _report(quantities, {"relative_rate": curve}, tolerance, begun)

    def predictions(self, problem: Problem, duration: float | None) -> Predictions:
        del duration
        well, mass, hot = _barrier(problem), float(problem.mass), float(self.temperature)
        scale = float(theory.gamow_peak_energy(hot, well.strength, mass))
        ends = math.sqrt(_LOWEST), math.sqrt(_HIGHEST)
        places = np.cos(math.pi * (np.arange(_NODES) + 0.5) / _NODES)
        nodes = (ends[0] + ends[1]) / 2 + (ends[1] - ends[0]) / 2 * places
        energies = scale * nodes**2
        logs = np.array(
            [
                theory.coulomb_log_transmission(
                    float(e), float(well.depth), float(well.radius), float(well.strength), mass
                )
                for e in energies
            ]
        )
        bare = _bare_exponent(well, mass)
        (peak, width, _), (other, other_width, _) = (_peak(energies, logs, hot, bare, _NODES - less) for less in (1, 3))
        exact = Estimate(peak, abs(peak - other)), Estimate(width, abs(width - other_width))
        return {
            "peak_energy": {"coulomb_functions": exact[0], "gamow": scale},
            "peak_width": {
                "coulomb_functions": exact[1],
                "gamow": float(theory.gamow_window(hot, well.strength, mass)),
            },
        }


def _bare_exponent(well: CoulombBarrier, mass: float) -> float:
    """2 pi eta sqrt(E), the part of -log T that a point nucleus has."""
    return float(theory.sommerfeld_exponent(1.0, well.strength, mass))


def _peak(energies: np.ndarray, logs: np.ndarray, hot: float, bare: float, degree: int) -> tuple[float, float, Any]:
    """Maximum and full width at 1/e of exp(-E/kT) T(E), log T being -bare/sqrt(E) and a polynomial in sqrt(E)."""
    series = Chebyshev.fit(np.sqrt(energies), logs + bare / np.sqrt(energies), degree)

    def fitted(energy: float) -> float:
        return float(series(math.sqrt(energy))) - bare / math.sqrt(energy)

    def loss(energy: float) -> float:
        return energy / hot - fitted(energy)

    low, high = float(energies.min()), float(energies.max())
    peak = float(
        scipy.optimize.minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": 1e-10 * high}).x
    )  # type: ignore[attr-defined]
    first, second = series.deriv(1), series.deriv(2)
    for _ in range(2):
        # values are level at the top, to half their digits; by Newton's method the slope's zero has all
        root = math.sqrt(peak)
        slope = 2 * root / hot - float(first(root)) - bare / peak
        peak = (root - slope / (2 / hot - float(second(root)) + 2 * bare / (peak * root))) ** 2
    least = loss(peak) + 1.0
    if min(loss(low), loss(high)) <= least:
        raise WavesimError(
            "the peak must stand out within a quarter and three times Gamow's energy, but does not; lower the temperature, or take a higher barrier."
        )
    sides = [
        float(np.asarray(scipy.optimize.brentq(lambda e: loss(e) - least, *ends, xtol=1e-15 * high)).item())
        for ends in ((low, peak), (peak, high))
    ]
    return peak, sides[1] - sides[0], fitted


def _scattered(well: CoulombBarrier, energies: np.ndarray, mass: float, far: float = _FAR) -> theory.Scattering:
    """From inside, where V is minus the depth, outwards along the tail."""
    radius = float(well.radius)
    right = far * float(well.strength) / float(energies.min())
    edges = [radius * 2.0**n for n in range(1, 60) if radius * 2.0**n < right]
    return theory.scatter(
        lambda r: float(well.strength) / jnp.maximum(r, radius),
        energies,
        left=radius,
        right=right,
        edges=edges,
        mass=mass,
        v_left=-float(well.depth),
    )


def _tail(well: CoulombBarrier, energy: float, mass: float, far: float = _FAR) -> float:
    """What the tail beyond the last point changes in log T: twice the amplitude k'/(4 k^2) that a slope reflects, and as much again for safety."""
    k = math.sqrt(2 * mass * energy)
    turn = float(well.strength) / energy
    return 4 / (8 * far**2 * k * turn)


def _turned(angle: float) -> float:
    return (angle + math.pi) % (2 * math.pi) - math.pi


def _barrier(problem: Problem) -> CoulombBarrier:
    if not isinstance(problem.potential, CoulombBarrier):
        raise WavesimError(
            f"this question is asked of a Coulomb barrier, but the potential is {named(problem.potential)}; "
            "take one, or ask for the decay or the transmission."
        )
    return problem.potential


def _report(quantities: list[Quantity], curves: dict[str, Curve], tolerance: float, begun: float) -> Report:
    return Report(
        record=None,
        tolerance=tolerance,
        quantities={quantity.name: quantity for quantity in quantities},
        curves=curves,
        warnings=(),
        runs=0,
        fft_pairs=0,
        wall_s=time.perf_counter() - begun,
    )
