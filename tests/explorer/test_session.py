"""A session against a page that is no web: newest wins, the send window, the swap of runs, quenches, what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.explorer.pages import Page
from wavesim import theory
from wavesim.errors import ScenarioError
from wavesim.explorer._channel import SendWindow
from wavesim.explorer._opening import of_link, opened
from wavesim.scenario import read_scenario, toml

BARRIER = "rectangular_barrier"


@pytest.fixture
def paused() -> Page:
    """A page on a barrier that is paused before its first frame."""
    page = Page(BARRIER)
    page.session.receive({"type": "play", "on": False})
    page.settle()
    return page


def test_it_opens_with_all_that_a_page_needs(paused: Page) -> None:
    (scenario,) = paused.said("scenario")
    assert scenario["name"] == BARRIER and scenario["kind"] == "barrier" and scenario["scatters"]
    assert [slider["path"] for slider in scenario["sliders"]][:2] == ["potential.height", "potential.width"]
    assert {row["name"] for row in scenario["menu"]} >= {BARRIER, "double_slit", "quartic_double_well"}
    facts, arrays = paused.card("scene")
    assert facts["expected"]["transmitted_probability"] == pytest.approx(0.185564, abs=1e-5)
    assert float(arrays["potential"].max()) == 1.0
    assert len(paused.frames) == 1 and paused.frames[0].frame == 0
    assert paused.card("history")[0]["done"] == 360


def test_the_wave_is_normalized_on_the_picture(paused: Page) -> None:
    """The columns hold the whole packet at the start: the sum of |psi|^2 dx is 1 to what lies outside the window and float32."""
    picture = paused.frames[0]
    assert float(np.sum(np.abs(picture.psi) ** 2) * picture.spacing) == pytest.approx(1.0, abs=2e-3)
    x = picture.first + picture.spacing * np.arange(picture.psi.size)
    assert float(np.sum(x * np.abs(picture.psi) ** 2) * picture.spacing) == pytest.approx(-30.0, abs=0.1)


def test_of_many_changes_the_newest_is_made(paused: Page) -> None:
    """300 moves wait in a dict: one run, of the last of them, and every frame after it carries its generation."""
    scenes = sum(card[0]["type"] == "scene" for card in paused.cards)
    for n in range(1, 301):
        height = 0.5 + n / 1000
        paused.session.receive({"type": "set", "generation": n, "values": {"potential.height": height}})
    paused.settle()
    assert sum(card[0]["type"] == "scene" for card in paused.cards) == scenes + 1
    assert paused.frames[-1].generation == 300
    assert float(paused.card("scene")[1]["potential"].max()) == pytest.approx(0.8, rel=1e-6)


def test_a_hand_that_never_rests_sees_every_take(paused: Page) -> None:
    """A change before each piece of work: every run that was made is shown before the next is begun."""
    first = len(paused.frames)
    for n in range(1, 31):
        paused.session.receive({"type": "set", "generation": n, "values": {"potential.height": 0.5 + n / 100}})
        paused.session.work()
        paused.draw()
    generations = [picture.generation for picture in paused.frames[first:]]
    assert len(generations) >= 14 and generations == sorted(generations)


def test_a_page_that_draws_nothing_gets_two_frames() -> None:
    page = Page(BARRIER)
    page.settle(draws=False, pieces=400)
    assert len(page.frames) == 2
    page.draw()
    page.settle(draws=False, pieces=400)
    assert len(page.frames) == 4


def test_a_hidden_page_gets_no_frames(paused: Page) -> None:
    paused.tell(type="show", on=False)
    count = len(paused.frames)
    paused.tell(type="play", on=True)
    assert len(paused.frames) == count
    paused.tell(type="show", on=True)
    assert len(paused.frames) > count


def test_credit_is_cumulative() -> None:
    """One acknowledgement stands for all frames before it; one of a frame that was never sent for none."""
    send_window = SendWindow(2)
    send_window.sent = 2
    assert not send_window.free
    send_window.acknowledge(2)
    assert send_window.free and send_window.drawn == 2
    send_window.acknowledge(1)
    send_window.acknowledge(99)
    assert send_window.drawn == 2


def test_it_plays_to_its_end_and_stops() -> None:
    page = Page(BARRIER)
    page.settle()
    assert page.frames[-1].frame == 360 and len(page.said("end")) == 1
    assert [one.frame for one in page.frames] == sorted(one.frame for one in page.frames)
    through, back, undecided = page.frames[-1].numbers
    assert through + back + undecided == pytest.approx(1.0, abs=1e-4)
    assert through == pytest.approx(0.185564, abs=1e-4)


def test_pause_step_scrub_and_speed(paused: Page) -> None:
    paused.tell(type="seek", frame=100)
    assert paused.frames[-1].frame == 100
    paused.tell(type="step", by=1)
    paused.tell(type="step", by=-3)
    assert paused.frames[-1].frame == 98
    paused.tell(type="seek", frame=math.nan)
    assert paused.frames[-1].frame == 0
    paused.session.receive({"type": "speed", "value": 4.0})
    paused.session.receive({"type": "play", "on": True})
    paused.settle(pieces=12)
    gaps = np.diff([one.frame for one in paused.frames[-4:]])
    assert np.all(gaps >= 4)


def test_a_change_keeps_the_moment(paused: Page) -> None:
    paused.tell(type="seek", frame=120)
    before = paused.frames[-1].time
    paused.tell(type="set", generation=1, values={"potential.height": 0.5})
    assert paused.frames[-1].time == pytest.approx(before, rel=0.01)
    paused.tell(type="mode", value="restart")
    paused.session.receive({"type": "set", "generation": 2, "values": {"potential.height": 0.6}})
    paused.settle(pieces=2)
    assert paused.session.playing and paused.session.state is not None and paused.session.state.cursor < 5


def test_a_quench_keeps_the_wave_and_its_norm(paused: Page) -> None:
    """In mid-flight V changes: psi of that frame is the same, what follows is another wave, and nothing is lost."""
    paused.tell(type="seek", frame=90)
    before = paused.frames[-1]
    paused.tell(type="mode", value="quench")
    paused.tell(type="set", generation=1, values={"potential.height": 2.0})
    after = paused.frames[-1]
    assert after.frame == 90 and paused.card("scene")[0]["quenched"]
    assert paused.card("scene")[0]["expected"] == {}
    np.testing.assert_allclose(after.psi, before.psi, atol=2e-6)
    assert sum(after.numbers) == pytest.approx(1.0, abs=1e-4)
    paused.tell(type="seek", frame=360)
    assert sum(paused.frames[-1].numbers) == pytest.approx(1.0, abs=1e-4)
    assert paused.frames[-1].numbers[0] < 0.17


def test_what_cannot_be_is_said_and_the_wave_goes_on(paused: Page) -> None:
    for value, words in (
        (99, "must lie between 0.2 and 2, but is 99."),
        ("high", "must be a number"),
        (math.inf, "must be a number"),
        (None, "must be a number"),
    ):
        paused.tell(type="set", generation=1, values={"potential.height": value})
        sorry = paused.said("sorry")[-1]
        assert sorry["path"] == "potential.height" and words in sorry["sentence"]
    paused.tell(type="set", generation=2, values={"../../etc/passwd": 1})
    assert "must be one of potential.height" in paused.said("sorry")[-1]["sentence"]
    paused.tell(type="scenario", name="/etc/passwd")
    assert "must be one of the menu" in paused.said("sorry")[-1]["sentence"]
    paused.tell(type="link", text="s=nowhere")
    assert "must name a shipped scenario" in paused.said("sorry")[-1]["sentence"]
    paused.tell(type="dance")
    paused.tell(type="set", generation=3, values={"potential.height": 1.2})
    assert float(paused.card("scene")[1]["potential"].max()) == pytest.approx(1.2, rel=1e-6)


@pytest.mark.parametrize(
    "message", [{"type": "lift"}, {"type": "seek", "frame": "x"}, {"type": "speed", "value": None}, {"type": "step", "by": math.inf}]
)  # fmt: skip
def test_a_message_that_cannot_be_read_ends_no_session(paused: Page, message: dict[str, object]) -> None:
    paused.tell(**message)
    assert "cannot be read" in paused.said("sorry")[-1]["sentence"]
    paused.tell(type="seek", frame=3)
    assert paused.session.state is not None and int(paused.session.state.cursor) == 3


def test_the_energy_line_lifts_the_packet(paused: Page) -> None:
    """Dragged to 0.8, where the spread holds 0.005 of it: k = sqrt(2 x 0.795) = 1.2610, on the slider's steps 1.26."""
    paused.tell(type="lift", generation=1, energy=0.8)
    assert paused.said("values")[-1]["values"] == {"state.momentum": pytest.approx(1.26)}
    assert paused.card("scene")[0]["level"] == pytest.approx(1.26**2 / 2 + 0.005, abs=1e-4)


