"""The verbs that look and do not run, and how light the command line is."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.scenario_files import SMALL, wavesim, written
from wavesim.cli._streams import columns
from wavesim.cli.verbs import _doctor
from wavesim.scenario import json_schema, shipped, shipped_designs, shipped_sweeps

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("arguments", [[], ["--help"], ["run", "--help"], ["list"], ["show", "step"], ["--version"]])
def test_looking_imports_nothing_heavy(arguments: list[str]) -> None:
    heavy = "jax matplotlib xarray h5netcdf imageio scipy numpy".split()
    code = f"import sys; sys.argv = {['wavesim', *arguments]}\nfrom wavesim.cli import main\ntry: main()\nexcept SystemExit as end: code = end.code\n"
    code += f"print([name for name in {heavy} if name in sys.modules], code, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[] 0"
    assert done.stdout.strip() != ""


def test_python_m_is_the_same_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "wavesim", "show", "nothing_like_it"], cwd=ROOT, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1


def test_list_names_every_scenario() -> None:
    words = wavesim("list").stdout.split()
    assert set(words) >= {*shipped(), *shipped_sweeps(), *shipped_designs()}


def test_a_list_into_a_pipe_has_whole_titles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a terminal it has the width, whatever that is."""
    titles = [tomllib.loads(item.read_text(encoding="utf-8"))["title"] for item in shipped().values()]
    text = wavesim("list").stdout
    assert [title for title in titles if title not in text] == [] and "..." not in text
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setenv("COLUMNS", "60")
    assert columns() == 60


def test_show_prints_the_file(tmp_path: Path) -> None:
    assert wavesim("show", written(tmp_path)).stdout == SMALL


def test_schema_prints_the_schema() -> None:
    assert json.loads(wavesim("schema").stdout) == json_schema()


def test_check_plans_and_runs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from wavesim.propagation.stepping import _loop

    monkeypatch.setattr(_loop.Loop, "advance", lambda *_: pytest.fail("it ran"))
    done = wavesim("check", written(tmp_path), "--set", "run.scheme=strang")
    assert done.exit_code == 0, done.stderr
    for words in ("FFT pairs", "MB", "strang", "given", "absorber", "duration", "on this machine"):
        assert words in done.stdout, words
    assert [item.name for item in tmp_path.iterdir()] == ["small.toml"]


def test_theory_predicts_without_propagating(monkeypatch: pytest.MonkeyPatch) -> None:
    """The packet of `rectangular_barrier`: the average of T over its momenta is 0.185563882093389, and T at its mean energy,
    sech^2(1.5) = 0.180706638923649; printed to 12 digits.
    """
    from wavesim.propagation.stepping import _loop

    monkeypatch.setattr(_loop.Loop, "advance", lambda *_: pytest.fail("it ran"))
    done = wavesim("theory", "rectangular_barrier")
    assert done.exit_code == 0, done.stderr
    assert "transmitted probability | closed form | 0.185563882093\n" in done.stdout
    assert "T at the mean energy 0.5 (closed form): 0.180706638924\n" in done.stdout


def test_theory_of_two_wells_is_in_the_units_of_the_scenario() -> None:
    """Two wells of 200 meV, 6 nm wide, 3 nm apart: a gap of about 15.5 meV, a period h/gap = 4135.667/15.54 = 266.1 fs."""
    done = wavesim("theory", "square_double_well")
    rows = {
        tuple(cell.strip() for cell in line.split("|")[:2]): line.split("|")[-1].split()
        for line in done.stdout.splitlines()
        if "|" in line
    }
    period, gap = rows["tunneling period", "levels"], rows["gap", "levels"]
    assert (period[1], gap[1]) == ("fs", "meV")
    assert float(period[0]) * float(gap[0]) == pytest.approx(4135.667696, rel=1e-8)


def test_doctor_finds_this_machine_sound() -> None:
    done = wavesim("doctor")
    assert done.exit_code == 0
    for words in ("python", "jax", "devices", "64-bit     on", "ffmpeg", "self-check passed"):
        assert words in done.stdout


def test_doctor_says_when_numbers_are_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_doctor, "_free_packet", lambda: 1e-3)
    done = wavesim("doctor")
    assert done.exit_code == 1 and "FAILED" in done.stdout


