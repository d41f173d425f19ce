"""``wavesim run``: exit codes, what is written, report.json, interruption, missing packages."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.scenario_files import SMALL, wavesim, written
from wavesim.cli._streams import shows_progress
from wavesim.propagation import reporter
from wavesim.propagation.runs import _adjoint, _propagate
from wavesim.scenario import QUANTITIES


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """report.json of one run of the small scenario, as printed, and the folder that was written."""
    folder = tmp_path_factory.mktemp("run")
    out = folder / "out"
    result = wavesim("run", written(folder), "--out", out, "--json", "--quiet")
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    return json.loads(result.stdout), out


def test_the_files_are_whole_and_nothing_else_is_left(done: tuple[dict[str, Any], Path]) -> None:
    content, out = done
    assert sorted(item.name for item in out.iterdir()) == ["movie.mp4", "report.json", "result.nc", "summary.png"]
    assert (out / "movie.mp4").read_bytes()[4:8] == b"ftyp" and (out / "summary.png").read_bytes()[1:4] == b"PNG"
    assert json.loads((out / "report.json").read_text()) == content


def test_the_keys_of_the_contract(done: tuple[dict[str, Any], Path]) -> None:
    content, _ = done
    keys = "format scenario hash wavesim device precision numerics wall_s quantities error_budget warnings".split()
    assert [key for key in keys if key not in content] == []
    keys = "points spacing dt steps scheme fft_pairs absorber".split()
    assert [key for key in keys if key not in content["numerics"]] == []
    assert (content["format"], content["scenario"], content["precision"]) == (1, "small", "double")
    row = content["quantities"]["transmitted_probability"]
    assert [key for key in ("value", "error", "unit", "theory", "agrees", "budget") if key not in row] == []
    assert row["unit"] == "1"
    assert row["agrees"] is True and abs(row["value"] - row["theory"]["scattering"]) <= row["error"]
    assert {"time_step", "grid", "absorber", "duration"} <= set(content["error_budget"])
    # the error bar is the sum of its budget
    assert sum(content["error_budget"].values()) == pytest.approx(row["error"], rel=1e-12)
    # what is scattered is all there is; the absorber's bookkeeping is good to rounding
    assert content["balance"] == pytest.approx(1, abs=1e-9)
    assert [row["met"] for row in content["expect"]] == [True]
    assert set(content["quantities"]) <= set(QUANTITIES)


def test_animate_makes_a_movie_of_an_earlier_run(done: tuple[dict[str, Any], Path], tmp_path: Path) -> None:
    movie = tmp_path / "movie.gif"
    again = wavesim("animate", done[1] / "result.nc", "--out", movie, "--width", 320, "--height", 180, "--quiet")
    assert again.exit_code == 0, again.stderr
    assert again.stdout == f"{movie}\n"
    assert movie.read_bytes()[:6] == b"GIF89a"


def test_animate_names_the_suffixes_of_out(done: tuple[dict[str, Any], Path], tmp_path: Path) -> None:
    again = wavesim("animate", done[1] / "result.nc", "--out", tmp_path / "movie.avi", "--quiet")
    assert (again.exit_code, again.stdout) == (2, "")
    sentence = "wavesim: --out must end in .mp4, .webm, .gif or .png, but is 'movie.avi'; rename it.\n"
    assert again.stderr == sentence and not list(tmp_path.iterdir())


def test_animate_into_a_folder_that_cannot_be_written(
    done: tuple[dict[str, Any], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # whoever runs the tests may write anywhere: the folder refuses by what the system says
    def refused(**_: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", refused)
    again = wavesim("animate", done[1] / "result.nc", "--out", tmp_path / "movie.gif", "--quiet")
    assert (again.exit_code, again.stdout) == (2, "")
    sentence = f"wavesim: the folder {tmp_path} must be one that can be written, but cannot be: Permission denied; choose another with --out."
    assert again.stderr.splitlines() == [sentence]
    assert not list(tmp_path.iterdir())


def test_an_expectation_that_is_not_met(tmp_path: Path) -> None:
    sets = ("--set", "expect.transmitted_probability={value=0.5, within=1e-6}", "--set", "expect.contrast={below=1}")
    done = wavesim("run", written(tmp_path), *sets, "--out", tmp_path / "out", "--no-movie", "--quiet")
    assert done.exit_code == 1
    assert done.stdout.count("NOT MET") == 2 and "does not measure it" in done.stdout
    assert (tmp_path / "out" / "report.json").is_file()


def test_what_this_run_does_not_make_is_left_alone(tmp_path: Path) -> None:
    """Files of an earlier run, and of the user's, whatever they are called: replaced by finished new ones, or not touched."""
    out = tmp_path / "out"
    out.mkdir()
    old = ("movie.mp4", "movie.gif", "result_backup.nc", "result_1.nc", "mine.txt", "report.json")
    for name in old:
        (out / name).write_text("old")
    done = wavesim("run", written(tmp_path), "--out", out, "--no-movie")
    assert done.exit_code == 0
    assert "not written this time, and left as they were: movie.mp4, movie.gif" in done.stderr
    assert sorted(item.name for item in out.iterdir()) == sorted({*old, "result.nc", "summary.png"})
    assert [name for name in old if (out / name).read_text() != "old"] == ["report.json"]


@pytest.mark.parametrize("title", ["$\\frac{$", "\\undefined{x} $1 and $2", "$\\undefinedmacro{x}$", "\u03c8 $\\psi$"])
def test_a_title_is_text_unless_it_is_a_formula(title: str, tmp_path: Path) -> None:
    file = written(tmp_path, SMALL.replace('"Small"', f"'{title}'"))
    done = wavesim("run", file, "--out", tmp_path / "out", "--quiet")
    assert (done.exit_code, done.stderr) == (0, "")
    made = sorted(item.name for item in (tmp_path / "out").iterdir())
    assert made == ["movie.mp4", "report.json", "result.nc", "summary.png"]


