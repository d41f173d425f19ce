"""What objects say of themselves: one line at a prompt, a table as the command prints it, units as they were written."""

import dataclasses
import importlib
import inspect
import pickle
import pydoc
import sys
from typing import Any

import jax
import numpy as np
import pytest

import wavesim as ws
from wavesim import reports
from wavesim.units import Unit, UnitSystem, eV, fs, nm


@pytest.fixture(scope="module")
def problem():
    barrier = ws.potentials.RectangularBarrier(height=0.30 * eV, width=1.0 * nm)
    packet = ws.states.GaussianPacket.with_energy(0.25 * eV, center=-10 * nm, width=2 * nm)
    return ws.Problem(barrier, packet)


@pytest.fixture(scope="module")
def report(problem):
    return ws.certify(problem, tolerance=1e-2)


def test_units_are_plain_numbers_that_remember_how_they_were_written():
    height = 0.30 * eV
    assert repr(height) == "0.3 * eV" and str(-height / 2) == "-0.15 eV"
    assert float(height) == 0.30 * float(eV)
    # everything else is a plain number: a sum has no single unit, and an array forgets it
    for plain in (height + eV, height * nm, 1 / height, height**2, np.ones(2) * height):
        assert not isinstance(plain, Unit)
    assert pickle.loads(pickle.dumps(height)).symbol == "eV"
    assert jax.jit(lambda x: 2.0 * x)(height) == 2.0 * float(height)
    assert jax.grad(lambda x: x**2)(height) == pytest.approx(2 * float(height), rel=1e-15)


def test_a_problem_is_shown_in_the_units_in_which_it_was_written(problem):
    assert (problem.shown_in.length, problem.shown_in.energy, problem.shown_in.time) == ("nm", "eV", "fs")
    assert problem.replace("potential.height", 300 * ws.units.meV).shown_in.energy == "meV"
    natural = ws.Problem(ws.potentials.Harmonic(1.0), ws.states.GaussianPacket(0.0, 1.0, 0.0))
    assert natural.shown_in == UnitSystem(natural=True)
    assert dataclasses.replace(natural, units=UnitSystem(energy="keV")).shown_in.energy == "keV"
    scenario = ws.load_scenario("resonant_tunneling_diode")
    assert scenario.problem.shown_in == scenario.units


def test_a_report_prints_as_the_command_prints_it(report):
    assert str(report) == "\n".join(
        [reports.report_text(report, report.units, []), *(f"warning: {text}" for text in report.warnings)]
    )
    assert " nm apart" in str(report) and " chebyshev steps of dt = " in str(report)
    assert " nm wide at each end" in str(report.result)


def test_a_report_gives_its_numbers_by_name(report):
    quantity = report["transmitted_probability"]
    assert quantity is report.headline and float(quantity) == quantity.value
    assert set(report) == set(report.to_dict()) == set(report.quantities)
    assert report.to_dict()["transmitted_probability"]["value"] == quantity.value
    with pytest.raises(ws.WavesimError, match="did you mean 'transmitted_probability'"):
        report["transmited_probability"]


def test_a_report_without_a_run_says_that_it_has_no_record(report):
    computed = dataclasses.replace(report, record=None)
    assert report.result is report.record and computed.complete
    with pytest.raises(ws.WavesimError, match="nothing was propagated for this report; read its `quantities`"):
        print(computed.result)


def test_every_repr_is_one_short_line(problem, report):
    scenario = ws.load_scenario("wkb_gallery")
    shown = [
        problem, report, report.result, report.headline, ws.plan(problem), scenario, *report.curves.values(),
        *ws.schemes.SCHEMES.values(), ws.potentials.Sampled(tuple(np.linspace(0, 1, 500)), -1.0, 1.0), report.result.numerics,
        *(case.problem for case in scenario.cases),
    ]  # fmt: skip
    for node in shown:
        assert len(repr(node)) < 300 and "\n" not in repr(node), type(node)
    assert repr(problem.potential) == "RectangularBarrier(height=0.3 * eV, width=1 * nm)"


