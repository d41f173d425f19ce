"""Interference behind two slits: the transmitted probability, and the fringes in the momentum along the wall."""

from __future__ import annotations

import dataclasses
import functools
import math
from typing import NamedTuple

import numpy as np
from numpy.polynomial import Polynomial

from .... import theory
from ...._checks import named
from ...._typing import DIMENSIONLESS, LENGTH, MOMENTUM, Dimension
from ....absorbers import Absorber
from ....errors import ArgumentError
from ....observables import AbstractObservable
from ....potentials import DoubleSlit
from ....problem import Problem
from ....propagation import Result
from ....regions import Beyond
from ....states import GaussianPacket, Product
from ...bars import AbstractRecordQuestion, Curve, CurvePredictions, Estimate, Predictions, Reading
from ._transmission import Transmission

_FAR = 1e-3
# fringes drawn on either side, and points for each
_ORDERS, _FINE = 2.6, 60


@dataclasses.dataclass(frozen=True)
class Fringes(AbstractRecordQuestion):
    """A packet on a `DoubleSlit`: transmitted probability, and the pattern P(k_y) of what is behind the wall at the end.

    P(k_y), the probability density of the momentum along the wall, is the pattern that a screen very far away shows, at y = distance
    times k_y/k_x. `fringe_spacing` is the distance of the fringes next to the central one from it, and `fringe_contrast` is
    (high - low)/(high + low) of the central fringe and the dark one beside it. Far away and for narrow slits it would be 2 pi/separation
    (theory "fraunhofer"); the width of the slits draws fringes towards the middle, which the coupled-channel theory has exactly.

    The probability absorbed behind the wall is missing in the pattern, and counts as its error.
    """

    def observables(self, problem: Problem) -> dict[str, AbstractObservable]:
        _parts(problem)
        return Transmission().observables(problem)

    def readings(self, result: Result) -> dict[str, Reading]:
        numbers = Transmission().readings(result)
        absorbed = numbers["absorbed_right"].value if "absorbed_right" in numbers else 0.0
        through = numbers["transmitted_probability"].value
        missing = abs(numbers["remaining_probability"].value) + absorbed
        share = missing / max(through, 1e-300)
        spacing, contrast = fringes_of(*_pattern(result))
        return numbers | {
            "fringe_spacing": Reading(spacing, MOMENTUM, {"duration": share * spacing}, scale=spacing),
            "fringe_contrast": Reading(contrast, DIMENSIONLESS, {"duration": share}),
        }

    def curves(self, result: Result) -> dict[str, tuple[np.ndarray, Dimension]]:
        return Transmission().curves(result)

    def patterns(self, result: Result) -> dict[str, Curve]:
        momenta, density = _pattern(result)
        slit, packet, mass = _parts(result.problem)
        expected = {"channels": np.asarray(_channels(slit, packet, mass, _FINE_LOOK).density)}
        along = ("momentum along y", MOMENTUM)
        return {"pattern": Curve("pattern", momenta, density, LENGTH, expected, 0.0, along)}

    def leak(self, problem: Problem, absorber: Absorber) -> float:
        return Transmission().leak(problem, absorber)

    def predictions(self, problem: Problem, duration: float | None) -> Predictions:
        del duration
        slit, packet, mass = _parts(problem)
        looks = [_channels(slit, packet, mass, look) for look in (_FINE_LOOK, _COARSE_LOOK)]
        numbers = [(look.transmitted, *fringes_of(_momenta(slit), np.asarray(look.density))) for look in looks]
        through, spacing, contrast = (Estimate(fine, abs(fine - coarse)) for fine, coarse in zip(*numbers, strict=True))
        return {
            "transmitted_probability": {"channels": through},
            "reflected_probability": {"channels": Estimate(1.0 - through, through.error)},
            "fringe_spacing": {"channels": spacing, "fraunhofer": 2 * math.pi / float(slit.separation)},
            "fringe_contrast": {"channels": contrast, "fraunhofer": 1.0},
        }

    def curve_predictions(self, problem: Problem, times: np.ndarray) -> CurvePredictions:
        del problem, times
        return {}


