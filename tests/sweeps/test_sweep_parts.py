"""Chunks that take long are stored part by part, and gone on with to the same bytes; tables of many rows are stored in few files."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import zarr
from zarr.storage import LocalStore

from tests.sweeps.sweep_toys import FACTS, FIVE_ROWS, NAMES, answered, parts_of, same_values, toy
from wavesim.errors import WavesimError
from wavesim.sweeps import Answer, Status, Sweep, read
from wavesim.sweeps._layout import Layout
from wavesim.sweeps._parts import Part, Rest
from wavesim.sweeps.store._store import Store
from wavesim.sweeps.workers import _chunk, _engine


@pytest.fixture
def sweep(tmp_path: Path) -> Sweep:
    """Five rows in one chunk."""
    (tmp_path / "rows.toml").write_text(FIVE_ROWS)
    return Sweep.read(tmp_path / "rows.toml")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waves of two rows, and rows that are to be stored at once."""
    monkeypatch.setattr(_engine, "_WAVE", 1.5 * _engine._BESIDES)
    monkeypatch.setattr(_engine, "row_seconds", lambda numerics: 0.0)
    monkeypatch.setattr(_chunk, "_KEEP", 0.0)


def given(sweep: Sweep, rest: Rest, early: bool = True) -> list[Part]:
    return list(_chunk.parts(sweep, 0, rest, lambda answer: None, early))


def test_whoever_begins_at_the_first_waiting_row_gets_the_same_bytes(sweep: Sweep, impatient: None) -> None:
    """Five rows by the real engine, two in each wave: wherever it is broken off, and the first row that is not stored is begun at, each
    row has the numbers of the undisturbed chunk.
    """
    whole = given(sweep, Rest())
    answers = {place: answer for part in whole for place, answer in part.answers.items()}
    assert sorted(answers) == list(range(5)) and [part.last for part in whole] == [False] * (len(whole) - 1) + [True]
    stored = dict[int, Answer]()
    starts = set[int]()
    for part in whole[:-1]:
        stored |= part.answers
        start = next(place for place in range(6) if place not in stored)
        if start in starts or len(starts) == 2:
            continue
        starts.add(start)
        known = {place: answer.runs for place, answer in stored.items() if place > start}
        again = {place: answer for one in given(sweep, Rest(start, known)) for place, answer in one.answers.items()}
        assert again == {place: answer for place, answer in answers.items() if place not in stored}
    assert len(starts) == 2


def test_workers_give_whole_waves(sweep: Sweep, impatient: None) -> None:
    """Parts for who cannot be told of a row twice follow one another without a gap."""
    assert [sorted(part.answers) for part in given(sweep, Rest(), early=False)] == [[0, 1], [2, 3], [4], []]
    parts = given(sweep, Rest(2, {3: 4}), early=False)
    assert [(sorted(part.answers), part.end, part.last) for part in parts] == [
        ([2], 4, False),
        ([4], 5, False),
        ([], 5, True),
    ]


