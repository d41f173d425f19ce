"""Tables in files: columns, units and order; what is refused; contents that hold their numbers; planes from arrays."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.interpolate import CubicSpline

from wavesim import Grid, Problem, plan
from wavesim._tables import LARGEST
from wavesim.errors import ArgumentError, ScenarioError
from wavesim.io._codec import decoded, encoded
from wavesim.potentials import Sampled, SampledPlane
from wavesim.scenario import load_scenario, read_scenario
from wavesim.states import GaussianPacket, SampledState
from wavesim.sweeps._file import Sweep
from wavesim.units import angstrom, cm, eV, hc, meV, nm

X = np.linspace(-3.0, 3.0, 13)
V = 300 * np.exp(-(X**2) / 2)


def text(header: str, mark: str = ",", rows: Any = None) -> str:
    lines = [mark.join(map(repr, map(float, row))) for row in (np.c_[X, V] if rows is None else rows)]
    return "\n".join([header, *lines] if header else lines) + "\n"


def scenario(folder: Path, table: str, name: str = "v.csv", more: str = "", units: str = "") -> Any:
    (folder / name).write_text(table)
    state = 'center = "-40 nm"\nwidth = "5 nm"\nenergy = "0.1 eV"'
    if units:
        state = "center = -40\nwidth = 5\nmomentum = 1"
    (folder / "s.toml").write_text(
        f'format = 1\ntitle = "t"\n{units}\n[potential]\nkind = "sampled"\nfile = "{name}"\n{more}\n[state]\nkind = "gaussian_packet"\n{state}\n'
    )
    return load_scenario(folder / "s.toml")


@pytest.mark.parametrize(
    "table",
    [
        text("x (nm),V (meV)"),
        text("x [nm];V [meV]", ";"),
        text("x/nm\tV/meV", "\t"),
        text("# by hand\n# x (nm) V (meV)", " ").replace("\n0.0", "\n\n# middle\n0.0"),
        text('"position (nm)","potential (meV)"'),
        text("V (meV),x (nm)", rows=np.c_[V, X]),
        text("x (nm),V (meV)", rows=np.c_[X, V][::-1]),
        text("n,x (nm),V (meV),E (meV),", rows=np.c_[0 * X, X, V, 9 + V]),
        "\ufeff" + text("x (nm),V (meV)").replace("\n", "\r\n"),
        text("x (angstrom),V (eV)", rows=np.c_[10 * X, V / 1000]),
    ],
    ids=["comma", "semicolon", "tab", "numpy", "quoted", "swapped", "falling", "named", "excel", "others"],
)
def test_columns_by_name_unit_and_order(tmp_path: Path, table: str) -> None:
    """However it is written, the same 13 points; a scenario and a script read the same."""
    potential = scenario(tmp_path, table).problem.potential
    assert np.asarray(potential.positions) == pytest.approx(X * nm, rel=1e-12)
    assert np.asarray(potential.values) == pytest.approx(V * meV, rel=1e-12)
    again = Sampled(file=str(tmp_path / "v.csv"))
    assert np.array_equal(np.asarray(again.positions), potential.positions)
    assert np.array_equal(again.values, potential.values)
    assert again.file is None


def test_the_units_of_a_table_are_the_units_of_the_answer(tmp_path: Path) -> None:
    made = scenario(tmp_path, text("x (angstrom),V (1/cm)"))
    assert np.asarray(made.problem.potential.values)[6] == pytest.approx(300 * hc / cm, rel=1e-12)
    assert np.asarray(made.problem.potential.positions)[0] == pytest.approx(-3 * angstrom, rel=1e-12)
    assert made.units.length == "angstrom"


def test_natural_units_have_no_header(tmp_path: Path) -> None:
    made = scenario(tmp_path, text(""), units='units = "natural"')
    assert np.array_equal(made.problem.potential.values, V)
    with pytest.raises(ScenarioError, match=r"potential\.file must hold plain numbers in natural units"):
        scenario(tmp_path, text("x (nm),V (eV)"), units='units = "natural"')


def test_layers_hold_up_to_the_next_row(tmp_path: Path) -> None:
    """V of a row holds from its x to the next row's; that of the last goes on."""
    made = scenario(tmp_path, "x (nm),V (eV)\n0,0.3\n2,0\n7,0.3\n9,0\n", more='interpolation = "layers"')
    potential = made.problem.potential
    assert potential.edges == pytest.approx((2 * nm, 7 * nm, 9 * nm)) and potential.asymptotes() == (0.3 * eV, 0.0)
    at = np.asarray(potential.value((np.array([-1.0, 1.0, 3.0, 8.0, 20.0]) * nm,)))
    assert at == pytest.approx([0.3 * eV, 0.3 * eV, 0.0, 0.3 * eV, 0.0])


