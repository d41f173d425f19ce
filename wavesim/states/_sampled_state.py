"""A state given at points, from a table or from another program."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from .._arrays import known, xp as jnp
from .._pytree import register_dataclass
from .._tables import ColumnSpec, array_of, columns_of
from .._typing import DIMENSIONLESS, LENGTH, EnergyValue, Length, Momentum, Number, Velocity
from ..errors import ArgumentError
from ..potentials import Sampled
from ._motion import check_motion
from ._wave import AbstractWave, refuse_nothing

# columns of a file of amplitudes
AMPLITUDES = (
    ColumnSpec("positions", LENGTH, ("x", "position", "r", "q", "z", "distance")),
    ColumnSpec("amplitude", DIMENSIONLESS, ("psi", "re", "real", "re psi", "u", "amplitude", "re(psi)")),
    ColumnSpec("imaginary part", DIMENSIONLESS, ("im", "imag", "imaginary", "im psi", "im(psi)"), optional=True),
)
# largest amplitude at the ends, relative to the maximum
_END_AMPLITUDE = 1e-3


@register_dataclass
@dataclasses.dataclass(frozen=True, eq=False)
class SampledState(AbstractWave):
    """psi through `values` (and `imaginary`) at points equally spaced from `left` to `right`, or at `positions`; 0 outside, normalized.

    A cubic spline joins the points, so that a wavelength of psi should span several points. A factor exp(i momentum x) sets it in motion.

    Args:
        values: real parts of psi, or a real psi; four or more, which have decayed at both ends.
        imaginary: imaginary parts, as many as `values`.
        left: position of the first point.
        right: position of the last point.
        positions: positions of the points, increasing; instead of `left` and `right`.
        momentum: of the factor exp(i momentum x) (1/length); 0 if none of momentum, energy and velocity is given.
        energy: the kinetic energy momentum^2 / 2m, instead of `momentum`.
        direction: "right" or "left", for `energy`.
        velocity: momentum / mass, instead of `momentum`.
        file: instead of all these except the motion, a CSV with columns x, re and im (or x and psi), the unit of x in its header; or instead
            of values and imaginary parts a real or complex array saved by numpy (``.npy``).

    Raises:
        ArgumentError: if there are too few values, one is not finite, they have not decayed at the ends, or the file cannot be read.
    """

    # None until a file has been read
    values: tuple[Number, ...] = None  # type: ignore[assignment]
    imaginary: tuple[Number, ...] | None = None
    left: Length | None = None
    right: Length | None = None
    positions: tuple[Length, ...] | None = None
    momentum: Momentum | None = None
    energy: EnergyValue | None = None
    direction: str = dataclasses.field(default="right", metadata={"static": True})
    velocity: Velocity | None = None
    file: str | None = dataclasses.field(default=None, metadata={"static": True})

    def __post_init__(self) -> None:
        check_motion(self, needed=False)
        if self.file is not None:
            self._read(self.file)
        if self.values is None:
            raise ArgumentError("values", "must be given, but are missing; give `values`, or `file`.")
        # the parts are checked like samples of a potential
        for name in ("values", "imaginary"):
            numbers = getattr(self, name)
            if isinstance(numbers, list | tuple | np.ndarray):
                self._part(numbers)
                object.__setattr__(self, name, jnp.asarray(numbers, float))
        if isinstance(self.positions, list | tuple | np.ndarray):
            object.__setattr__(self, "positions", jnp.asarray(self.positions, float))
        if self.imaginary is not None and np.shape(self.imaginary) != np.shape(self.values):
            raise ArgumentError("imaginary", "must be as many as `values`, but are not; give one for each.")
        if known(self.values, self.imaginary) and isinstance(self.values, np.ndarray):
            self._check_ends()

    def _read(self, file: str) -> None:
        for name in ("values", "imaginary"):
            if getattr(self, name) is not None:
                raise ArgumentError("file", f"must stand alone, but stands beside `{name}`; leave out either.")
        if file.startswith("data:") or file.endswith(".npy"):
            values = array_of(file)
            if values.ndim != 1:
                raise ArgumentError(
                    "file", f"must hold a line of amplitudes, but has shape {values.shape}; save one line."
                )
            imaginary = np.imag(values).copy() if np.iscomplexobj(values) else None
            values = np.real(values).copy()
        else:
            for name in ("left", "right", "positions"):
                if getattr(self, name) is not None:
                    raise ArgumentError(
                        "file",
                        f"must stand alone if it is a CSV, which has positions of its own, but stands beside `{name}`; leave it out.",
                    )
            x, real, imag = columns_of(file, AMPLITUDES)
            x.refuse_unordered()
            places, values = x.internal(LENGTH), real.numbers
            imaginary = None if imag.missing else imag.numbers
            if len(places) > 1 and np.all(np.diff(places) < 0):
                places, values = places[::-1], values[::-1]
                imaginary = None if imaginary is None else imaginary[::-1]
            object.__setattr__(self, "positions", places)
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "imaginary", imaginary)
        object.__setattr__(self, "file", None)

    def _check_ends(self) -> None:
        values = np.hypot(self.values, 0.0 if self.imaginary is None else np.asarray(self.imaginary))
        size = float(values.max())
        refuse_nothing("values", size)
        if max(values[0], values[-1]) > _END_AMPLITUDE * size:
            raise ArgumentError(
                "values",
                f"must have fallen off at both ends, to {_END_AMPLITUDE:g} of the largest, but are {values[0] / size:.2g} and "
                f"{values[-1] / size:.2g} of it there; carry them on until they have.",
            )

    def _part(self, values: Any) -> Sampled:
        return Sampled(values, self.left, self.right, "spline", self.positions)

    def amplitude(self, x: Any) -> Any:
        line = jnp.asarray(x, float)
        low, high = self._ends
        inside = (line >= low) & (line <= high)
        psi = self._part(self.values).value((line,))
        if self.imaginary is not None:
            psi = psi + 1j * self._part(self.imaginary).value((line,))
        return jnp.where(inside, psi, 0.0)

    @property
    def _ends(self) -> tuple[Any, Any]:
        if self.positions is not None:
            return self.positions[0], self.positions[-1]
        return self.left, self.right

    def interval(self) -> tuple[float, float]:
        low, high = self._ends
        return float(low), float(high)