def _parts(problem: Problem) -> tuple[DoubleSlit, Product, float]:
    """The slits, the packet and the mass.

    Raises:
        WavesimError: if the question cannot be asked of this problem.
    """
    slit, packet = problem.potential, problem.state
    if not isinstance(slit, DoubleSlit):
        raise ArgumentError(
            "find",
            f"fringes are those of a double_slit, but the potential is {named(slit)}; take a double_slit, or ask for motion.",
        )
    pair = isinstance(packet, Product) and len(packet.factors) == 2
    if not pair or not all(isinstance(factor, GaussianPacket) for factor in packet.factors):  # type: ignore[union-attr]
        raise ArgumentError(
            "find", "fringes need a product of two Gaussian packets as the state; give one for each axis."
        )
    if float(packet.factors[0].mean_momentum(problem.mass)) <= 0:  # type: ignore[union-attr]
        raise ArgumentError("find", "fringes needs a packet that comes from the left; turn it round.")
    return slit, packet, float(problem.mass)  # type: ignore[return-value]


def _momenta(slit: DoubleSlit) -> np.ndarray:
    """The momenta along y of the pattern."""
    last = _ORDERS * 2 * math.pi / float(slit.separation)
    return np.linspace(-last, last, 2 * math.ceil(_ORDERS * _FINE) + 1)


def _pattern(result: Result) -> tuple[np.ndarray, np.ndarray]:
    """P(k_y) of what is behind the wall: int dx |int dy exp(-i k_y y) psi|^2 / 2 pi."""
    slit, _, _ = _parts(result.problem)
    grid, momenta = result.numerics.grid, _momenta(slit)
    behind = np.asarray(Beyond(slit.support(_FAR)[1]).fraction(grid))[:, 0]
    y = np.asarray(grid.position[1])[0]
    waves = result.final @ np.exp(-1j * np.outer(y, momenta)) * float(grid.spacing[1])
    return momenta, behind @ np.abs(waves) ** 2 * float(grid.spacing[0]) / (2 * math.pi)


def fringes_of(momenta: np.ndarray, density: np.ndarray) -> tuple[float, float]:
    """Spacing and contrast of a pattern: the bright fringes on either side of the central one, and the dark ones between.

    Extrema are refined by a polynomial through five points; nan where there are no fringes.
    """
    inner = density[1:-1]
    bright = 1 + np.flatnonzero((inner > density[:-2]) & (inner >= density[2:]))
    dark = 1 + np.flatnonzero((inner < density[:-2]) & (inner <= density[2:]))
    if len(bright) < 3 or len(dark) < 2:
        return math.nan, math.nan
    central = int(np.argmin(np.abs(momenta[bright])))
    if not 0 < central < len(bright) - 1:
        return math.nan, math.nan
    left, middle, right = (_summit(momenta, density, int(bright[central + side])) for side in (-1, 0, 1))
    beside = [_summit(momenta, density, int(n)) for n in dark if left[0] < momenta[n] < right[0]]
    low = min(value for _, value in beside)
    return (right[0] - left[0]) / 2, (middle[1] - low) / (middle[1] + low)


def _summit(x: np.ndarray, y: np.ndarray, n: int) -> tuple[float, float]:
    """Position and value of the extremum near point n, of the polynomial through it and its four neighbors; fringes are asymmetric, and a parabola would misplace them."""
    first = min(max(n - 2, 0), len(x) - 5)
    through = Polynomial.fit(np.arange(5) + first - n, y[first : first + 5], 4)
    level = through.deriv().roots()
    place = float(level[np.argmin(np.abs(level))].real)
    return float(x[n] + place * (x[1] - x[0])), float(through(place))


class _Exact(NamedTuple):
    """Theory for the whole packet: the transmitted probability, and P(k_y) at the momenta of the pattern."""

    transmitted: float
    density: tuple[float, ...]


class _Resolution(NamedTuple):
    """The resolution of the theory.

    Args:
        beside: half of its strip, in widths of the packet, and in widths of a slit beyond the slits.
        spreads: deviations of the packet's momentum that count.
        energies: from threshold to threshold.
        closed: largest momentum of a channel along the wall, in that of the fastest wave.
        slices: of the wall.
    """

    beside: float
    spreads: float
    energies: int
    closed: float
    slices: int


# the second one is coarser in everything: the difference is the error
_FINE_LOOK, _COARSE_LOOK = _Resolution(6.0, 5.5, 5, 1.75, 24), _Resolution(4.5, 5.0, 4, 1.5, 18)