def test_the_content_holds_the_numbers(tmp_path: Path) -> None:
    """Without its table a scenario's content reads the same, and another table is another content."""
    made = scenario(tmp_path, text("x (nm),V (meV)"))
    (tmp_path / "v.csv").unlink()
    again: Any = read_scenario("s", json.loads(made.content))
    assert np.array_equal(again.problem.potential.values, made.problem.potential.values)
    assert scenario(tmp_path, text("x (nm),V (eV)")).hash != made.hash


def test_sweeps_hold_the_numbers_too(tmp_path: Path) -> None:
    scenario(tmp_path, text("x (nm),V (meV)"))
    (tmp_path / "w.csv").write_text(text("x (nm),V (eV)"))
    head = 'format = 1\ntitle = "t"\nscenario = "s.toml"\nmeasure = "transmitted_probability"\n[axes]\n'
    (tmp_path / "a.toml").write_text(head + '"state.energy" = ["0.1 eV", "0.2 eV"]\n')
    rows = Sweep.read(tmp_path / "a.toml")
    tables = '[{ kind = "sampled", file = "v.csv" }, { kind = "sampled", file = "w.csv" }]'
    (tmp_path / "b.toml").write_text(head + f"potential = {tables}\n")
    other = Sweep.read(tmp_path / "b.toml")
    (tmp_path / "c.toml").write_text(head + '"potential.file" = ["v.csv", "w.csv"]\n')
    with pytest.raises(ScenarioError, match=r"axes\.potential\.file must not vary by itself"):
        Sweep.read(tmp_path / "c.toml")
    (tmp_path / "v.csv").unlink()
    (tmp_path / "w.csv").unlink()
    assert np.asarray(rows.request(1).problem.potential.values)[6] == pytest.approx(300 * meV)  # type: ignore[attr-defined]
    assert np.asarray(other.request(1).problem.potential.values)[6] == pytest.approx(300 * eV)  # type: ignore[attr-defined]


