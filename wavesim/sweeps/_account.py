"""Summary of a sweep's table: rows by status, reasons of rows that are not good, and agreement of theory and measurement."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import numpy as np
import xarray as xr

from ._answer import Status

_NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?")
# reasons that are printed in full
_MOST = 5
_ANSWERED = (Status.GOOD, Status.MISSED, Status.FAILED)


@dataclasses.dataclass(frozen=True)
class Reason:
    """A reason why rows are not good; sentences that differ only in their numbers count as one.

    Attributes:
        rows: number of rows with this reason.
        text: the sentence of the first of them.
    """

    rows: int
    text: str


@dataclasses.dataclass(frozen=True)
class Measured:
    """One quantity over all rows that have it, in the unit shown.

    Attributes:
        name, unit: of the quantity.
        lowest, highest: of its values; nan where no row has one.
        largest_error: the widest error bar.
        compared: rows with a theory.
        covered: those of them with theory inside the error bar.
        theory: the theories' names.
        largest_inputs: largest standard deviation due to uncertain inputs; nan where unknown.
    """

    name: str
    unit: str
    lowest: float
    highest: float
    largest_error: float
    compared: int
    covered: int
    theory: str
    largest_inputs: float = np.nan


@dataclasses.dataclass(frozen=True)
class Account:
    """Summary of a whole table.

    Attributes:
        rows: number of rows by status.
        reasons: of rows that missed or failed, the commonest first.
        measured: the range of each quantity.
    """

    rows: dict[Status, int]
    reasons: tuple[Reason, ...]
    measured: tuple[Measured, ...]

    @property
    def total(self) -> int:
        """All rows."""
        return sum(self.rows.values())

    @property
    def waiting(self) -> int:
        """Rows that are not answered yet."""
        return self.rows[Status.WAITING]

    @property
    def complete(self) -> bool:
        """Whether no row waits."""
        return self.waiting == 0

    @property
    def good(self) -> bool:
        """Whether every row is good."""
        return self.rows[Status.GOOD] == self.total

    def __str__(self) -> str:
        shown = [status for status in (*_ANSWERED, Status.WAITING) if self.rows[status] or status is Status.GOOD]
        lines = [
            f"{self.total:,} rows: {', '.join(f'{self.rows[status]:,} {status.name.lower()}' for status in shown)}"
        ]
        for quantity in self.measured:
            unit = "" if quantity.unit in ("", "1") else f" {quantity.unit}"
            if not np.isfinite(quantity.lowest):
                # no row has a number yet
                continue
            words = (
                f"{quantity.lowest:.6g} to {quantity.highest:.6g}{unit}, error bars up to {quantity.largest_error:.1e}"
            )
            if np.isfinite(quantity.largest_inputs):
                words += f"; uncertain inputs move it by up to {quantity.largest_inputs:.1e} (one standard deviation)"
            if quantity.compared:
                words += f"; theory ({quantity.theory.replace('_', ' ')}) within the bar in {quantity.covered:,} of {quantity.compared:,} rows"
            lines.append(f"  {quantity.name.replace('_', ' ')}: {words}")
        lines += [f"  {reason.rows:,} rows: {reason.text}" for reason in self.reasons[:_MOST]]
        if len(self.reasons) > _MOST:
            rest = self.reasons[_MOST:]
            lines.append(f"  {sum(reason.rows for reason in rest):,} rows: {len(rest)} other reasons")
        return "\n".join(lines)

    def content(self) -> dict[str, Any]:
        """The summary as plain data, for scripts."""
        return {
            "rows": {"total": self.total} | {status.name.lower(): self.rows[status] for status in Status},
            "quantities": {
                quantity.name: {k: v for k, v in dataclasses.asdict(quantity).items() if k != "name"}
                for quantity in self.measured
            },
            "reasons": [dataclasses.asdict(reason) for reason in self.reasons],
        }


def quantities(dataset: xr.Dataset) -> tuple[str, ...]:
    """Names of the measured quantities, the headline first."""
    return tuple(str(name).removesuffix("_error") for name in dataset.data_vars if str(name).endswith("_error"))


def account(dataset: xr.Dataset) -> Account:
    """Summarize a table of `wavesim.sweep`, finished or not."""
    status = dataset["status"].values.ravel()
    rows = {value: int(np.count_nonzero(status == value)) for value in Status}
    not_good = np.isin(status, (Status.MISSED, Status.FAILED))
    measured = tuple(_measured(dataset, name) for name in quantities(dataset))
    return Account(rows, _reasons(dataset["reason"].values.ravel()[not_good]), measured)


def _reasons(texts: np.ndarray) -> tuple[Reason, ...]:
    groups: dict[str, list[str]] = {}
    for text in texts:
        groups.setdefault(_NUMBER.sub("#", str(text)), []).append(str(text))
    reasons = [Reason(len(group), group[0]) for group in groups.values()]
    return tuple(sorted(reasons, key=lambda reason: -reason.rows))


def _measured(dataset: xr.Dataset, name: str) -> Measured:
    values, errors, theory = (dataset[name + suffix].values.ravel() for suffix in ("", "_error", "_theory"))
    measured, compared = np.isfinite(values), np.isfinite(theory) & np.isfinite(values)
    unit, names = (
        str(dataset[key].attrs.get(fact, "")) for key, fact in ((name, "units"), (f"{name}_theory", "theory"))
    )
    if not measured.any():
        return Measured(name, unit, np.nan, np.nan, np.nan, 0, 0, names)
    covered = np.abs(values[compared] - theory[compared]) <= errors[compared]
    lowest, highest, largest = (
        float(values[measured].min()),
        float(values[measured].max()),
        float(errors[measured].max()),
    )
    inputs = dataset[f"{name}_inputs"].values.ravel() if f"{name}_inputs" in dataset else np.array([])
    largest_input = float(np.max(inputs[np.isfinite(inputs)], initial=-np.inf))
    largest_input = largest_input if np.isfinite(largest_input) else np.nan
    return Measured(name, unit, lowest, highest, largest, int(compared.sum()), int(covered.sum()), names, largest_input)