def test_a_report_shows_table_and_picture_in_a_notebook(report):
    page = report._repr_html_()
    assert "<table>" in page and "transmitted probability" in page and "data:image/png;base64," in page
    assert report.plot(title="a title")._repr_png_()[:4] == b"\x89PNG"
    assert "<table>" in report.result._repr_html_() and "<table>" in report.result.problem._repr_html_()


def test_a_picture_is_saved_where_it_is_wanted(report, tmp_path):
    assert report.result.plot().save(tmp_path / "run.png").read_bytes()[:4] == b"\x89PNG"


def test_to_xarray_has_the_units_of_the_problem(report):
    dataset = report.to_xarray()
    assert dataset.x.attrs["units"] == "nm" and dataset.time.attrs["units"] == "fs"
    assert float(dataset.x[0]) == pytest.approx(float(report.result.numerics.grid.lower[0]) / nm, rel=1e-12)
    assert "psi" in report.result.to_xarray()


def test_a_saved_run_keeps_its_units(problem, report, tmp_path):
    kept = dataclasses.replace(problem, units=UnitSystem(energy="meV"))
    file = ws.save(dataclasses.replace(report.result, problem=kept), tmp_path / "result.nc")
    assert ws.load(file).problem == kept


def test_resampled_psi_is_the_same_function():
    """Lab note: a Gaussian of width 1 and momentum 2 on 64 points of (-10, 10). Its spectrum ends (below rounding) at
    2 + 6.1 < pi/spacing = 10.05, so that its Fourier series is the function itself: 1e-9 for 8 sigma of a tail e^-16.
    """
    packet = ws.states.GaussianPacket(center=0.0, width=1.0, momentum=2.0)
    grid = ws.Grid.line(-10.0, 10.0, 64)
    result = ws.propagate(ws.Problem(ws.potentials.Free(), packet, 0.1), grid=grid, absorber=None, frames=2)
    fine = result.resampled(1000)
    x = fine.numerics.grid.x
    exact = (2 * np.pi) ** -0.25 * np.exp(-(x**2) / 4 + 2j * x)
    assert np.abs(fine.psi[0] - exact).max() < 1e-9
    assert fine.final.shape == (1000,) and np.abs(fine.final).max() > 0
    assert result.resampled(64).final == pytest.approx(result.final, abs=1e-14)
    with pytest.raises(ws.WavesimError, match="at least 64"):
        result.resampled(63)


def test_a_run_goes_on_from_another_ones_last_psi():
    """Lab note: a packet of width 1 and momentum 3 in a harmonic well of frequency 1, for 1.0 and again for 1.5, against 2.5 at once.
    psi is compared, not its square: interpolation 1e-7, two plans of 1e-8 each, so 1e-6; the phase counts.
    """
    start = ws.Problem(ws.potentials.Harmonic(1.0), ws.states.GaussianPacket(0.5, 1.0, 3.0), duration=2.5)
    grid = ws.Grid.line(-16.0, 16.0, 192)
    numerics: Any = dict(tolerance=1e-8, grid=grid, frames=1)
    whole = ws.propagate(start, **numerics)
    first = ws.propagate(start.replace("duration", 1.0), **numerics)
    second = ws.propagate(start.replace("duration", 1.5).continued(first), **numerics)
    assert np.abs(second.final - whole.final).max() < 1e-6
    # and on a grid of other points
    other = ws.propagate(
        start.replace("duration", 1.5).continued(first), tolerance=1e-8, grid=ws.Grid.line(-15.0, 15.5, 200), frames=1
    )
    line = whole.numerics.grid
    waves = np.exp(1j * line.momentum[0] * (np.asarray(other.numerics.grid.x)[:, None] - line.lower[0]))
    exact = waves @ np.fft.fft(whole.final) / len(whole.final)
    assert np.abs(other.final - exact).max() < 1e-6


def test_moving_potentials_are_not_continued():
    driven = ws.potentials.Driven(ws.potentials.Harmonic(1.0), force=0.1, frequency=1.0)
    problem = ws.Problem(driven, ws.states.GaussianPacket(0.5, 1.0, 0.0), duration=0.1)
    result = ws.propagate(problem, grid=ws.Grid.line(-10.0, 10.0, 64), frames=1, absorber=None)
    with pytest.raises(ws.WavesimError, match="begins at 0 again"):
        problem.continued(result)