def test_vary_reads_one_table_for_each_case(tmp_path: Path) -> None:
    scenario(tmp_path, text("x (nm),V (meV)"))
    (tmp_path / "w.csv").write_text(text("x (nm),V (eV)"))
    file = (tmp_path / "s.toml").read_text() + '[vary]\n"potential.file" = ["v.csv", "w.csv"]\n'
    (tmp_path / "s.toml").write_text(file)
    cases = load_scenario(tmp_path / "s.toml").cases
    assert [float(case.problem.potential.values[6]) for case in cases] == pytest.approx([300 * meV, 300 * eV])  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("x,V\n0,0\n1,1\n2,1\n3,0\n", r"must have a unit for each column.*v\.csv has none for the positions"),
        ("0,0\n1,1\n2,1\n3,0\n", "must have a unit for each column"),
        ("x (nm),V (eV)\n0,0\n1,a\n", r"must hold nothing but numbers.*line 3 of v\.csv is '1,a'"),
        ("x (nm),V (eV)\n0,0\n1\n", "line 3 of v.csv is '1'; give 2 numbers like the others"),
        ("x (nm),V (eV)\n0,0\n1,nan\n", "must hold finite numbers, but line 3"),
        ("x (nm),V (nm)\n0,0\n1,1\n", "gives the potential in 'nm', which is no unit of energy"),
        ("x (nm),V (ev)\n0,0\n1,1\n", "gives the potential in 'ev', which is no unit"),
        ("a (nm),b (eV),c\n0,0,0\n", "must have 2 columns, or a header that names them"),
        ("nothing\n", "must hold rows of numbers"),
        (
            "x (nm),V (eV)\n0,0\n2,1\n1,0\n3,0\n",
            r"potential\.file must hold positions in order, but line 4 of v\.csv has 1 after 2",
        ),
        (
            "x (nm),V (eV)\n0,0\n\n1,1\n1,2\n3,0\n",
            r"each position once, but line 5 of v\.csv has 1 again, as line 4 has",
        ),
        ("x (nm),V (eV)\n0,0\n1,1\n", r"potential\.values must be four or more"),
        ("1,2\n" * (LARGEST // 4 + 1), "must have at most 1,000,000 characters"),
    ],
)
def test_refusals(tmp_path: Path, table: str, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        scenario(tmp_path, table)


def test_files_that_are_none(tmp_path: Path) -> None:
    scenario(tmp_path, text("x (nm),V (meV)"))
    (tmp_path / "v.csv").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(ScenarioError, match=r"potential\.file must be a text file in UTF-8"):
        load_scenario(tmp_path / "s.toml")
    (tmp_path / "v.csv").unlink()
    with pytest.raises(ScenarioError, match=r"v\.csv cannot: No such file"):
        load_scenario(tmp_path / "s.toml")
    with pytest.raises(ScenarioError, match="must stand alone, but stands beside `values`"):
        load_scenario(tmp_path / "s.toml", set=["potential.values=[1,2,3,4]"])
    with pytest.raises(ArgumentError, match="must be given, but are missing"):
        Sampled()


# planes -------------------------------------------------------------------------------------------------------------------------

SIDES = np.linspace(-2.0, 2.0, 9), np.linspace(-1.5, 2.5, 7)
SURFACE = np.cos(SIDES[0])[:, None] * np.sin(1 + SIDES[1])
PLANE = SampledPlane(tuple(map(tuple, SURFACE)), (-2.0, -1.5), (2.0, 2.5))


def test_a_plane_is_a_spline_along_each_axis() -> None:
    """scipy's cubic splines with slope 0 at both ends, along y and then along x: the same number anywhere; rounding, 1e-13."""
    x, y = np.linspace(-2.5, 2.5, 23), np.linspace(-2.0, 3.0, 19)
    inner = CubicSpline(SIDES[1], SURFACE, axis=1, bc_type="clamped")(np.clip(y, -1.5, 2.5))
    right = CubicSpline(SIDES[0], inner, axis=0, bc_type="clamped")(np.clip(x, -2.0, 2.0))
    assert np.abs(np.asarray(PLANE.value((jnp.asarray(x[:, None]), jnp.asarray(y[None, :])))) - right).max() < 1e-13
    grid = Grid.product(Grid.line(-2.0, 2.0, 8), Grid.line(-1.5, 2.5, 6))
    assert np.asarray(PLANE.sample(grid)).shape == (8, 6) and PLANE.dimension == 2
    assert PLANE.extent(1, 1e-3) == (-1.5, 2.5) and PLANE.asymptotes() == pytest.approx((SURFACE[0].min(),) * 2)


def test_planes_from_arrays_and_tables(tmp_path: Path) -> None:
    """A .npy file with its unit and corners, and a CSV with a row for each point in any order, are the same V."""
    np.save(tmp_path / "v.npy", 1000 * SURFACE)
    rows = [(x, y, v) for x, line in zip(SIDES[0], SURFACE, strict=True) for y, v in zip(SIDES[1], line, strict=True)]
    (tmp_path / "v.csv").write_text(text("x (nm),y (nm),V (eV)", rows=sorted(rows, key=lambda row: row[2])))
    head = 'format = 1\ntitle = "t"\n[state]\nkind = "eigenstate"\n[potential]\nkind = "sampled_plane"\n'
    (tmp_path / "a.toml").write_text(
        head + 'file = "v.npy"\nunit = "meV"\nlower = ["-2 nm", "-1.5 nm"]\nupper = ["2 nm", "2.5 nm"]\n'
    )
    (tmp_path / "b.toml").write_text(head + 'file = "v.csv"\n')
    one, other = (load_scenario(tmp_path / name) for name in ("a.toml", "b.toml"))
    assert np.asarray(one.problem.potential.values) == pytest.approx(SURFACE * eV, rel=1e-12)  # type: ignore[attr-defined]
    assert np.asarray(other.problem.potential.values) == pytest.approx(SURFACE * eV, rel=1e-12)  # type: ignore[attr-defined]
    assert one.problem.potential.lower == pytest.approx(other.problem.potential.lower)  # type: ignore[attr-defined]
    (tmp_path / "v.npy").unlink()
    again = read_scenario("a", json.loads(one.content)).problem.potential
    assert np.array_equal(again.values, one.problem.potential.values)  # type: ignore[attr-defined]
    with pytest.raises(ScenarioError, match=r"potential\.file must hold each point of its mesh of 9 x 7 once"):
        (tmp_path / "v.csv").write_text(text("x (nm),y (nm),V (eV)", rows=rows[:-1]))
        load_scenario(tmp_path / "b.toml")
    with pytest.raises(ScenarioError, match=r"potential\.file must hold the points of an equally spaced mesh"):
        (tmp_path / "v.csv").write_text(text("x (nm),y (nm),V (eV)", rows=[(x**3, y, v) for x, y, v in rows]))
        load_scenario(tmp_path / "b.toml")


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.array([{}, 1], object), "must hold numbers, but v.npy holds 'object'"),
        (SURFACE.astype("U"), "must hold numbers"),
        (SURFACE * np.nan, "must hold finite numbers"),
        (SURFACE[:3], "must be four or more along each of two axes"),
        (SURFACE[0], "must be four or more along each of two axes"),
    ],
)
def test_arrays_that_are_refused(tmp_path: Path, array: np.ndarray, words: str) -> None:
    np.save(tmp_path / "v.npy", array)
    with pytest.raises(ArgumentError, match=words):
        SampledPlane(file=str(tmp_path / "v.npy"), lower=(0.0, 0.0), upper=(1.0, 1.0))


