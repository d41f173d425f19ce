"""What a table of a sweep says as a whole: how many rows are good, what ails the others, and how theory and measurement agree."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import numpy as np
import xarray as xr

from ._answer import Status

_NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?")
_MOST = 5
_ANSWERED = (Status.GOOD, Status.MISSED, Status.FAILED)


@dataclasses.dataclass(frozen=True)
class Reason:
    """Why some rows are not good: sentences that differ in their numbers alone count as one.

    Attributes:
        rows: how many.
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
        covered: those of them whose error bar holds it.
        theory: the theories' names.
        largest_inputs: the most by which uncertain inputs move it, one standard deviation; nan where that is not known.
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
    """The whole table.

    Attributes:
        rows: by status.
        reasons: what is said of rows that missed or failed, the commonest first.
        measured: each quantity.
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
        lines = [f"{self.total:,} rows: {', '.join(f'{self.rows[one]:,} {one.name.lower()}' for one in shown)}"]
        for one in self.measured:
            unit = "" if one.unit in ("", "1") else f" {one.unit}"
            if not np.isfinite(one.lowest):
                # no row has a number yet
                continue
            words = f"{one.lowest:.6g} to {one.highest:.6g}{unit}, error bars up to {one.largest_error:.1e}"
            if np.isfinite(one.largest_inputs):
                words += f"; uncertain inputs move it by up to {one.largest_inputs:.1e} (one standard deviation)"
            if one.compared:
                words += f"; theory ({one.theory.replace('_', ' ')}) within the bar in {one.covered:,} of {one.compared:,} rows"
            lines.append(f"  {one.name.replace('_', ' ')}: {words}")
        lines += [f"  {reason.rows:,} rows: {reason.text}" for reason in self.reasons[:_MOST]]
        if len(self.reasons) > _MOST:
            rest = self.reasons[_MOST:]
            lines.append(f"  {sum(reason.rows for reason in rest):,} rows: {len(rest)} other reasons")
        return "\n".join(lines)

    def content(self) -> dict[str, Any]:
        """The same for scripts."""
        return {
            "rows": {"total": self.total} | {status.name.lower(): self.rows[status] for status in Status},
            "quantities": {
                one.name: {k: v for k, v in dataclasses.asdict(one).items() if k != "name"} for one in self.measured
            },
            "reasons": [dataclasses.asdict(reason) for reason in self.reasons],
        }


def quantities(dataset: xr.Dataset) -> tuple[str, ...]:
    """The names of what was measured, the headline first."""
    return tuple(str(name).removesuffix("_error") for name in dataset.data_vars if str(name).endswith("_error"))


def account(dataset: xr.Dataset) -> Account:
    """Read a table of `wavesim.sweep`, or the store of one that runs."""
    status = dataset["status"].values.ravel()
    rows = {one: int(np.count_nonzero(status == one)) for one in Status}
    unwell = np.isin(status, (Status.MISSED, Status.FAILED))
    measured = tuple(_measured(dataset, name) for name in quantities(dataset))
    return Account(rows, _reasons(dataset["reason"].values.ravel()[unwell]), measured)


def _reasons(texts: np.ndarray) -> tuple[Reason, ...]:
    groups: dict[str, list[str]] = {}
    for text in texts:
        groups.setdefault(_NUMBER.sub("#", str(text)), []).append(str(text))
    found = [Reason(len(group), group[0]) for group in groups.values()]
    return tuple(sorted(found, key=lambda reason: -reason.rows))


def _measured(dataset: xr.Dataset, name: str) -> Measured:
    values, errors, theory = (dataset[name + suffix].values.ravel() for suffix in ("", "_error", "_theory"))
    known, held = np.isfinite(values), np.isfinite(theory) & np.isfinite(values)
    unit, names = (
        str(dataset[key].attrs.get(fact, "")) for key, fact in ((name, "units"), (f"{name}_theory", "theory"))
    )
    if not known.any():
        return Measured(name, unit, np.nan, np.nan, np.nan, 0, 0, names)
    covered = np.abs(values[held] - theory[held]) <= errors[held]
    lowest, highest, largest = float(values[known].min()), float(values[known].max()), float(errors[known].max())
    inputs = dataset[f"{name}_inputs"].values.ravel() if f"{name}_inputs" in dataset else np.array([])
    most = float(np.max(inputs[np.isfinite(inputs)], initial=-np.inf))
    told = most if np.isfinite(most) else np.nan
    return Measured(name, unit, lowest, highest, largest, int(held.sum()), int(covered.sum()), names, told)
