"""Splitting schemes as tables of coefficients: drifts exp(-i a h T) and kicks exp(-i h [b V - c h^2 F + d h^4 G]).

F = |grad V|^2/m and G = grad F . grad V/m are functions of x like V itself, so the terms c and d cost no FFT.
Each drift costs one FFT pair. The conditions of order four are checked when a scheme is made; the order stated is measured in tests.
Two methods without an error in time are here too: the Chebyshev series and the eigenstates of the grid.
"""

from __future__ import annotations

import abc
import dataclasses
import functools
import math
from typing import ClassVar, Self

import numpy as np

from ._face import one_line, public
from ._pytree import register_dataclass, register_static
from .errors import ArgumentError

Kick = tuple[float, float, float]


class AbstractMethod(abc.ABC):
    """A method of propagation, as runs use it.

    Attributes:
        steps: whether it makes time steps; otherwise any time is reached at once.
        exact: whether the step has no error, except for that of the absorber, which acts between steps.
    """

    steps: ClassVar[bool] = True
    exact: ClassVar[bool] = False

    @property
    def uses_gradient(self) -> bool:
        """Whether it needs F or G, so that the potential must be smooth."""
        return False

    @property
    def drifts_first(self) -> bool:
        """Whether a step begins and ends with a drift."""
        return False

    @property
    def ends(self) -> int:
        """FFT pairs spent once at the start and again at each output."""
        return 0

    @abc.abstractmethod
    def needed(self, dt: float) -> int:
        """FFT pairs of a step of length `dt`."""

    def tables(self, points: int) -> int:
        """Number of arrays of the size of psi that it keeps on a grid of `points`, psi included."""
        return 8

    def for_step(self, dt: float) -> Self:
        """The method prepared for steps of length `dt`."""
        return self

    def following(self, phase: np.ndarray) -> np.ndarray:
        """Amplitude of a fast wave excited by one step, relative to that excited by V itself: 1 for exact steps.

        Args:
            phase: (kinetic energy of the fast wave - energy of the slow one) x step, any shape.
        """
        return np.ones(phase.shape)


