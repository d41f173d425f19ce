"""Tables of sweeps for the tests of their pictures, written down rather than computed."""

from __future__ import annotations

import numpy as np
import xarray as xr

from wavesim import theory

MEASURED = "transmitted_probability"


def table(
    coordinates: dict[str, tuple[object, str]],
    exact: np.ndarray,
    name: str = MEASURED,
    unit: str = "1",
    relative: bool = False,
    further: dict[str, np.ndarray] | None = None,
) -> xr.Dataset:
    """A sweep whose numbers are half an error bar above `exact`; bars are 1e-3, of the number itself if `relative`."""
    dims = tuple(coordinates)
    errors = 1e-3 * (exact if relative else np.ones(exact.shape))
    variables = {
        name: (dims, exact + errors / 2, {"units": unit}),
        f"{name}_error": (dims, errors, {"units": unit}),
        f"{name}_theory": (dims, exact, {"units": unit, "theory": "closed_form"}),
        "status": (dims, np.ones(exact.shape, np.uint8)),
        "reason": (dims, np.full(exact.shape, "", object)),
        "runs": (dims, np.full(exact.shape, 4)),
        "fft_pairs": (dims, np.full(exact.shape, 1000)),
    }
    variables |= {f"{name}_theory_{kind}": (dims, values) for kind, values in (further or {}).items()}
    labels = {dim: (dim, values, {"units": symbol}) for dim, (values, symbol) in coordinates.items() if symbol != "-"}
    return xr.Dataset(variables, labels, {"title": "A sweep"})


def transmissions(energies: np.ndarray, widths: np.ndarray) -> np.ndarray:
    """T of a barrier of height 1, shape (energies, widths)."""
    return np.stack([np.asarray(theory.rectangular_transmission(energies, 1.0, width)) for width in widths], axis=1)


def line(count: int = 9) -> xr.Dataset:
    """T against the energy."""
    energies = np.linspace(0.55, 2.05, count)
    return table({"energy": (energies, "eV")}, transmissions(energies, np.array([1.5]))[:, 0])


def plane(count: int = 8, widest: float = 2.0) -> xr.Dataset:
    """T against energy and width."""
    energies, widths = np.linspace(0.15, 2.0, count), np.linspace(0.2, widest, count + 1)
    return table({"energy": (energies, "eV"), "width": (widths, "nm")}, transmissions(energies, widths))


def periods(count: int = 13) -> xr.Dataset:
    """Periods over six decades against a geometric axis, with two further theories, one of which knows nothing."""
    barriers = np.geomspace(0.5, 32.0, count)
    exact = 30 * np.exp(2.3 * np.sqrt(barriers))
    further = {"wkb": 1.07 * exact, "instanton": np.full(count, np.nan)}
    return table({"barrier": (barriers, "natural")}, exact, "tunneling_period", "natural", True, further)


def samples(barriers: int = 0, count: int = 60) -> xr.Dataset:
    """ln T spread like a normal curve, for one number of barriers or for each up to `barriers`."""
    numbers = np.arange(1, max(barriers, 1) + 1)
    logarithms = np.random.default_rng(1).normal(-2.0, 0.8, (len(numbers), count)) * numbers[:, None]
    exact = np.exp(-np.abs(logarithms))
    if not barriers:
        return table({"sample": (np.arange(count), "-")}, exact[0], relative=True)
    return table({"barriers": (numbers, "1"), "sample": (np.arange(count), "-")}, exact, relative=True)


def spoiled(dataset: xr.Dataset) -> xr.Dataset:
    """The same with the second row failed, the third one missed and the last one not yet done."""
    found = dataset.copy(deep=True)
    status = found["status"].values.reshape(-1)
    status[1], status[2], status[-1] = 3, 2, 0
    name = next(iter(dataset.data_vars))
    for column in (name, f"{name}_error"):
        found[column].values.reshape(-1)[[1, -1]] = np.nan
    return found