@functools.lru_cache(maxsize=16)
def _channels(slit: DoubleSlit, packet: Product, mass: float, look: _Resolution) -> _Exact:
    """The packet by `wavesim.theory.channel_waves`: the plane is cut into strips of even and odd waves along y, periodic far away.

    psi_in = sum over channels of int dE (m/K_n) phi_x(K_n) c_n chi_n(y) exp(i K_n x), and the flux of each energy adds up. Where a channel opens
    all waves bend as the root of the energy above it does, so energies are added up from threshold to threshold, closer towards both.
    """
    along, across = packet.factors
    assert isinstance(along, GaussianPacket) and isinstance(across, GaussianPacket)
    mean, spread = float(along.mean_momentum(mass)), 1 / (2 * float(along.width))
    slowest, fastest = max(mean - look.spreads * spread, 1e-6 * mean), mean + look.spreads * spread
    offset, drift = float(across.center), float(across.mean_momentum(mass))
    left, right = slit.support(1e-8)
    # waves that leave the slits at a grazing angle travel this far along the wall before they are behind it
    grazing = look.beside / 3 * (right - left)
    half = max(
        look.beside * float(across.width) + abs(offset),
        float(slit.separation) / 2 + look.beside * float(slit.slit_width) + grazing,
    )
    count = math.ceil(look.closed * (fastest + abs(drift)) * half / math.pi)
    openings = (math.pi / half * np.arange(count + 1)) ** 2 / (2 * mass)
    energies, weights = _between(openings, slowest**2 / (2 * mass), fastest**2 / (2 * mass), look.energies)
    momenta, transmitted = _momenta(slit), 0.0
    waves = np.zeros((len(energies), len(momenta)), dtype=complex)
    y = (np.arange(8 * count) + 0.5) / (4 * count) * half - half
    step = half / (4 * count)
    sides = float(slit.separation) / 2
    profile = np.prod([-np.expm1(-(((y - side) / slit.slit_width) ** 2) / 2) for side in (-sides, sides)], axis=0)
    start = (2 * math.pi * across.width**2) ** -0.25 * np.exp(
        -(((y - offset) / across.width) ** 2) / 4 + 1j * drift * (y - offset)
    )
    for parity in ("even", "odd"):
        q = math.pi / half * (np.arange(count) + (parity == "odd"))
        modes = (np.cos if parity == "even" else np.sin)(np.outer(q, y)) * np.sqrt(np.where(q == 0, 0.5, 1.0) / half)[
            :, None
        ]
        shares = modes @ start * step
        if np.abs(shares).max() < 1e-12:
            continue
        thresholds = q**2 / (2 * mass)
        outward = theory.channel_momenta(thresholds, energies, mass)
        running = np.real(outward)
        fast = np.where(running > 0, running, 1.0)
        amplitude = (2 * along.width**2 / math.pi) ** 0.25 * np.exp(-((along.width * (fast - mean)) ** 2))
        incident = mass / fast * amplitude * shares * np.exp(1j * fast * (left - float(along.center)))
        wall = (modes * profile) @ modes.T * step * float(slit.height)
        behind = theory.channel_waves(
            lambda x, wall=wall: wall * math.exp(-(((x - slit.center) / slit.thickness) ** 2) / 2),
            thresholds,
            energies,
            np.where(running > 0, incident, 0.0),
            left=left,
            right=right,
            mass=mass,
            slices=look.slices,
        )
        transmitted += float(weights @ np.sum(running / mass * np.abs(behind) ** 2, axis=1))
        waves += behind @ (modes @ np.exp(-1j * np.outer(y, momenta))) * step
    flux = np.real(theory.channel_momenta(momenta**2 / (2 * mass), energies, mass)) / mass
    density = weights @ (flux * np.abs(waves) ** 2) / (2 * math.pi)
    return _Exact(transmitted, tuple(density.tolist()))


def _between(openings: np.ndarray, low: float, high: float, nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """Energies and weights of an integral from `low` to `high` of what has roots at the openings.

    From opening to opening E = middle - half cos(angle): both roots are smooth in the angle, and Gauss's rule is exact for what is.
    """
    places, weights = np.polynomial.legendre.leggauss(nodes)
    angles = (places + 1) * math.pi / 2
    ends = np.concatenate([[low], openings[(openings > low) & (openings < high)], [high]])
    middle, half = (ends[1:] + ends[:-1]) / 2, np.diff(ends) / 2
    energies = middle[:, None] - half[:, None] * np.cos(angles)
    shares = half[:, None] * np.sin(angles) * weights * math.pi / 2
    return energies.ravel(), shares.ravel()