def test_numbers_come_before_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A painter that fails in a way nobody thought of: the numbers are written and printed, an older picture stays, one sentence, exit code 4."""
    from wavesim import viz

    out = tmp_path / "out"
    out.mkdir()
    (out / "summary.png").write_text("old")
    written_before: list[list[str]] = []

    def fail(*_: Any, **__: Any) -> None:
        written_before.append(sorted(item.name for item in out.iterdir()))
        raise ZeroDivisionError

    monkeypatch.setattr(viz, "summary", fail)
    done = wavesim("run", written(tmp_path), "--out", out, "--no-movie", "--quiet")
    assert done.exit_code == 4 and "transmitted probability" in done.stdout
    assert done.stderr == "wavesim: summary.png is left out (the one there is older): ZeroDivisionError.\n"
    assert written_before == [["report.json", "result.nc", "summary.png"]]
    assert (out / "summary.png").read_text() == "old"


def test_ctrl_c_while_it_is_painted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from wavesim import viz

    out = tmp_path / "out"
    out.mkdir()
    (out / "movie.mp4").write_text("old")

    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(viz, "animate", stop)
    done = wavesim("run", written(tmp_path), "--out", out, "--quiet")
    assert done.exit_code == 130
    assert done.stderr == "wavesim: interrupted; the numbers are written, but not movie.mp4.\n"
    assert sorted(item.name for item in out.iterdir()) == ["movie.mp4", "report.json", "result.nc", "summary.png"]
    assert (out / "movie.mp4").read_text() == "old"


def interrupted_at(call: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Press Ctrl-C when a frame is measured for the `call`-th time."""
    frame_of, calls = _adjoint.numpy_frame, []

    def watched(*arguments: Any) -> Any:
        calls.append(arguments)
        if len(calls) == call:
            raise KeyboardInterrupt
        return frame_of(*arguments)

    monkeypatch.setattr(_adjoint, "numpy_frame", watched)


def test_ctrl_c_keeps_what_was_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from wavesim import load

    interrupted_at(4, monkeypatch)
    out = tmp_path / "out"
    done = wavesim("run", written(tmp_path), "--out", out, "--json", "--quiet")
    assert done.exit_code == 130
    content = json.loads(done.stdout)
    assert content["status"] == "interrupted"
    row = content["quantities"]["transmitted_probability"]
    assert (row["error"], row["agrees"]) == (None, None)
    assert "interrupted after 3 of 8 frames" in done.stderr
    assert sorted(item.name for item in out.iterdir()) == ["report.json", "result.nc"]
    kept = load(out / "result.nc")
    assert (kept.complete, kept.frames_done, len(kept.psi)) == (False, 3, 4)


def test_ctrl_c_before_the_first_frame_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(_adjoint, "set_up", stop)
    done = wavesim("run", written(tmp_path), "--out", tmp_path / "out", "--quiet")
    assert (done.exit_code, done.stdout) == (130, "")
    assert "interrupted" in done.stderr
    assert [item.name for item in tmp_path.iterdir()] == ["small.toml"]


def test_a_run_that_breaks_is_told_from_bad_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_propagate.np, "isfinite", lambda values: False)
    done = wavesim("run", written(tmp_path), "--out", tmp_path / "out", "--quiet")
    assert (done.exit_code, done.stdout) == (3, "")
    assert "psi is not finite" in done.stderr
    assert [item.name for item in tmp_path.iterdir()] == ["small.toml"]


def test_what_is_not_installed_is_said_and_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [
        name
        for name in sys.modules
        if name.split(".")[0] in ("matplotlib", "h5netcdf", "imageio") or name.startswith("wavesim.viz")
    ]:
        monkeypatch.delitem(sys.modules, name)
    for name in ("matplotlib", "h5netcdf", "imageio"):
        monkeypatch.setitem(sys.modules, name, None)
    out = tmp_path / "out"
    done = wavesim("run", written(tmp_path), "--out", out, "--json", "--no-movie", "--quiet")
    assert done.exit_code == 4
    assert json.loads(done.stdout)["quantities"]["transmitted_probability"]["agrees"] is True
    assert [item.name for item in out.iterdir()] == ["report.json"]
    lines = done.stderr.splitlines()
    assert len(lines) == 2
    assert "result.nc is left out" in lines[0] and "h5netcdf" in lines[0]
    assert "summary.png is left out" in lines[1] and "matplotlib" in lines[1]


def test_a_person_who_watches_sees_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    with reporter(shows_progress(quiet=False), "painting") as show:
        show(1, 2)
    assert "painting" in screen.getvalue() and "50%" in screen.getvalue()
    quiet = Screen()
    monkeypatch.setattr(sys, "stderr", quiet)
    with reporter(shows_progress(quiet=True), "painting") as show:
        show(1, 2)
    assert quiet.getvalue() == ""


def test_a_run_leaves_the_folder_of_a_sweep_alone(tmp_path: Path) -> None:
    """Its summary.png is the sweep's."""
    (tmp_path / "here" / "sweep.zarr").mkdir(parents=True)
    answer = wavesim("run", "rectangular_barrier", "--out", str(tmp_path / "here"))
    assert answer.exit_code == 2
    assert "must not hold the rows of a sweep, but sweep.zarr lies there; choose another with --out" in answer.stderr
    assert [one.name for one in (tmp_path / "here").iterdir()] == ["sweep.zarr"]