def test_nothing_finished_waits_for_what_is_compiled(sweep: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    """All rows are one wave; the runs of the last row hang, as if a program were being compiled: the others are given away meanwhile, but
    for the first, which marks where to go on.
    """
    monkeypatch.setattr(_chunk, "_KEEP", 0.05)
    monkeypatch.setattr(_engine, "_BEAT", 0.05)
    compiled, propagate, grouped = threading.Event(), _engine._propagate, _engine._groups

    def height(run: _engine._Run) -> float:
        return float(run.problem.potential.height)  # type: ignore[attr-defined]

    def hanging(group: Sequence[_engine._Run], stop: threading.Event, sharing: float) -> None:
        if height(group[0]) > 1.2:
            assert compiled.wait(300)
        propagate(group, stop, sharing)

    monkeypatch.setattr(_engine, "_propagate", hanging)
    # the last row in groups of its own, which are heard last
    monkeypatch.setattr(
        _engine,
        "_groups",
        lambda rows: sorted(
            [part for group in grouped(rows) for part in _split(group, height)], key=lambda group: height(group[0])
        ),
    )
    monkeypatch.setattr(_engine, "_work", lambda numerics: 0)
    seen = set[int]()
    coming = _chunk.parts(sweep, 0, Rest(), lambda answer: None)
    while len(seen) < 3:
        part = next(coming)
        assert not part.last and not compiled.is_set()
        seen |= part.answers.keys()
    assert seen == {1, 2, 3}
    compiled.set()
    assert {place for part in coming for place in part.answers} == {0, 4}


def _split(group: Sequence[_engine._Run], height: Callable[[_engine._Run], float]) -> list[list[_engine._Run]]:
    parts = [[run for run in group if (height(run) > 1.2) is late] for late in (False, True)]
    return [part for part in parts if part]


def sharded(heights: int = 11) -> tuple[Sweep, Layout]:
    """The toy in files of three chunks of two rows; the last of a line has room for a chunk that does not exist."""
    sweep, layout = toy(heights=heights)
    return sweep, Layout(layout.shape, (1, 2), (1, 8))


def test_few_files_for_many_rows() -> None:
    """Ten million rows in any shape: fewer than a hundred files for a column, and every row in exactly one chunk of one file."""
    for shape in ((10_000_000,), (1000, 1001), (2, 3, 700, 1000), (1001, 1000, 2)):
        layout = Layout.of(shape)
        files = layout.files()
        assert 60 < len(files) < 100
        assert sorted(chunk for chunks in files.values() for chunk in chunks) == list(range(layout.chunks))
        for chunks in files.values():
            assert len({layout.slot_of(chunk) for chunk in chunks}) == len(chunks) <= layout.inside
    assert Layout.of((1000, 1000)).shard == ()


def test_a_store_in_shards(tmp_path: Path) -> None:
    """Written in any order, broken off and gone on with: zarr reads what the store without shards holds; few files."""
    plain, path = tmp_path / "plain.zarr", tmp_path / "sweep.zarr"
    sweep, layout = toy(heights=11)
    with Store.opened(plain, sweep, layout, NAMES, FACTS) as store:
        for chunk in store.waiting():
            store.write(parts_of(layout, chunk))
    sweep, layout = sharded()
    with Store.opened(path, sweep, layout, NAMES, FACTS) as store:
        store.write([part for chunk in (7, 0, 5) for part in parts_of(layout, chunk)])
        store.write([Part(1, {1: answered(layout, 1)[1]}, 0, False)])
    table = read(path)
    assert int((table["status"] != Status.WAITING).sum()) == 6
    with Store.opened(path, sweep, layout, NAMES, FACTS) as store:
        assert store.waiting() == [1, 2, 3, 4, 6, 8, 9, 10, 11] and store.rest(1) == Rest(0, {1: 3})
        for chunk in reversed(store.waiting()):
            store.write(parts_of(layout, chunk))
        assert not store._files.keys() - {key for key in store._files if key.endswith("zarr.json")}
    assert same_values(read(path), read(plain))
    assert len(list((path / "gap" / "c").rglob("*"))) == 2 + 4
    array = zarr.open_group(LocalStore(path), mode="r")["gap"]
    assert isinstance(array, zarr.Array) and array.shards == (1, 8) and array.chunks == (1, 2)


def test_a_damaged_chunk_in_a_shard_costs_its_own_rows(tmp_path: Path) -> None:
    """One bit in the first chunk of a shard: its two rows wait, the other six of the file stay; a resume mends it."""
    path = tmp_path / "sweep.zarr"
    sweep, layout = sharded()
    with Store.opened(path, sweep, layout, NAMES, FACTS) as store:
        store.write([part for chunk in store.waiting() for part in parts_of(layout, chunk)])
    whole, file = read(path), path / "gap_theory" / "c" / "0" / "0"
    for place, rows in ((3, 2), (-1, 8)):
        content = bytearray(file.read_bytes())
        content[place] ^= 4
        file.write_bytes(content)
        with pytest.warns(UserWarning, match=f"gap_theory/c/0/0.*{rows} rows wait again"):
            table = read(path)
        waits = table["status"].values == Status.WAITING
        assert waits.sum() == rows and np.isnan(table["gap"].values[waits]).all()
        with pytest.warns(UserWarning, match=f"{rows} rows are computed again"):
            store = Store.opened(path, sweep, layout, NAMES, FACTS)
        with store:
            for chunk in store.waiting():
                store.write(parts_of(layout, chunk))
        assert same_values(read(path), whole)


def test_another_cut_is_refused(tmp_path: Path) -> None:
    sweep, layout = sharded()
    Store.opened(tmp_path / "sweep.zarr", sweep, layout, NAMES, FACTS).close()
    with pytest.raises(WavesimError, match="must be cut into chunks"):
        Store.opened(tmp_path / "sweep.zarr", sweep, Layout(layout.shape, (1, 2)), NAMES, FACTS)


def test_a_part_is_gone_on_with_from_its_first_waiting_row(tmp_path: Path) -> None:
    """Rows of a chunk stored before its first one: they are there to be read, and asked again with it."""
    path = tmp_path / "sweep.zarr"
    sweep, layout = toy(heights=8)
    layout = Layout(layout.shape, (1, 8))
    answers = answered(layout, 0)
    with Store.opened(path, sweep, layout, NAMES, FACTS) as store:
        store.write([Part(0, {place: answers[place] for place in (0, 1, 3, 4)}, 2, False)])
    assert np.flatnonzero(read(path)["status"].values.ravel() != Status.WAITING).tolist() == [0, 1, 3, 4]
    with Store.opened(path, sweep, layout, NAMES, FACTS) as store:
        assert (store.waiting(), store.rest(0), store.rest(1)) == ([0, 1], Rest(2, {3: 3, 4: 0}), Rest())
        assert sum(store.statuses().values()) - store.statuses()[Status.WAITING] == 4
        store.write([Part(0, {place: answers[place] for place in (2, 5, 6, 7)}, 8, True), *parts_of(layout, 1)])
        table = store.dataset()
    with Store.opened(tmp_path / "whole.zarr", sweep, layout, NAMES, FACTS) as store:
        store.write([part for chunk in (0, 1) for part in parts_of(layout, chunk)])
        assert same_values(table, store.dataset())
    assert all(
        (tmp_path / "whole.zarr" / item.relative_to(path)).read_bytes() == item.read_bytes()
        for item in path.rglob("c/*/*")
    )
