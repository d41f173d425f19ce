"""Splitting schemes as data that prove themselves: drifts exp(-i a h T) and kicks exp(-i h [b V - c h^2 F + d h^4 G]).

F = |grad V|^2/m and G = grad F . grad V/m are functions of x like V itself, so the terms c and d cost no FFT.
One FFT pair is spent for each drift. The order stated is measured in tests.
"""

from __future__ import annotations

import dataclasses
import math

from .errors import ArgumentError

Kick = tuple[float, float, float]


@dataclasses.dataclass(frozen=True)
class Scheme:
    """A symmetric splitting scheme: drifts a and kicks (b, c, d) in turn.

    Args:
        name: how it is called in files and reports.
        order: its order in the time step.
        drifts: the coefficients a.
        kicks: the coefficients (b, c, d); c and d need a smooth potential.
        source: where the coefficients come from.

    If there is one drift more than kicks the scheme begins and ends with a drift, otherwise with a kick.

    Raises:
        ArgumentError: if the coefficients a or b do not sum to one, are not symmetric, or do not interleave.
    """

    name: str
    order: int
    drifts: tuple[float, ...]
    kicks: tuple[Kick, ...]
    source: str

    def __post_init__(self) -> None:
        if abs(len(self.drifts) - len(self.kicks)) != 1:
            raise ArgumentError(
                "drifts",
                f"must be one more or one fewer than the kicks, but are {len(self.drifts)} for {len(self.kicks)} kicks.",
            )
        for name, values in (("drifts", self.drifts), ("kicks", tuple(kick[0] for kick in self.kicks))):
            if not math.isclose(math.fsum(values), 1.0, abs_tol=4e-15):
                raise ArgumentError(
                    name, f"of {self.name} must sum to one, but sum to {math.fsum(values)!r}; check the coefficients."
                )
        if self.drifts != self.drifts[::-1] or self.kicks != self.kicks[::-1]:
            raise ArgumentError(
                "kicks", f"and drifts of {self.name} must read the same in reverse, but do not; check the coefficients."
            )

    @property
    def drifts_first(self) -> bool:
        """Whether a step begins and ends with a drift."""
        return len(self.drifts) > len(self.kicks)

    @property
    def pairs(self) -> int:
        """FFT pairs of one step, neighboring steps merged."""
        return min(len(self.drifts), len(self.kicks))

    @property
    def uses_gradient(self) -> bool:
        """Whether a kick needs F or G, so that the potential must be smooth."""
        return any(c != 0 or d != 0 for _, c, d in self.kicks)

    def merged(self) -> tuple[tuple[tuple[float, Kick, float], ...], float, Kick]:
        """The step as kick-drift pairs, with what the end of one step and the start of the next have in common melted together.

        Returns:
            pairs: (clock, kick, drift) in turn; `clock` is the fraction of the step at which the kick sees V(t).
            opening: the drift a applied once before the loop and undone at each output (0 if the step begins with a kick).
            closing: the kick applied at each output and undone once before the loop (zeros if the step begins with a drift).
        """
        if self.drifts_first:
            after = (*self.drifts[1:-1], self.drifts[-1] + self.drifts[0])
            clocks = [math.fsum(self.drifts[: j + 1]) for j in range(len(self.kicks))]
            return tuple(zip(clocks, self.kicks, after, strict=True)), self.drifts[0], (0.0, 0.0, 0.0)
        first, last = self.kicks[0], self.kicks[-1]
        both = (first[0] + last[0], first[1] + last[1], first[2] + last[2])
        clocks = [math.fsum(self.drifts[:j]) for j in range(len(self.drifts))]
        return tuple(zip(clocks, (both, *self.kicks[1:-1]), self.drifts, strict=True)), 0.0, last


def _mirrored(half: list[float], center: float | None = None) -> tuple[float, ...]:
    return (*half, *([] if center is None else [center]), *half[::-1])


def _plain(values: tuple[float, ...]) -> tuple[Kick, ...]:
    return tuple((b, 0.0, 0.0) for b in values)


STRANG = Scheme(
    "strang",
    2,
    (1.0,),
    _plain((0.5, 0.5)),
    "G. Strang, SIAM J. Numer. Anal. 5, 506 (1968); M. D. Feit et al., J. Comput. Phys. 47, 412 (1982)",
)

_y = 1 / (2 - 2 ** (1 / 3))
YOSHIDA4 = Scheme(
    "yoshida4",
    4,
    _mirrored([_y], 1 - 2 * _y),
    _plain(_mirrored([_y / 2, (1 - _y) / 2])),
    "H. Yoshida, Phys. Lett. A 150, 262 (1990), eq. (2.10)",
)

_a = [0.123229775946271, 0.290553797799558, -0.127049212625417, -0.246331761062075, 0.357208872795928]
_b = [0.0414649985182624, 0.198128671918067, -0.0400061921041533, 0.0752539843015807, -0.0115113874206879]
SRKN11B = Scheme(
    "srkn11b",
    6,
    _mirrored(_a, 1 - 2 * math.fsum(_a)),
    _plain(_mirrored([*_b, 0.5 - math.fsum(_b)])),
    "S. Blanes, P. C. Moan, J. Comput. Appl. Math. 142, 313 (2002), table 3",
)

_a1, _a2 = 0.1095115577513980413559540, 0.4451715080955340951457244
_b1 = 0.268722208204814693684441
G6T4 = Scheme(
    "g6t4",
    6,
    _mirrored([_a1, _a2], 1 - 2 * (_a1 + _a2)),
    (
        (_b1, 0.000805681667096178271312, 4.54e-5),
        (0.5 - _b1, 0.003955911930042478239763, 2.46798447862831418e-5),
        (0.5 - _b1, 0.003955911930042478239763, 2.46798447862831418e-5),
        (_b1, 0.000805681667096178271312, 4.54e-5),
    ),
    "a, b, c, d1 + d2: F. Casas, N. Crouseilles, E. Faou, M. Mehrenberger, Numer. Math. 135, 769 (2017); the split of d is re-optimized",
)

SCHEMES: dict[str, Scheme] = {scheme.name: scheme for scheme in (STRANG, YOSHIDA4, SRKN11B, G6T4)}


@dataclasses.dataclass(frozen=True)
class Chebyshev:
    """exp(-i H dt) as a Chebyshev series in H: for sharp potentials, where no splitting order helps.

    exp(-i H t) = exp(-i E_mid t) sum_m (2 - delta_m0) (-i)^m J_m(R) T_m((H - E_mid)/E_half), R = E_half t. One FFT pair for each term.

    Args:
        lowest, highest: bounds of the spectrum of H on the grid (energies); outside them the series explodes.
        terms: how many terms; `chebyshev_terms` tells how many a step needs.

    Not for time-dependent potentials.

    Source: H. Tal-Ezer, R. Kosloff, J. Chem. Phys. 81, 3967 (1984), eqs. (3.7)-(3.10).
    """

    lowest: float
    highest: float
    terms: int

    name = "chebyshev"

    @property
    def pairs(self) -> int:
        """FFT pairs of one step."""
        return self.terms


def chebyshev_terms(radius: float, tolerance: float = 1e-15) -> int:
    """Terms after which the Bessel coefficients J_m(R), R = (highest - lowest) dt / 2, stay below `tolerance`."""
    from scipy.special import jv

    terms = int(radius + 10)
    while abs(jv(terms, radius)) > tolerance or abs(jv(terms + 1, radius)) > tolerance:
        terms += max(2, int(0.4 * radius ** (1 / 3)))
    return terms + 1