def test_arrays_that_lie_are_refused(tmp_path: Path) -> None:
    """A header that announces more than there is reserves no memory; text with that name is no array; no pickle is ever opened."""
    path = tmp_path / "v.npy"
    np.save(path, SURFACE)
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"(9, 7)", b"(9, 9)"))
    with pytest.raises(ArgumentError, match="must be whole"):
        SampledPlane(file=str(path), lower=(0.0, 0.0), upper=(1.0, 1.0))
    path.write_bytes(whole.replace(b"(9, 7), }      ", b"(9999999, 999)}"))
    with pytest.raises(ArgumentError, match="must hold at most 4,000,000 numbers"):
        SampledPlane(file=str(path), lower=(0.0, 0.0), upper=(1.0, 1.0))
    path.write_text("x,y\n")
    with pytest.raises(ArgumentError, match=r"must be an array that numpy\.save wrote, but v\.npy is none"):
        SampledPlane(file=str(path), lower=(0.0, 0.0), upper=(1.0, 1.0))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"upper": (2.0, -2.5)}, "must lie beyond `lower`"),
        ({"upper": (2.0,)}, "must be two lengths"),
        ({"upper": None}, "must be given, but is missing"),
        ({"unit": "meV"}, "must stand beside `file`"),
        ({"values": ((1.0, 2.0), (1.0,))}, "must be rows of numbers, all equally long"),
    ],
)
def test_refusals_of_planes(arguments: dict[str, Any], words: str) -> None:
    given: dict[str, Any] = {"values": SURFACE, "lower": (-2.0, -1.5), "upper": (2.0, 2.5), **arguments}
    with pytest.raises(ArgumentError, match=words):
        SampledPlane(**given)


@pytest.mark.parametrize(
    "thing",
    [
        Sampled((0.0, 0.1, 1 / 3, 0.0), left=-1.0, right=1.0),
        Sampled((0.1, 0.2), interpolation="layers", positions=(0.0, 1.0, 3.0)),
        PLANE,
        SampledState((0.0, 1 / 3, 1.0, 0.0), (0.0, 0.1, 0.2, 0.0), left=-1.0, right=1.0, velocity=0.3),
    ],
    ids=["spline", "layers", "plane", "state"],
)
def test_tables_are_kept_in_results(thing: Any) -> None:
    """What a result's file holds of a table is made into the same table again, to the last bit."""
    again: Any = decoded(json.loads(json.dumps(encoded(thing))))
    for field in dataclasses.fields(thing):
        one, other = (getattr(each, field.name) for each in (thing, again))
        assert np.array_equal(one, other) if isinstance(one, np.ndarray) else one == other


def test_a_fine_table_of_lines_is_planned_by_its_waves() -> None:
    """1201 points 0.01 apart: no grid of 0.003 for the sake of bends that are too small to tell, but that of a packet of momentum 1."""
    x = np.linspace(-6.0, 6.0, 1201)
    lines = Sampled(tuple(0.5 * np.exp(-(x**2) / 2)), left=-6.0, right=6.0, interpolation="linear")
    assert len(lines.edges) > 1000
    assert plan(Problem(lines, GaussianPacket(-25.0, 3.0, 1.0)), 1e-3).numerics.grid.points[0] < 600