@register_static
@dataclasses.dataclass(frozen=True)
class Scheme(AbstractMethod):
    """A symmetric splitting scheme: drifts a and kicks (b, c, d) in turn.

    Args:
        name: how it is called in files and reports.
        order: its order in the time step.
        drifts: the coefficients a.
        kicks: the coefficients (b, c, d); c and d need a smooth potential.
        source: where the coefficients come from.
        processor: (kick, drift) in the order in which P applies them; empty if psi is what the steps carry.

    If there is one drift more than kicks the scheme begins and ends with a drift, otherwise with a kick.
    With a processor the steps K carry P psi: exp(-i H n h) = P^-1 K^n P up to the order stated, which K alone does not have.
    P is applied once at the start and undone at each output.

    Raises:
        ArgumentError: if the coefficients a or b do not sum to one, are not symmetric, do not interleave, miss a condition of the
            fourth order (for an order of four or more), or if those of the processor do not sum to zero.

    Source of the conditions: order four of symmetric splittings, R. I. McLachlan, SIAM J. Sci. Comput. 16, 151 (1995); with gradients,
    S. A. Chin, Phys. Lett. A 226, 344 (1997); with a processor, S. Blanes, F. Casas, A. Murua, SIAM J. Numer. Anal. 42, 531 (2004).
    """

    __repr__ = one_line

    name: str
    order: int
    drifts: tuple[float, ...]
    kicks: tuple[Kick, ...]
    source: str
    processor: tuple[tuple[Kick, float], ...] = ()

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
        for values in ([kick[0] for kick, _ in self.processor], [drift for _, drift in self.processor]):
            if abs(math.fsum(values)) > 4e-15:
                raise ArgumentError(
                    "processor", f"of {self.name} must sum to zero, but sums to {math.fsum(values)!r}; check it."
                )
        missed = self.third_degree
        # a processor shifts error between the two terms, so that only their sum is fixed
        missed = (missed[0] + missed[1],) if self.processor else missed
        if self.order >= 4 and max(map(abs, missed)) > 1e-14:
            raise ArgumentError(
                "order",
                f"{self.order} of {self.name} needs its terms of third degree to vanish, but they are {missed}; check the coefficients.",
            )

    @property
    def third_degree(self) -> tuple[float, float]:
        """Error coefficients of [T, [T, V]] and [V, [T, V]] in a step, up to a factor 1/2: both vanish from order four on.

        sum b (s - 1/2)^2 - 1/12 over the kicks, s the sum of drifts before, and sum a (q - 1/2)^2 - 1/12 - 2 sum c, q the sum of kicks before.
        """
        drifts, kicks = list(self.drifts), [kick[0] for kick in self.kicks]
        drifted = [math.fsum(drifts[: j + self.drifts_first]) for j in range(len(kicks))]
        kicked = [math.fsum(kicks[: j + (not self.drifts_first)]) for j in range(len(drifts))]
        first = math.fsum(b * (s - 0.5) ** 2 for b, s in zip(kicks, drifted, strict=True))
        second = math.fsum(a * (q - 0.5) ** 2 for a, q in zip(drifts, kicked, strict=True))
        return first - 1 / 12, second - 1 / 12 - 2 * math.fsum(kick[1] for kick in self.kicks)

    @property
    def drifts_first(self) -> bool:
        """Whether a step begins and ends with a drift."""
        return len(self.drifts) > len(self.kicks)

    @property
    def pairs(self) -> int:
        """FFT pairs of one step, neighboring steps merged."""
        return min(len(self.drifts), len(self.kicks))

    @property
    def ends(self) -> int:
        """FFT pairs of the processor: spent once at the start and again at each output."""
        return len(self.processor)

    @property
    def uses_gradient(self) -> bool:
        """Whether a kick needs F or G, so that the potential must be smooth."""
        return any(c != 0 or d != 0 for _, c, d in (*self.kicks, *(kick for kick, _ in self.processor)))

    def needed(self, dt: float) -> int:
        """FFT pairs of a step of any length."""
        return self.pairs

    def tables(self, points: int) -> int:
        """Number of arrays: psi, drifts and kicks."""
        return 6 + self.pairs + 2 * self.ends

    def following(self, phase: np.ndarray) -> np.ndarray:
        """Amplitude of a fast wave excited by the kicks of one step, relative to that excited by V itself, in first order in V.

        i x sum b e^(i x s)/(e^(i x) - 1), x the phase and s the drifts before a kick: 1 for short steps, infinite at x = 2 pi.

        Args:
            phase: (kinetic energy of the fast wave - energy of the slow one) x step, any shape.

        Returns:
            complex array of that shape, without unit. Gradient terms of kicks, quadratic in V, and a processor are left out.

        Derived here: the amplitude due to the kicks of one step in first order in V, over int_0^1 e^(i x s) ds.
        """
        drifted = (math.fsum(self.drifts[: j + self.drifts_first]) for j in range(len(self.kicks)))
        kicked = sum(kick[0] * np.exp(1j * phase * s) for kick, s in zip(self.kicks, drifted, strict=True))
        over = np.expm1(1j * phase)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(phase == 0, 1.0, 1j * phase * kicked / over)

    def merged(self) -> tuple[tuple[tuple[float, Kick, float], ...], float, Kick]:
        """The step as kick-drift pairs, with the last operation of a step merged into the first of the next.

        Returns:
            pairs: (clock, kick, drift) in turn; `clock` is the fraction of the step at which the kick takes V(t).
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

CHIN4A = Scheme(
    "chin4a",
    4,
    (0.5, 0.5),
    ((1 / 6, 0.0, 0.0), (2 / 3, 1 / 72, 0.0), (1 / 6, 0.0, 0.0)),
    "S. A. Chin, Phys. Lett. A 226, 344 (1997), scheme A; all coefficients positive, so it serves in imaginary time too",
)

_z = (-0.277363825153607, -0.22474961223363973, 0.5838670124067017, -0.08175357501945488)
_y = (0.463014105218872, -0.1340744458943801, -0.2719214529551748, -0.0570182063693171)
_v = (-0.000653719224353674, -0.006099605076470514, 0.008050240789590867, 0.006066632095383539)
TI4D = Scheme(
    "ti4d",
    4,
    (1.0,),
    ((0.5, 1 / 48, 1 / 2160),) * 2,
    "kernel: M. Takahashi, M. Imada, J. Phys. Soc. Jpn. 53, 3765 (1984), with a term d of its own; the processor is wavesim's own",
    tuple(((y, v, 0.0), z) for z, y, v in zip(_z[::-1], _y[::-1], _v[::-1], strict=True)),
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

# ratio of successive radii R for which tables of Chebyshev series are made
_RADII = 4.0

SCHEMES: dict[str, Scheme] = {scheme.name: scheme for scheme in (STRANG, YOSHIDA4, CHIN4A, TI4D, SRKN11B, G6T4)}


@register_dataclass
@dataclasses.dataclass(frozen=True)
class Chebyshev(AbstractMethod):
    """exp(-i H dt) as a Chebyshev series in H: for sharp potentials, where no splitting order helps.

    exp(-i H t) = exp(-i E_mid t) sum_m (2 - delta_m0) (-i)^m J_m(R) T_m((H - E_mid)/E_half), R = E_half t. One FFT pair for each term.

    Args:
        lowest, highest: bounds of the spectrum of H on the grid (energies); outside them the series diverges.
        terms: largest number of terms: the length of the table of coefficients, which is part of the compiled program.
        cut: bound on the coefficients left out; a step that needs fewer terms than `terms` computes fewer.

    Not for time-dependent potentials.

    Source: H. Tal-Ezer, R. Kosloff, J. Chem. Phys. 81, 3967 (1984), eqs. (3.7)-(3.10).
    """

    lowest: float
    highest: float
    terms: int = dataclasses.field(metadata={"static": True})
    cut: float = dataclasses.field(default=1e-15, metadata={"static": True})

    name: ClassVar[str] = "chebyshev"
    exact: ClassVar[bool] = True

    @property
    def pairs(self) -> int:
        """FFT pairs of one step, at most."""
        return self.terms

    def needed(self, dt: float) -> int:
        """Terms needed for a step of length `dt`."""
        return min(self.terms, chebyshev_terms(float(self.highest - self.lowest) * float(dt) / 2, self.cut))

    def for_step(self, dt: float) -> Chebyshev:
        """The series with a table for steps of length `dt`, rounded up so that similar lengths share it."""
        rung = _RADII ** math.ceil(math.log(float(self.highest - self.lowest) * dt / 2, _RADII))
        return dataclasses.replace(self, terms=chebyshev_terms(rung, self.cut))


@register_static
@dataclasses.dataclass(frozen=True)
class Spectral(AbstractMethod):
    """exp(-i H t) psi = sum_n |n> exp(-i E_n t) <n|psi> with all eigenstates of H on the grid, without time steps.

    One dense diagonalization (points^3 operations), then points^2 for each frame, whatever the time between them. Its error is rounding:
    about 1e-16 x the highest energy of the grid x the time.

    Args:
        mirrored: whether the samples of V are symmetric, so that even and odd states are computed separately; nearly equal levels
            of a double well then keep their parity to the last digit.

    Not for time-dependent potentials, absorbers, or more than one dimension.

    Source: C. C. Marston, G. G. Balint-Kurti, J. Chem. Phys. 91, 3571 (1989).
    """

    mirrored: bool = False

    name: ClassVar[str] = "spectral"
    exact: ClassVar[bool] = True
    steps: ClassVar[bool] = False
    pairs: ClassVar[int] = 0

    def needed(self, dt: float) -> int:
        """No FFTs."""
        return 0

    def tables(self, points: int) -> int:
        """Number of arrays: all eigenstates."""
        return 2 * points


@functools.lru_cache(maxsize=4096)
def chebyshev_terms(radius: float, tolerance: float = 1e-15) -> int:
    """Terms after which the Bessel coefficients J_m(R), R = (highest - lowest) dt / 2, stay below `tolerance`.

    J_m(m / cosh a) < exp(m (tanh a - a)) / sqrt(2 pi m tanh a), the first term of Debye's expansion (DLMF 10.19.3), falls with m.
    """

    def bound(m: int) -> float:
        a = math.acosh(m / radius)
        return math.exp(m * (math.tanh(a) - a)) / math.sqrt(2 * math.pi * m * math.tanh(a))

    terms = int(radius + 10)
    while radius and bound(terms) > tolerance:
        terms += max(2, int(0.4 * radius ** (1 / 3)))
    return terms + 1


def __dir__() -> list[str]:
    return public(globals())
