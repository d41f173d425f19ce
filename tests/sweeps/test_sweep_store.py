"""The store of a sweep: what it holds, what it refuses, and that it can be gone on with; its exports."""

from __future__ import annotations

import csv
import dataclasses
import errno
import json
import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tests.sweeps.sweep_toys import FACTS, NAMES, made, parts_of, same_values, toy
from wavesim.errors import MissingPackage, WavesimError
from wavesim.scenario.sweep_files._sweep_axes import SweepAxis
from wavesim.sweeps._answer import Status
from wavesim.sweeps._export import to_csv, to_parquet
from wavesim.sweeps._layout import Layout
from wavesim.sweeps.store._store import Store, read
from wavesim.sweeps.store._table import Table
from wavesim.units import UnitSystem


def filled(path: Path, chunks: int | None = None) -> xr.Dataset:
    """The table of a toy sweep whose first chunks (by default all) are written, or gone on with."""
    sweep, layout = toy()
    with Store.opened(path, sweep, layout, NAMES, FACTS) as store:
        for chunk in store.waiting()[:chunks]:
            store.write(parts_of(layout, chunk))
        return store.dataset()


def test_it_opens_with_xarray_and_nothing_else(tmp_path: Path) -> None:
    filled(tmp_path / "out" / "sweep.zarr")
    table = xr.open_zarr(tmp_path / "out" / "sweep.zarr")
    assert table["gap"].dims == ("kind", "height") and table["gap"].shape == (2, 5)
    assert table["kind"].values.tolist() == ["left", "right"]
    np.testing.assert_array_equal(table["tied"].sel(height=0.2), 10.0)
    assert (table["height"].attrs["units"], table["height"].attrs["long_name"]) == ("eV", "potential.height")
    assert (table["gap"].attrs["units"], table["gap_error"].attrs["units"]) == ("eV", "eV")
    assert (table["tunneling_period"].attrs["units"], table["gap_theory"].attrs["theory"]) == ("fs", "levels, wkb")
    assert "theory" not in table["tunneling_period_theory"].attrs
    assert table["status"].dtype == np.uint8 and table["runs"].dtype == np.int64
    assert {name: table.attrs[name] for name in FACTS} == FACTS
    sweep, _ = toy()
    assert (table.attrs["title"], table.attrs["hash"], table.attrs["content"]) == ("A toy", sweep.hash, sweep.content)
    assert table.attrs["measured"] == list(NAMES)


def test_samples_are_counted(tmp_path: Path) -> None:
    pair = SweepAxis(
        "sample",
        ("potential.height", "state.energy"),
        ("height", "energy"),
        ((1.0, 2.0), ("3 eV", "4 eV")),
        ("eV", "eV"),
    )
    layout = Layout((2,), (2,))
    sweep = made((pair,), layout)
    with Store.opened(tmp_path / "sweep.zarr", sweep, layout, NAMES, FACTS) as store:
        store.write(parts_of(layout, 0))
        table = store.dataset()
    assert table["gap"].dims == ("sample",) and table["sample"].values.tolist() == [0, 1]
    assert table["energy"].values.tolist() == [3.0, 4.0] and table["energy"].attrs["units"] == "eV"
    header = to_csv(table, tmp_path / "sweep.csv").read_text().splitlines()[0]
    assert header.startswith("sample,height (eV),energy (eV),tunneling_period (fs)")


def test_numbers_are_in_the_units_shown(tmp_path: Path) -> None:
    table = filled(tmp_path / "sweep.zarr")
    row, digits = table.isel(kind=0, height=3), np.random.default_rng(3).normal(size=4)
    np.testing.assert_allclose([row["tunneling_period"], row["gap"], row["gap_theory"]], digits[:3], rtol=1e-15)
    assert (int(row["runs"]), int(row["fft_pairs"]), Status(int(row["status"]))) == (3, 3000, Status.GOOD)
    failed = table.isel(kind=0, height=4)
    assert np.isnan(failed["gap"]) and np.isnan(failed["gap_error"])
    assert failed["reason"].item().startswith("row 4 must have a positive width")
    missed = table.isel(kind=1, height=1)
    assert Status(int(missed["status"])) == Status.MISSED and np.isposinf(missed["gap_error"])