def test_a_scenario_file_reads_back(paused: Page) -> None:
    paused.tell(type="set", generation=1, values={"potential.height": 0.75})
    paused.tell(type="toml")
    text = paused.files[-1][paused.files[-1].index(b"format") :].decode()
    assert read_scenario("again", toml(text, "again")).problem.potential.height == 0.75  # type: ignore[attr-defined]
    assert paused.card("scene")[0]["link"] == "s=rectangular_barrier&potential.height=0.75"
    paused.tell(type="csv")
    lines = paused.files[-1].decode(errors="replace").splitlines()
    assert lines[0].endswith("time,transmitted_probability,reflected_probability,remaining_probability")
    assert len(lines) == 362


def test_links_say_what_differs() -> None:
    opening, values = of_link("s=double_barrier&potential.width=1.5")
    assert values["potential.width"] == 1.5 and values["potential.height"] == 250.0
    assert opening.link(values) == "s=double_barrier&potential.width=1.5"
    assert opened("#s=double_barrier&potential.width=1.5")[1] == values
    for bad, words in (
        ("s=double_barrier&potential.width=9", "must lie between 1 and 3"),
        ("s=double_barrier&potential.width=wide", "must give numbers"),
        ("s=double_barrier&nowhere=1", "must be one of"),
        ("s=../secret", "must name a shipped scenario"),
    ):
        with pytest.raises(ScenarioError, match=words):
            of_link(bad)


