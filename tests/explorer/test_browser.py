"""The page in a real browser: what a reader does with it, for everybody who reads it, and that it stays at home."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.explorer.browser import Browser, require_browser, served
from wavesim.scenario import read_scenario, toml

pytestmark = pytest.mark.browser
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
PAUSED = "!window.wavesim.state.playing"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One server and one window for all of these tests: starting either takes seconds."""
    require_browser()
    with served("gaussian_barrier") as server:
        window = Browser(server.link, tmp_path_factory.mktemp("downloads"))
        try:
            yield window
        finally:
            window.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Browser]:
    """The page, opened anew; at the end nothing has gone wrong in its console, and nothing was asked of anybody else."""
    browser.media(prefers_color_scheme="light", prefers_reduced_motion="no-preference")
    browser.size(1440, 900)
    browser.driver.get_log("browser")
    browser.driver.get_log("performance")
    browser.open()
    yield browser
    words = [entry["message"] for entry in browser.driver.get_log("browser") if entry["level"] == "SEVERE"]
    assert words == [] and browser.run("return window.wavesim.measures.errors") == []
    asked = set()
    for entry in browser.driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        # a slow browser may still be loading the tab that it began with
        own = not message["params"].get("documentURL", "").startswith("chrome")
        if message["method"] == "Network.requestWillBeSent" and own:
            asked.add(urlsplit(message["params"]["request"]["url"]))
    assert {address.scheme for address in asked} <= {"http", "data", "blob", "about", "ws"}
    assert {address.hostname for address in asked if address.hostname} <= {"127.0.0.1"}


def pause(page: Browser) -> None:
    if not page.run(f"return {PAUSED}"):
        page.run("document.getElementById('play').click()")
    page.until(PAUSED)
    time.sleep(0.1)


def scrub(page: Browser, frame: int) -> None:
    page.run(
        "const s = document.getElementById('scrub'); s.value = arguments[0]; s.dispatchEvent(new Event('input')); s.dispatchEvent(new Event('change'))",
        frame,
    )
    page.until(f"window.wavesim.state.frame.frame === {frame} && {PAUSED}")


def test_a_hundred_frames_are_drawn_and_change(page: Browser) -> None:
    """The one test of speed, a generous one: 100 frames within the patience of a busy machine."""
    first = page.picture()
    page.until("window.wavesim.measures.drawn > 100")
    assert page.picture() != first
    assert page.run("return location.hash") == "#s=gaussian_barrier"
    assert "token" in page.run("return Object.keys(sessionStorage)")


def test_a_slider_by_keys_changes_picture_and_address(page: Browser) -> None:
    from selenium.webdriver.common.keys import Keys

    scrub(page, 150)
    before = page.picture()
    slider = page.driver.find_element("id", "range-potential.height")
    slider.send_keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.SHIFT, Keys.ARROW_RIGHT)
    page.until("location.hash === '#s=gaussian_barrier&potential.height=1.12'")
    page.wait(lambda: page.picture() != before)
    assert slider.get_attribute("aria-valuetext") == "1.12"
    assert page.run("return document.getElementById('number-potential.height').value") == "1.12"


def test_a_typed_value_and_typed_nonsense(page: Browser) -> None:
    from selenium.webdriver.common.keys import Keys

    scrub(page, 100)
    field = page.driver.find_element("id", "number-potential.height")
    field.clear()
    field.send_keys("1.37", Keys.TAB)
    page.until("location.hash.endsWith('potential.height=1.37')")
    for words, sentence in (("high", "must be a number"), ("99", "must lie between 0.3 and 2, but is 99")):
        field.clear()
        field.send_keys(words, Keys.TAB)
        wrong = page.until("document.getElementById('wrong-potential.height').textContent")
        assert sentence in wrong and field.get_attribute("aria-invalid") == "true"
        assert page.run("return window.wavesim.state.values['potential.height']") == 1.37
    page.run("document.getElementById('play').click()")
    drawn = page.run("return window.wavesim.measures.drawn")
    page.until(f"window.wavesim.measures.drawn > {drawn + 3}")


def test_keys_play_step_and_speak(page: Browser) -> None:
    from selenium.webdriver.common.keys import Keys

    body = page.driver.find_element("tag name", "body")
    pause(page)
    scrub(page, 80)
    body.send_keys(".")
    page.until("window.wavesim.state.frame.frame === 81")
    body.send_keys(",", ",")
    page.until("window.wavesim.state.frame.frame === 79")
    words = ""
    for _ in range(20):
        # the certificate, which may arrive at any moment, is announced in the same place
        body.send_keys("s")
        time.sleep(0.2)
        words = page.run("return document.getElementById('spoken').textContent")
        if words.startswith("Time"):
            break
    assert words.startswith("Time") and "transmitted" in words
    body.send_keys("?")
    page.until("document.getElementById('help-dialog').open")
    body.send_keys(Keys.ESCAPE)
    page.until("!document.getElementById('help-dialog').open")
    body.send_keys(" ")
    page.until("window.wavesim.state.playing")