def test_a_table_in_memory_is_the_same(tmp_path: Path) -> None:
    sweep, layout = toy()
    with Table(sweep, layout, NAMES, FACTS) as table:
        assert table.waiting() == [0, 1, 2, 3, 4, 5]
        for chunk in (5, 0, 3):
            table.write(parts_of(layout, chunk))
        assert table.waiting() == [1, 2, 4]
        assert table.statuses() == {Status.WAITING: 5, Status.GOOD: 3, Status.MISSED: 1, Status.FAILED: 1}
        for chunk in table.waiting():
            table.write(parts_of(layout, chunk))
        assert same_values(table.dataset(), filled(tmp_path / "sweep.zarr"))


def test_it_goes_on_where_it_was(tmp_path: Path) -> None:
    whole, path = filled(tmp_path / "whole.zarr"), tmp_path / "sweep.zarr"
    assert np.count_nonzero(filled(path, 2)["status"] == Status.WAITING) == 6
    sweep, layout = toy()
    with Store.opened(path, sweep, layout, NAMES, FACTS) as store:
        assert store.waiting() == [2, 3, 4, 5]
        assert store.statuses() == {Status.WAITING: 6, Status.GOOD: 4, Status.MISSED: 0, Status.FAILED: 0}
        # the theory that a later chunk names joins what an earlier writer was told
        store.write(parts_of(layout, 5))
        assert store.dataset()["gap_theory"].attrs["theory"] == "levels, wkb"
    assert same_values(filled(path), whole)
    assert sorted(item.name for item in path.parent.iterdir()) == [
        ".sweep.zarr.lock",
        ".whole.zarr.lock",
        "sweep.zarr",
        "whole.zarr",
    ]


def test_a_chunk_without_a_status_is_done_again(tmp_path: Path) -> None:
    whole, path = filled(tmp_path / "whole.zarr"), tmp_path / "sweep.zarr"
    filled(path)
    (path / "status" / "c" / "0" / "1").unlink()
    # as a writer leaves it that dies over a file
    (tmp_path / ".sweep.zarr.part").write_bytes(b"half a fi")
    sweep, layout = toy()
    with Store.opened(path, sweep, layout, NAMES, FACTS) as store:
        assert store.waiting() == [1]
        store.write(parts_of(layout, 1))
        assert same_values(store.dataset(), whole)
    assert not (tmp_path / ".sweep.zarr.part").exists()


def test_one_writer_and_any_number_of_readers(tmp_path: Path) -> None:
    sweep, layout = toy()
    path = tmp_path / "sweep.zarr"
    with Store.opened(path, sweep, layout, NAMES, FACTS) as store:
        with pytest.raises(WavesimError, match="must have one writer.*wait for it"):
            Store.opened(path, sweep, layout, NAMES, FACTS)
        store.write(parts_of(layout, 0))
        assert int((read(path)["status"] != Status.WAITING).sum()) == 2
    filled(path)


def test_where_it_was_computed_is_told(tmp_path: Path) -> None:
    path = tmp_path / "sweep.zarr"
    filled(path, 1)
    sweep, layout = toy()
    with Store.opened(path, sweep, layout, NAMES, FACTS | {"device": "NVIDIA H200"}) as store:
        assert store.dataset().attrs["device"] == "NVIDIA H200, cpu"
    assert filled(path).attrs["device"] == "NVIDIA H200, cpu"


OTHERS = {
    "more values": (toy(heights=7), NAMES, FACTS, "axes.potential.height had 5 values, now has 7"),
    "another value": (toy(names=("left", "up")), NAMES, FACTS, "axes.potential.kind.1 was right, now is up"),
    "another quantity": (toy(), ("gap",), FACTS, "tunneling_period, tunneling_period_error"),
    "another version": (toy(), NAMES, FACTS | {"wavesim": "0.2.0"}, "wavesim 0.1.0, but this is 0.2.0"),
    "another precision": (toy(), NAMES, FACTS | {"precision": "single"}, "precision double, but this is single"),
}  # fmt: skip