def test_theory_for_scripts() -> None:
    """Strict JSON: the same numbers, T at the mean energy, and T(E) between its theories' agreement of 1e-10."""
    done = wavesim("theory", "rectangular_barrier", "--json")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["quantities"]["transmitted_probability"]["theory"]["closed_form"] == pytest.approx(0.185563882093389)
    assert told["transmission_at_mean_energy"]["theory"]["closed_form"] == pytest.approx(0.180706638923649)
    curve = told["curves"]["transmission"]
    assert curve["along"] == "energy" and len(curve["points"]) == len(curve["theory"]["scattering"])
    assert curve["theory"]["closed_form"] == pytest.approx(curve["theory"]["scattering"], abs=1e-10)


def test_theory_draws_scattering_states(tmp_path: Path) -> None:
    """A picture, or arrays in the units of the file: behind the barrier abs(psi)^2 is T = 1/cosh^2(1.5) at E = V0/2."""
    out = tmp_path / "states.png"
    done = wavesim("theory", "rectangular_barrier", "--states", "0.5", "--out", str(out))
    assert done.exit_code == 0 and out.read_bytes().startswith(b"\x89PNG"), done.stderr
    told = json.loads(wavesim("theory", "rectangular_barrier", "--states", "0.5", "--json").stdout)
    behind = complex(told["from_left"]["real"][-1], told["from_left"]["imaginary"][-1])
    assert abs(behind) ** 2 == pytest.approx(math.cosh(1.5) ** -2, abs=1e-9)
    assert len(told["density"]) == len(told["x"]) and told["levels"] == []


def test_scattering_states_are_drawn_as_png_alone(tmp_path: Path) -> None:
    out = tmp_path / "new" / "states.pdf"
    done = wavesim("theory", "rectangular_barrier", "--states", "0.5", "--out", str(out))
    assert done.exit_code == 2 and "--out must end in .png, but is 'states.pdf'; rename it." in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("energy", "words"), [("-1", "above V"), ("nan", "finite"), ("0.5 eV", "plain number")])
def test_an_energy_without_scattering_states_is_refused(energy: str, words: str) -> None:
    done = wavesim("theory", "rectangular_barrier", f"--states={energy}")
    assert done.exit_code == 2 and words in done.stderr


def test_theory_of_several_cases_has_their_ratio() -> None:
    """H and D in one double well: the gaps' ratio is the last case over the first, and the populations run over one period."""
    told = json.loads(wavesim("theory", "hydrogen_transfer", "--json").stdout)
    assert [case["label"] for case in told["cases"]] == ["hydrogen", "deuterium"]
    first, last = (case["quantities"]["tunneling_period"] for case in told["cases"])
    assert told["quantities"]["ratio"]["theory"]["levels"] == pytest.approx(
        last["theory"]["levels"] / first["theory"]["levels"]
    )
    curve = told["cases"][0]["curves"]["left_population"]
    assert curve["along_unit"] == first["unit"] == "fs"
    assert curve["points"][-1] == pytest.approx(first["theory"]["levels"])
    text = wavesim("theory", "hydrogen_transfer").stdout
    assert "deuterium\n" in text and "ratio of the last case to the first: " in text


def test_check_knows_what_is_answered_without_a_run(tmp_path: Path) -> None:
    """Two deltas at 1e-8 need more points than can be diagonalized; `run` answers by their levels, and `check` says so."""
    file = tmp_path / "deltas.toml"
    file.write_text(
        'format = 1\ntitle = "two deltas"\nunits = "natural"\n'
        '[potential]\nkind = "double_delta_well"\nstrength = 1.38183\nseparation = 1.91991\n'
        '[state]\nkind = "left_localized"\n[accuracy]\ntolerance = 8.64144e-09\n'
    )
    done = wavesim("check", str(file))
    assert done.exit_code == 0, done.stderr
    assert "Nothing is propagated" in done.stdout


def test_a_grid_that_is_missing_is_asked_for_in_the_words_of_files(tmp_path: Path) -> None:
    plane = 'kind = "expression"\nformula = "exp(-x^2 - y^2 - x*y)"'
    packet = '{ kind = "gaussian_packet", center = -9.0, width = 1.0, momentum = 1.0 }'
    head, *_ = SMALL.partition("[potential]")
    text = f'{head}duration = 5.0\n[potential]\n{plane}\n[state]\nkind = "product"\nfactors = [{packet}, {packet}]\n'
    done = wavesim("check", written(tmp_path, text))
    assert done.exit_code == 2 and "; give [grid] with lower, upper and points for each axis, a duration" in done.stderr
    assert "grid=" not in done.stderr and "Grid" not in done.stderr


def test_the_help_of_fps_says_what_a_gif_can_hold() -> None:
    told = " ".join(wavesim("animate", "--help").stdout.replace("\u2502", " ").split())
    assert "what hundredths of a second allow: 12.5 for 12" in told