# what a type checker would refuse as well
untyped: Any = ws
PACKET = ws.states.GaussianPacket(-20.0, 3.0, 1.2)


@pytest.mark.parametrize(
    ("call", "cure"),
    [
        (lambda: untyped.Problem(lambda x: x**2, PACKET), "Expression"),
        (lambda: untyped.Problem(np.ones(5), PACKET), "Sampled"),
        (lambda: untyped.Problem(untyped.potentials.Free, PACKET), r"Free\(\.\.\.\)"),
        (lambda: untyped.Problem(untyped.potentials.Free(), np.ones(5)), "SampledState"),
        (lambda: untyped.Problem(untyped.potentials.Free(), lambda x: x), "WaveFunction"),
        (lambda: untyped.certify("rectangular_barrier"), "load_scenario"),
        (lambda: untyped.certify(untyped.load_scenario("rectangular_barrier")), r"its \.problem"),
        (lambda: untyped.propagate(untyped.load_scenario("rectangular_barrier")), r"its \.problem"),
        (lambda: untyped.plan("rectangular_barrier"), "load_scenario"),
        (
            lambda: untyped.certify(untyped.Problem(untyped.potentials.Free(), PACKET), tol=1e-3),
            "did you mean tolerance=",
        ),
        (
            lambda: untyped.animate(untyped.Problem(untyped.potentials.Free(), PACKET)),
            "what certify or propagate returned",
        ),
        (lambda: untyped.Grid(-100, 100, 1024), r"Grid\.line"),
    ],
)
def test_what_is_of_another_kind_is_refused_with_the_cure(call, cure):
    with pytest.raises(ws.WavesimError, match=cure):
        call()


def test_a_value_is_quoted_as_it_was_written():
    with pytest.raises(ws.WavesimError, match="must be positive, but is -1 nm;"):
        ws.potentials.RectangularBarrier(height=0.3 * eV, width=-1 * nm)


def test_help_shows_what_there_is():
    assert {"certify", "potentials", "Problem"} <= set(dir(ws)) and set(ws.__all__) <= set(dir(ws))
    for name in ws.__all__:
        assert inspect.getdoc(getattr(ws, name)), name
    for room in (ws.potentials, ws.states, ws.observables, ws.analysis):
        # imports of a room are no part of it
        assert not {"Any", "ClassVar", "np", "dataclasses", "annotations"} & set(dir(room)), room
    assert float(fs) > 0


@pytest.mark.parametrize("name", ws._ROOMS)
def test_help_of_a_room_lists_its_public_names(name):
    """Every class and function has an entry of its own, and no module of Python's or of the package's own is among the names."""
    room = importlib.import_module(f"wavesim.{name}")
    words = pydoc.plain(pydoc.render_doc(room))
    public = [one for one in dir(room) if not one.startswith("_")]
    assert public == sorted(getattr(room, "__all__", public))
    for one in public:
        value = getattr(room, one)
        assert not inspect.ismodule(value), one
        if inspect.isclass(value) or inspect.isfunction(value):
            entry = f"class {one}" if inspect.isclass(value) else f"{one}("
            assert f"\n    {entry}" in words or f"\n    {one} = " in words, one


def test_how_a_problem_is_shown_is_no_part_of_its_structure(problem):
    """Rows of a sweep share their programs whatever their units, and what is put together again keeps them."""
    other = dataclasses.replace(problem, units=UnitSystem(energy="meV"))
    assert jax.tree.structure(other) == jax.tree.structure(problem)
    assert jax.tree.map(lambda x: x, other).units == other.units


def test_names_can_be_looked_at_where_anywidget_is_missing(monkeypatch):
    """Set-up: a plain install. Formula: every public name is there, for help(wavesim) and a star; a page in a notebook is refused with its cure."""
    monkeypatch.setitem(sys.modules, "anywidget", None)
    monkeypatch.delitem(sys.modules, "wavesim.explorer._widget", raising=False)
    assert all(hasattr(ws, name) for name in ws.__all__)
    with pytest.raises(ws.errors.MissingPackage, match="pip install 'wavesim\\[notebook\\]'"):
        ws.Explorer("double_barrier")