@pytest.mark.parametrize("case", OTHERS)
def test_another_sweep_is_refused(case: str, tmp_path: Path) -> None:
    (sweep, layout), names, facts, words = OTHERS[case]
    path = tmp_path / "sweep.zarr"
    before = filled(path, 2)
    with pytest.raises(WavesimError, match="choose another folder") as refused:
        Store.opened(path, sweep, layout, names, facts)
    assert words in str(refused.value) and "\n" not in str(refused.value)
    assert same_values(read(path), before)
    # the lock is free again
    filled(path)


def test_chunks_of_another_shape_are_refused(tmp_path: Path) -> None:
    filled(tmp_path / "sweep.zarr", 1)
    sweep, layout = toy()
    with pytest.raises(WavesimError, match=r"chunks of \(1, 3\), but .* another version of wavesim wrote it"):
        Store.opened(tmp_path / "sweep.zarr", sweep, dataclasses.replace(layout, chunk=(1, 3)), NAMES, FACTS)


@pytest.mark.parametrize("content", ["empty", "foreign", "newer", "damaged"])
def test_what_is_no_store_is_refused(content: str, tmp_path: Path) -> None:
    path, words = tmp_path / "sweep.zarr", "must be the store of a sweep, but is something else"
    if content == "empty":
        path.mkdir()
    elif content == "foreign":
        xr.Dataset({"x": ("t", [1.0])}).to_zarr(path, zarr_format=3, consolidated=False)
    else:
        filled(path, 1)
        (tmp_path / ".sweep.zarr.lock").unlink()
        description = json.loads((path / "zarr.json").read_text())
        if content == "newer":
            description["attributes"]["sweep_format"], words = 99, "a newer wavesim wrote it in format 99"
        (path / "zarr.json").write_text(json.dumps(description)[: None if content == "newer" else 100])
    before = sorted(tmp_path.rglob("*"))
    sweep, layout = toy()
    for refuse in (lambda: Store.opened(path, sweep, layout, NAMES, FACTS), lambda: read(path)):
        with pytest.raises(WavesimError, match=words):
            refuse()
    assert sorted(tmp_path.rglob("*")) == before


def test_a_store_that_is_not_there() -> None:
    with pytest.raises(WavesimError, match="there is none; check the path"):
        read("absent.zarr")


