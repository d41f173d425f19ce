"""The data of a sweep for a picture: its axes, one quantity with error bars and theories, and the status of each row."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from ....errors import ArgumentError
from ..._numbers import display_name, scientific

if TYPE_CHECKING:
    from xarray import DataArray, Dataset

SAMPLE = "sample"
WAITING, GOOD, MISSED, FAILED = range(4)
DECADES = 30.0
# largest relative deviation of steps that count as equal
_EVEN = 1e-3


@dataclasses.dataclass(frozen=True)
class Axis:
    """One dimension of the table.

    Attributes:
        dim: its name in the table.
        label: display name with the unit.
        values: shape (n,); None if the coordinate is text.
        texts: display form of each value.
        logarithmic: whether the values are spaced geometrically, or span decades.
    """

    dim: str
    label: str
    values: np.ndarray | None
    texts: tuple[str, ...]
    logarithmic: bool

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def places(self) -> np.ndarray:
        """Positions of the values on the axis; those of texts are 0, 1, 2, ..."""
        return np.arange(float(len(self))) if self.values is None else self.values

    @property
    def edges(self) -> np.ndarray:
        """Borders of the cells around the values, shape (n + 1,): midway between them, in the logarithm if the axis is logarithmic."""
        at = np.log(self.places) if self.logarithmic else self.places
        if len(at) == 1:
            borders = np.array([at[0] - 0.5, at[0] + 0.5])
        else:
            middle = (at[:-1] + at[1:]) / 2
            borders = np.concatenate([[2 * at[0] - middle[0]], middle, [2 * at[-1] - middle[-1]]])
        return np.exp(borders) if self.logarithmic else borders


@dataclasses.dataclass(frozen=True)
class Table:
    """One quantity over the axes; every array has their shape, in shown units, nan where there is no number.

    Attributes:
        axes: in the order of the dimensions.
        name: display name of the quantity.
        label: name with the unit.
        probability: whether it lies between 0 and 1.
        values, errors, theory: the measured values, their error bars, and the theory for comparison.
        inputs: standard deviation due to uncertain inputs.
        kind: name of the theory; empty if there is none.
        further: more theories by name.
        status: 0 waiting, 1 good, 2 missed, 3 failed.
    """

    axes: tuple[Axis, ...]
    name: str
    label: str
    probability: bool
    values: np.ndarray
    errors: np.ndarray
    theory: np.ndarray
    inputs: np.ndarray
    kind: str
    further: dict[str, np.ndarray]
    status: np.ndarray

    @property
    def compared(self) -> bool:
        """Whether there is a theory at any row."""
        return bool(np.isfinite(self.theory).any())

    @property
    def distance(self) -> np.ndarray:
        """(measured - theory) in error bars; nan where either is missing."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray((self.values - self.theory) / self.errors)

    @property
    def in_decades(self) -> bool:
        """Whether no value is significantly negative, and those above their error bars span more than a factor of thirty."""
        finite = np.isfinite(self.values) & np.isfinite(self.errors)
        if np.any(self.values[finite] < -self.errors[finite]):
            return False
        return self.floor > 0 and float(self.values[finite].max()) > DECADES * self.floor

    @property
    def floor(self) -> float:
        """The smallest value above its own error bar, for the bottom of a logarithmic scale; nan if there is none."""
        with np.errstate(invalid="ignore"):
            above = self.values[self.values > self.errors]
        return float(above.min()) if len(above) else np.nan

    def at(self, axis: int, place: int) -> Table:
        """The rows at one value of one axis."""

        def cut(array: np.ndarray) -> np.ndarray:
            return np.take(array, place, axis)

        return dataclasses.replace(
            self,
            axes=tuple(one for index, one in enumerate(self.axes) if index != axis),
            values=cut(self.values),
            errors=cut(self.errors),
            theory=cut(self.theory),
            inputs=cut(self.inputs),
            further={name: cut(array) for name, array in self.further.items()},
            status=cut(self.status),
        )

    def ordered(self, order: tuple[int, ...]) -> Table:
        """The same rows with the axes in another order."""

        def turn(array: np.ndarray) -> np.ndarray:
            return np.transpose(array, order)

        return dataclasses.replace(
            self,
            axes=tuple(self.axes[index] for index in order),
            values=turn(self.values),
            errors=turn(self.errors),
            theory=turn(self.theory),
            inputs=turn(self.inputs),
            further={name: turn(array) for name, array in self.further.items()},
            status=turn(self.status),
        )