def test_a_handle_is_dragged(page: Browser) -> None:
    """The round handle on the top of the barrier, 40 pixels down: the slider and the number go with it."""
    from selenium.webdriver import ActionChains

    scrub(page, 20)
    canvas = page.driver.find_element("id", "picture")
    # the handle is drawn at V's top over x = 0, both of which the page knows in pixels
    place = page.run(
        "const s = window.wavesim.state.scene, c = document.getElementById('picture'), w = c.clientWidth - 60, h = c.clientHeight - 44;"
        "return [8 + (0 - s.window[0][0]) / (s.window[0][1] - s.window[0][0]) * w, 14 + h - (1 - s.energies[0]) / (s.energies[1] - s.energies[0]) * h,"
        " c.clientWidth, c.clientHeight]"
    )
    x, y = round(place[0] - place[2] / 2), round(place[1] - place[3] / 2)
    ActionChains(page.driver).move_to_element_with_offset(canvas, x, y).click_and_hold().move_by_offset(
        0, 40
    ).release().perform()
    height = page.until(
        "window.wavesim.state.values['potential.height'] < 0.99 && window.wavesim.state.values['potential.height']"
    )
    assert float(page.run("return document.getElementById('range-potential.height').value")) == pytest.approx(height)


def test_a_link_opens_the_same_state(page: Browser) -> None:
    page.open("s=rectangular_barrier&potential.height=0.75&state.width=4")
    assert page.run(
        "return [window.wavesim.state.values['potential.height'], window.wavesim.state.values['state.width']]"
    ) == [0.75, 4]
    assert page.run("return location.hash") == "#s=rectangular_barrier&potential.height=0.75&state.width=4"
    assert page.run("return document.getElementById('range-potential.height').value") == "0.75"


def test_scenario_and_movie_are_downloaded(page: Browser) -> None:
    page.run("document.getElementById('do-toml').click()")
    file = page.wait(lambda: next(iter(page.folder.glob("*.toml")), None))
    text = page.wait(lambda: file.read_text(encoding="utf-8"))
    assert read_scenario("again", toml(text, "again")).title == "A Gaussian barrier"
    page.run("document.getElementById('do-movie').click()")
    page.until("document.getElementById('movie-dialog').open")
    page.run("document.getElementById('movie-exact').click()")
    film = page.wait(lambda: next(iter(page.folder.glob("*.mp4")), None))
    assert film.read_bytes()[4:8] == b"ftyp"


def test_certificate_theory_and_predict_first(page: Browser) -> None:
    scrub(page, 360)
    page.until("document.querySelector('#numbers dd + dd').textContent.startsWith('±')")
    page.until("document.getElementById('verdict').textContent.includes('agrees')")
    page.run("document.getElementById('predict').click()")
    page.until("document.getElementById('verdict').textContent === ''")
    assert page.run("return getComputedStyle(document.getElementById('chart-card')).display") == "none"
    page.run("document.getElementById('predict').click()")
    page.run("document.querySelector('#cards input[value=wkb]').click()")
    page.run("const m = document.getElementById('mark'); m.value = 0.6; m.dispatchEvent(new Event('input'))")
    page.until("document.getElementById('energy-words').textContent.startsWith('At 0.6')")
    assert "exp(−2S)" in page.until("document.getElementById('energy-words').textContent")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_barrier_for_anybody(page: Browser, scheme: str) -> None:
    """axe-core's rules: WCAG 2.0 to 2.2, A and AA, and best practice, on a barrier and on wells; no finding."""
    page.media(prefers_color_scheme=scheme)
    for state in ("s=gaussian_barrier", "s=quartic_double_well"):
        page.open(state)
        pause(page)
        page.driver.set_script_timeout(60)
        page.run(AXE)
        found = page.driver.execute_async_script(
            "const done = arguments[arguments.length - 1]; axe.run(document, { runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice'] })"
            ".then((r) => done(r.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.html + ' ' + n.failureSummary).join(' | '))))"
        )
        assert found == []


def test_a_phone_shows_all_of_it_without_scrolling_sideways(page: Browser) -> None:
    page.size(390, 844, mobile=True)
    page.open()
    assert page.run("return document.documentElement.scrollWidth") <= 390
    assert page.run("return getComputedStyle(document.getElementById('stage-card')).position") == "sticky"


def test_reduced_motion_starts_paused(page: Browser) -> None:
    page.media(prefers_reduced_motion="reduce")
    page.open()
    page.until(f"{PAUSED} && window.wavesim.state.frame")
    time.sleep(0.3)
    frame = page.run("return window.wavesim.state.frame.frame")
    time.sleep(0.3)
    assert page.run("return window.wavesim.state.frame.frame") == frame


def test_two_pages_at_once_and_a_plane(page: Browser) -> None:
    first = page.driver.current_window_handle
    page.driver.switch_to.new_window("tab")
    page.open("s=double_slit")
    page.until("window.wavesim.measures.drawn > 3")
    assert page.run("return window.wavesim.state.frame.rows") > 100
    page.driver.close()
    page.driver.switch_to.window(first)
    drawn = page.run("return window.wavesim.measures.drawn")
    page.run("document.getElementById('restart').click()")
    page.until(f"window.wavesim.measures.drawn > {drawn + 5}")


def test_yesterdays_page_is_told_so(page: Browser) -> None:
    page.driver.get("about:blank")
    page.driver.get(page.link.partition("#")[0] + "#token=yesterdays")
    assert "another server" in page.until(
        "document.getElementById('notice') && !document.getElementById('notice').hidden && document.getElementById('notice').textContent"
    )