DAMAGES = {
    "cut short": lambda file: file.write_bytes(file.read_bytes()[:5]),
    "emptied": lambda file: file.write_bytes(b""),
    "deleted": lambda file: file.unlink(),
    "a bit flipped": lambda file: file.write_bytes(bytes([file.read_bytes()[0] ^ 4]) + file.read_bytes()[1:]),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("piece", ["gap/c/0/0", "gap_error/c/0/0", "reason/c/0/0", "gap_theory/c/0/0"])
def test_a_damaged_piece_is_named_and_its_rows_are_done_again(piece: str, damage: str, tmp_path: Path) -> None:
    path = tmp_path / "sweep.zarr"
    whole = filled(path)
    DAMAGES[damage](path / piece)
    with pytest.warns(UserWarning, match=rf"1 piece is damaged or missing \({piece}\): 2 rows wait again"):
        table = read(path)
    waits = table["status"].values == Status.WAITING
    assert waits.sum() == 2 and waits[0, :2].all() and np.isnan(table["gap"].values[waits]).all()
    np.testing.assert_array_equal(table["gap"].values[~waits], whole["gap"].values[~waits])
    sweep, layout = toy()
    with (
        pytest.warns(UserWarning, match=r"\): 2 rows are computed again"),
        Store.opened(path, sweep, layout, NAMES, FACTS) as store,
    ):
        assert store.waiting() == [0]
        store.write(parts_of(layout, 0))
        assert same_values(store.dataset(), whole)


@pytest.mark.parametrize("piece", ["status/c/0/0", "status/zarr.json", "gap/zarr.json", "height/c/0", "tied/c/0"])
def test_what_follows_from_the_sweep_is_mended(piece: str, tmp_path: Path) -> None:
    path = tmp_path / "sweep.zarr"
    whole = filled(path)
    (path / piece).write_text("{}")
    sweep, layout = toy()
    with (
        pytest.warns(UserWarning, match=f"1 piece is damaged or missing .{piece}"),
        Store.opened(path, sweep, layout, NAMES, FACTS) as store,
    ):
        for chunk in store.waiting():
            store.write(parts_of(layout, chunk))
    assert same_values(read(path), whole) and same_values(filled(path), whole)


def test_without_its_labels_a_table_is_no_table(tmp_path: Path) -> None:
    filled(tmp_path / "sweep.zarr")
    (tmp_path / "sweep.zarr" / "height" / "c" / "0").unlink()
    with pytest.raises(WavesimError, match="must have its labels, but 1 piece is damaged or missing .height/c/0."):
        read(tmp_path / "sweep.zarr")


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    sweep, layout = toy()
    with pytest.raises(WavesimError, match="must be on a disk that can be written, but .*; choose another folder"):
        Store.opened(tmp_path / "file" / "sweep.zarr", sweep, layout, NAMES, FACTS)


# of the first chunk the names of theories (files 0 and 1) and the columns, the status last (11); then in the midst of the second
@pytest.mark.parametrize("moment", [*range(12), 15])
def test_a_disk_that_becomes_read_only(moment: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "sweep.zarr"
    sweep, layout = toy(heights=3, names=("left",))
    moved, done = os.replace, []

    def refuse(source: Path, target: Path) -> None:
        if len(done) == moment:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        done.append(target)
        moved(source, target)

    with Store.opened(path, sweep, layout, NAMES, FACTS) as store, monkeypatch.context() as patch:
        patch.setattr(os, "replace", refuse)
        with pytest.raises(
            WavesimError, match="Read-only file system; what was written stays valid.*run the same again"
        ):
            for chunk in store.waiting():
                store.write(parts_of(layout, chunk))
        assert store.waiting() == ([0, 1] if moment < 12 else [1])
    assert int((read(path)["status"] != Status.WAITING).sum()) == (0 if moment < 12 else 2)
    with Store.opened(path, sweep, layout, NAMES, FACTS) as store, Table(sweep, layout, NAMES, FACTS) as whole:
        for chunk in store.waiting():
            store.write(parts_of(layout, chunk))
        for chunk in whole.waiting():
            whole.write(parts_of(layout, chunk))
        assert same_values(store.dataset(), whole.dataset())


def test_csv_has_every_digit(tmp_path: Path) -> None:
    table = filled(tmp_path / "sweep.zarr", 5)
    lines = to_csv(table, tmp_path / "sweep.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].split(",")[:6] == ["kind", "height (eV)", "tied (nm)", "tunneling_period (fs)", "tunneling_period_error (fs)", "tunneling_period_theory (fs)"]  # fmt: skip
    with (tmp_path / "sweep.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    words = ["good"] * 4 + ["failed", "good", "missed", "good", "good", "waiting"]
    assert [row["status"] for row in rows] == words
    gaps = np.array([float(row["gap (eV)"] or "nan") for row in rows])
    assert gaps.tobytes() == table["gap"].values.tobytes()
    assert rows[4]["reason"] == table["reason"].values[0, 4] and rows[6]["gap_error (eV)"] == "inf"
    assert [int(row["runs"]) for row in rows] == table["runs"].values.ravel().tolist()


def test_parquet_is_the_same_table(tmp_path: Path) -> None:
    table = filled(tmp_path / "sweep.zarr")
    rows = pd.read_parquet(to_parquet(table, tmp_path / "sweep.parquet"))
    assert rows["height (eV)"].tolist() == [0.1 * (n + 1) for n in range(5)] * 2
    assert rows["kind"].tolist() == ["left"] * 5 + ["right"] * 5
    assert rows["gap_error (eV)"].to_numpy().tobytes() == table["gap_error"].values.tobytes()


def test_natural_units_are_named(tmp_path: Path) -> None:
    sweep, layout = toy()
    sweep = made(sweep.axes, layout, UnitSystem(natural=True))
    with Table(sweep, layout, ("gap", "transmission"), FACTS) as table:
        header = to_csv(table.dataset(), tmp_path / "sweep.csv").read_text().splitlines()[0]
    assert "gap (natural units)" in header and ",transmission," in header


def test_parquet_without_pyarrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingPackage, match=r"pip install wavesim\[parquet\]"):
        to_parquet(filled(tmp_path / "sweep.zarr", 0), tmp_path / "sweep.parquet")


def test_an_export_into_a_folder_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(WavesimError, match="must be a place that can be written"):
        to_csv(filled(tmp_path / "sweep.zarr", 0), tmp_path / "file" / "sweep.csv")