def read_table(dataset: Dataset, quantity: str | None = None) -> Table:
    """Read one quantity, by default the first, from a sweep's dataset.

    Further theories are variables called ``QUANTITY_theory_NAME``.

    Raises:
        ArgumentError: if the dataset measures no such quantity.
    """
    measured = [str(name) for name in dataset.data_vars if f"{name}_error" in dataset.data_vars]
    quantity_name = quantity or next(iter(measured), None)
    if quantity_name not in measured:
        raise ArgumentError(
            "quantity",
            f"must be measured by the sweep, which has {', '.join(measured) or 'none'}, but is {quantity_name!r}; choose one it has.",
        )
    numeric = [dim for dim in dataset[quantity_name].dims if dim in dataset.coords and _numeric(dataset.coords[dim])]
    # curves and maps need ordered values, which lists in a file need not be
    dataset = dataset.sortby(numeric)
    variable = dataset[quantity_name]
    dims = variable.dims

    def numbers(name: str) -> np.ndarray:
        if name not in dataset.data_vars:
            return np.full(variable.shape, np.nan)
        return np.asarray(dataset[name].transpose(*dims), dtype=float)

    prefix = f"{quantity_name}_theory"
    unit = str(variable.attrs.get("units", ""))
    compared = dataset.data_vars.get(prefix)
    names = [str(name).removeprefix(f"{prefix}_") for name in dataset.data_vars if str(name).startswith(f"{prefix}_")]
    further = {name: numbers(f"{prefix}_{name}") for name in names}
    errors = numbers(f"{quantity_name}_error")
    return Table(
        axes=tuple(_axis(dataset, str(dim)) for dim in dims),
        name=display_name(quantity_name),
        label=_labeled(display_name(quantity_name), unit),
        probability=quantity_name.endswith(("probability", "population", "transmission", "reflection")),
        values=numbers(quantity_name),
        # an infinite error bar means an unknown one
        errors=np.where(np.isfinite(errors), errors, np.nan),
        theory=numbers(prefix),
        inputs=numbers(f"{quantity_name}_inputs"),
        kind=_theory_name(compared.attrs) if compared is not None else "",
        further={name: values for name, values in further.items() if np.isfinite(values).any()},
        status=np.asarray(dataset["status"].transpose(*dims)) if "status" in dataset else np.ones(variable.shape, int),
    )


def status_line(dataset: Dataset, table: Table) -> str:
    """The summary line of a sweep: rows by status, and their total cost."""
    counts = [int(np.sum(table.status == status)) for status in range(4)]
    rows = table.status.size
    named = zip(("not yet done", "good", "missed the tolerance or theory", "failed"), counts, strict=True)
    counts_text = ", ".join(f"{count:,} {name}" for name, count in named if count and count < rows)
    words = [f"{rows:,} rows{': ' if counts_text else ''}{counts_text}."]
    finite = table.inputs[np.isfinite(table.inputs)]
    if finite.any():
        words.append(
            f"Uncertain inputs move it by up to {scientific(float(finite.max()), 1)} (one standard deviation)."
        )
    if "runs" in dataset and "fft_pairs" in dataset:
        runs, pairs = (int(dataset[name].sum()) for name in ("runs", "fft_pairs"))
        words.append(f"{runs:,} propagations, {pairs:,} FFT pairs." if pairs else "Computed without propagation.")
    return "  ".join(words)


def _axis(dataset: Dataset, dim: str) -> Axis:
    if dim not in dataset.coords:
        values = np.arange(float(dataset.sizes[dim]))
        return Axis(dim, display_name(dim), values, tuple(f"{value:g}" for value in values), False)
    coordinate = dataset.coords[dim]
    unit = str(coordinate.attrs.get("units", ""))
    label = _labeled(display_name(dim), unit)
    if not _numeric(coordinate):
        return Axis(dim, label, None, tuple(_readable(str(value)) for value in coordinate.values), False)
    values = np.asarray(coordinate, dtype=float)
    suffix = "" if _plain(unit) else f" {unit}"
    digits = next((n for n in (3, 4, 6) if len({f"{value:.{n}g}" for value in values}) == len(values)), 8)
    texts = tuple(f"{value:.{digits}g}{suffix}".replace("-", "\u2212") for value in values)
    return Axis(dim, label, values, texts, _geometric(values))


def _readable(text: str) -> str:
    return display_name(text).replace("gaussian", "Gaussian").replace("eckart", "Eckart")


def _numeric(coordinate: DataArray) -> bool:
    return bool(np.issubdtype(coordinate.dtype, np.number))


def _geometric(values: np.ndarray) -> bool:
    """Whether a logarithmic axis suits the values: they have equal ratios, or span decades in unequal steps."""
    if len(values) < 3 or np.any(values <= 0):
        return False
    if values.max() > DECADES * values.min() and not _even(np.diff(values)):
        return True
    return _even(np.diff(np.log(values))) and not _even(np.diff(values))


def _even(steps: np.ndarray) -> bool:
    return bool(np.ptp(steps) <= _EVEN * np.max(np.abs(steps)))


def _theory_name(attrs: dict[Any, Any]) -> str:
    return display_name(str(attrs.get("theory") or attrs.get("name") or "theory"))


def _labeled(name: str, unit: str) -> str:
    if unit in ("", "1", "dimensionless"):
        return name
    return f"{name} (natural units)" if unit == "natural" else f"{name} ({unit})"


def _plain(unit: str) -> bool:
    return unit in ("", "1", "natural", "dimensionless")