def test_theory_and_certificate_come_at_rest() -> None:
    page = Page(BARRIER, run_jobs=True)
    page.session.receive({"type": "play", "on": False})
    page.settle()
    facts, arrays = page.card("transmission")
    assert arrays["exact"].shape == arrays["energy"].shape == arrays["wkb"].shape
    assert facts["top"] == 1.0
    energy, wave = page.card("energy")
    assert energy["turns"] == [pytest.approx(-0.75), pytest.approx(0.75)] and energy["exponent"] == pytest.approx(1.5)
    assert energy["wkb"] == pytest.approx(math.exp(-3)) and energy["exact"] == pytest.approx(0.180707, abs=1e-6)
    behind = (wave["real"] ** 2 + wave["imaginary"] ** 2)[-20:]
    np.testing.assert_allclose(behind, 0.180707, atol=1e-5)
    (certified,) = page.said("certified")
    row = certified["rows"][0]
    assert row["name"] == "transmitted_probability" and certified["agrees"]
    assert row["value"] == pytest.approx(0.185564, abs=row["error"]) and row["error"] < 1e-3
    page.tell(type="mark", energy=0.8)
    exact = float(theory.rectangular_transmission(0.8, 1.0, 1.5))
    assert page.card("energy")[0]["exact"] == pytest.approx(exact, rel=1e-5)


def test_a_certificate_that_nobody_waits_for_is_called_off() -> None:
    """The change comes while it is asked for: its job finds that it is stale, and says nothing."""
    page = Page(BARRIER)
    page.session.receive({"type": "play", "on": False})
    page.settle()
    jobs = list(page.jobs)
    page.tell(type="set", generation=1, values={"potential.height": 0.9})
    for job in jobs:
        job()
    assert page.said("certified") == []


def test_a_page_that_has_gone_ends_its_session() -> None:
    page = Page(BARRIER)
    page.session.close()
    page.session.run(_Turn())
    assert page.frames == []


class _Turn:
    def __enter__(self) -> None:
        """Nothing to wait for."""

    def __exit__(self, *error: object) -> None:
        """Nothing to give back."""
