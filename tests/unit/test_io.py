"""Results to netCDF and back: every number exact in natural units, units written out, whole files only."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest
import xarray

from wavesim import units
from wavesim._typing import DIMENSIONLESS, ENERGY
from wavesim.analysis import Curve, Quantity, Report
from wavesim.errors import WavesimError
from wavesim.grid import Grid
from wavesim.io import _dataset, attributes, load, save, to_xarray
from wavesim.io._netcdf import netcdf, variables_of
from wavesim.observables import Autocorrelation, Position, ProbabilityIn
from wavesim.potentials import Driven, EckartBarrier, Free, RectangularBarrier, Separable, SmoothFunction
from wavesim.problem import Problem
from wavesim.propagation import Result, propagate
from wavesim.regions import Beyond
from wavesim.states import GaussianPacket, Product

MEASURE = {"position": Position(), "right": ProbabilityIn(Beyond(0.0)), "echo": Autocorrelation()}
PACKET = GaussianPacket(center=-8.0, width=1.5, momentum=2.0)


def run(potential=None, **fixed) -> Result:
    """A packet against a barrier, 6 frames on 128 points."""
    problem = Problem(potential or RectangularBarrier(1.0, 1.5), PACKET, duration=6.0, measure=MEASURE)
    return propagate(problem, tolerance=1e-2, grid=Grid.line(-20, 20, 128), frames=6, **fixed)


def same(one: Result, other: Result, rtol: float = 0.0) -> None:
    """Every array and every number is the same."""
    assert (one.problem, one.numerics, one.complete, one.wall_s, one.device) == (
        other.problem, other.numerics, other.complete, other.wall_s, other.device,
    )  # fmt: skip
    assert one.series.keys() == other.series.keys()
    pairs = [(getattr(one, name), getattr(other, name)) for name in ("times", "psi", "absorbed", "final")]
    for a, b in (*pairs, *((one.series[name], other.series[name]) for name in one.series)):
        assert a.dtype == b.dtype and a.shape == b.shape
        np.testing.assert_allclose(a, b, rtol=rtol, atol=0)


@pytest.mark.parametrize(
    "method", [{}, {"scheme": "srkn11b"}, {"save_psi": False}, {"absorber": None}, {"precision": "single"}]
)
def test_round_trip(method: dict, tmp_path: Path) -> None:
    result = run(**method)
    same(load(save(result, tmp_path / "result.nc")), result)
    assert [item.name for item in tmp_path.iterdir()] == ["result.nc"]


def test_round_trip_of_a_driven_problem(tmp_path: Path) -> None:
    result = run(Driven(EckartBarrier(1.0, 1.0), force=0.01, frequency=1.0))
    same(load(save(result, tmp_path / "result.nc")), result)


def test_psi_of_a_plane_is_rounded_in_the_file_and_nothing_else_is(tmp_path: Path) -> None:
    """Half of the bytes or less, of which a third is exact; 2^-20 of the largest value, both ways, is 1.4e-6 of it."""
    state = Product((PACKET, GaussianPacket(0.0, 2.0, 0.0)))
    problem = Problem(Separable((EckartBarrier(1.0, 1.0), Free())), state, duration=6.0, measure=MEASURE)
    grid = Grid((-20.0, -12.0), (0.3125, 0.375), (128, 64))
    result = propagate(problem, tolerance=1e-2, grid=grid, frames=6, absorber=None)
    path = save(result, tmp_path / "result.nc")
    again = load(path)
    assert np.max(np.abs(again.psi - result.psi)) < 1.5e-6 * np.max(np.abs(result.psi))
    same(dataclasses.replace(again, psi=result.psi), result)
    assert path.stat().st_size < result.psi.nbytes / 2


def test_units_are_those_of_the_scenario_and_the_norm_holds_in_them(tmp_path: Path) -> None:
    shown = units.UnitSystem(length="nm", energy="meV", time="fs")
    result = run()
    path = save(result, tmp_path / "result.nc", units=shown, provenance={"scenario_hash": "abc"})
    with xarray.open_dataset(path, engine="h5netcdf") as data:
        assert data["x"].attrs["units"] == "nm" and data["potential"].attrs["units"] == "meV"
        assert data["series_position"].attrs == {"long_name": "position", "units": "nm"}
        assert float(data["x"][0]) == pytest.approx(-20 / units.nm, rel=1e-12)
        sampled = np.asarray(result.problem.potential.sample(result.numerics.grid)) / units.meV
        np.testing.assert_allclose(data["potential"], sampled, rtol=1e-12)
        density = np.abs(data["psi"].values[0]) ** 2
        assert float(np.sum(density)) * float(data["x"][1] - data["x"][0]) == pytest.approx(1, abs=1e-12)
        assert data["psi"].dims == ("frame_time", "x") and data["series_right"].dims == ("time",)
    # through units and back costs rounding only
    same(load(path), result, rtol=1e-14)
    assert attributes(path)["scenario_hash"] == "abc" and {"wavesim", "jax", "numpy", "created"} <= set(
        attributes(path)
    )


def test_large_psi_is_thinned_and_the_series_are_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run()
    monkeypatch.setattr(_dataset, "_MOST_BYTES", result.psi.nbytes / 2)
    data = to_xarray(result)
    assert (data.sizes["frame_time"], data.sizes["time"]) == (4, 7)
    thin = load(save(result, tmp_path / "result.nc"))
    np.testing.assert_array_equal(thin.psi, result.psi[::2])
    np.testing.assert_array_equal(thin.times, result.times[::2])
    np.testing.assert_array_equal(thin.series["right"], result.series["right"][::2])
    assert (thin.numerics.frames, thin.steps_done) == (3, result.steps_done)


def test_a_python_function_has_to_be_given_again(tmp_path: Path) -> None:
    result = run(SmoothFunction(lambda x, height: height * jnp.exp(-(x**2)), 1.0, span=(-3.0, 3.0)))
    path = save(result, tmp_path / "result.nc")
    with pytest.raises(WavesimError, match="Python function"):
        load(path)
    same(load(path, problem=result.problem), result)


@pytest.mark.parametrize("keep", [0, 100, 0.5, 0.98])
def test_a_truncated_file_is_refused_in_one_sentence(keep: float, tmp_path: Path) -> None:
    path = save(run(), tmp_path / "result.nc")
    whole = path.read_bytes()
    path.write_bytes(whole[: int(keep if keep >= 1 or keep == 0 else keep * len(whole))])
    with pytest.raises(WavesimError, match="damaged") as caught:
        load(path)
    assert "\n" not in str(caught.value)


def test_foreign_files_are_refused(tmp_path: Path) -> None:
    foreign = tmp_path / "other.nc"
    xarray.Dataset({"a": ("x", [1.0])}).to_netcdf(foreign, engine="h5netcdf")
    with pytest.raises(WavesimError, match="must be a result of wavesim"):
        load(foreign)
    with pytest.raises(WavesimError, match="no such file"):
        load(tmp_path / "absent.nc")
    changed = to_xarray(run()).drop_vars("psi_final")
    changed.to_netcdf(foreign, engine="h5netcdf")
    with pytest.raises(WavesimError, match="its digest differs"):
        load(foreign)
    # whoever makes the digest anew has to hold what a result needs all the same
    foreign.write_bytes(netcdf(variables_of(changed), changed.attrs))
    with pytest.raises(WavesimError, match="psi_final"):
        load(foreign)


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WavesimError, match="must be a place that can be written"):
        save(run(), tmp_path / "file" / "result.nc")


def test_an_interrupted_run_is_kept_as_such(tmp_path: Path) -> None:
    whole = run()
    series = {name: values[:4] for name, values in whole.series.items()}
    part = dataclasses.replace(
        whole, times=whole.times[:4], psi=whole.psi[:4], absorbed=whole.absorbed[:4], series=series, complete=False
    )
    same(load(save(part, tmp_path / "result.nc")), part)


def test_a_report_without_a_run_is_kept_with_its_numbers_and_curves(tmp_path: Path) -> None:
    """Lab note: T along 3 energies in eV, a second curve along 2 others, which need a coordinate of their own."""
    energies, other = np.array([1.0, 2.0, 3.0]) * units.eV, np.array([1.0, 5.0]) * units.eV
    along = ("energy", ENERGY)
    bar = np.array([1e-3, 2e-3, 3e-3])
    curves = {
        "transmission": Curve("transmission", energies, energies / 4, ENERGY, {"wkb": energies / 5}, bar, along),
        "rate": Curve("rate", other, np.array([0.5, 0.25]), DIMENSIONLESS, {}, 1e-5, along),
    }
    quantities = {"gap": Quantity("gap", 2.0 * units.eV, 0.1 * units.eV, ENERGY, {}, {"levels": 2.05 * units.eV})}
    report = Report(None, 1e-4, quantities, curves, (), 0, 0, 0.0)
    path = save(report, tmp_path / "result.nc", units=units.UnitSystem())
    with xarray.open_dataset(path, engine="h5netcdf") as data:
        assert data["energy"].values == pytest.approx([1, 2, 3]) and data["energy"].attrs["units"] == "eV"
        assert data["curve_transmission"].dims == data["theory_transmission_wkb"].dims == ("energy",)
        assert data["theory_transmission_wkb"].values == pytest.approx([0.2, 0.4, 0.6])
        assert data["curve_transmission_error"].values == pytest.approx(bar / units.eV)
        assert data["energy_rate"].values == pytest.approx([1, 5])
        assert data["curve_rate"].dims == ("energy_rate",) and data["curve_rate_error"].dims == ()
        gap = data["quantity_gap"]
        assert (float(gap), gap.attrs["error"], gap.attrs["theory_levels"]) == pytest.approx((2.0, 0.1, 2.05))
    with pytest.raises(WavesimError, match="must hold a run"):
        load(path)


def test_a_report_adds_its_curves_to_the_record(tmp_path: Path) -> None:
    result = run()
    shares = np.linspace(0, 1, len(result.times))
    curve = Curve("transmitted_probability", result.times, shares, DIMENSIONLESS, {"free": shares**2}, 1e-3)
    quantity = Quantity("transmitted_probability", 1.0, 1e-3, DIMENSIONLESS)
    report = Report(result, 1e-4, {quantity.name: quantity}, {curve.name: curve}, (), 1, 1, 0.1)
    path = save(report, tmp_path / "result.nc")
    with xarray.open_dataset(path, engine="h5netcdf") as data:
        assert data["curve_transmitted_probability"].dims == ("time",)
        assert data["theory_transmitted_probability_free"].values == pytest.approx(shares**2)
        assert float(data["curve_transmitted_probability_error"]) == 1e-3
    same(load(path), result)
