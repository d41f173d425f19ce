"""The live page: frames a second, from a slider to the first changed frame, compilations and memory while sliders move."""

from __future__ import annotations

import dataclasses
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from ._record import Conditions, write

PACKAGES = ("wavesim", "jax", "jaxlib", "numpy", "scipy", "starlette", "uvicorn", "websockets", "selenium")
SECONDS, QUICK_SECONDS = 20.0, 4.0
MINUTES, QUICK_MINUTES = 60.0, 0.3
PAGES = 4
# slider moves a second, as a hand makes them
_MOVES = 30
_SLIDER = "potential.height"


@dataclasses.dataclass(frozen=True)
class Drawn:
    """What a browser drew.

    Args:
        scenario: what was shown.
        pages: at once; the figures are of the slowest of them.
        sliding: whether a slider moved 30 times a second meanwhile.
        frames_per_s: drawn.
        display_per_s: that the browser would have drawn of anything.
        gap_ms: between two frames, at 50 and 95 %.
        latency_ms: from a move to the first frame that knows it, at 50 and 95 %; none where no slider moved.
        server_cores: processor seconds of the server a second.
    """

    scenario: str
    pages: int
    sliding: bool
    frames_per_s: float
    display_per_s: float
    gap_ms: tuple[float, float]
    latency_ms: tuple[float, ...]
    server_cores: float


@dataclasses.dataclass(frozen=True)
class Slid:
    """Random sliding without a browser.

    Args:
        scenario: whose sliders moved.
        minutes: for so long.
        takes: runs that were made.
        take_ms: of one, at 50 and 95 %, up to the middle of the run.
        compilations: while sliders moved.
        growth_mib: of resident memory from a tenth of the time on.
    """

    scenario: str
    minutes: float
    takes: int
    take_ms: tuple[float, float]
    compilations: int
    growth_mib: float


@dataclasses.dataclass(frozen=True)
class Record:
    """What is written."""

    conditions: Conditions
    drawn: tuple[Drawn, ...]
    slid: tuple[Slid, ...]


def main(quick: bool, note: str) -> None:
    """Measure, print, and write the record."""
    seconds, minutes = (QUICK_SECONDS, QUICK_MINUTES) if quick else (SECONDS, MINUTES)
    conditions = Conditions.now(PACKAGES, note)
    cases = (
        ("rectangular_barrier", 1, False),
        ("rectangular_barrier", 1, True),
        ("double_slit", 1, False),
        ("rectangular_barrier", PAGES, False),
    )
    drawn = []
    for scenario, pages, sliding in cases:
        drawn.append(_drawn(scenario, pages, sliding, seconds))
        print(drawn[-1])
    slid = []
    for scenario in ("rectangular_barrier", "quartic_double_well"):
        slid.append(_slid(scenario, minutes / 2))
        print(slid[-1])
    if not quick:
        write("explorer", Record(conditions.ended(), tuple(drawn), tuple(slid)))


def _drawn(scenario: str, pages: int, sliding: bool, seconds: float) -> Drawn:
    # the tests' own browser, which a plain install does not need
    from tests.explorer.browser import Browser, served

    with tempfile.TemporaryDirectory() as folder, served(scenario) as server:
        windows = [Browser(server.link, Path(folder)) for _ in range(pages)]
        try:
            for window in windows:
                window.open(f"s={scenario}")
                window.until("window.wavesim.measures.drawn > 20 || window.wavesim.state.frame.frame > 4")
            # until every size is compiled, and the certificate made
            time.sleep(min(seconds, 8.0))
            for window in windows:
                window.run(_BEGIN, sliding, _SLIDER, _MOVES)
            before = _processor(server.pid)
            time.sleep(seconds)
            cores = (_processor(server.pid) - before) / seconds
            told: list[dict[str, Any]] = [window.run("return window.measured()") for window in windows]
        finally:
            for window in windows:
                window.close()
    slowest = min(told, key=lambda one: one["drawn"])
    gaps, latencies = (np.array(slowest[name] or [np.nan]) for name in ("gaps", "latencies"))
    return Drawn(
        scenario,
        pages,
        sliding,
        round(slowest["drawn"] / slowest["seconds"], 1),
        round(slowest["displayed"] / slowest["seconds"], 1),
        _percentiles(gaps),
        _percentiles(latencies) if sliding else (),
        round(cores, 2),
    )


# plays without an end, moves the slider to and fro, and counts
_BEGIN = """
const [sliding, path, moves] = arguments, m = window.wavesim.measures, begun = performance.now(), first = m.drawn;
let displayed = 0, on = true, n = 0;
m.gaps.length = 0; m.latencies.length = 0;
const count = () => { displayed++; if (on) requestAnimationFrame(count); };
requestAnimationFrame(count);
const go = () => { if (!window.wavesim.state.playing) document.getElementById('restart').click(); };
const playing = setInterval(go, 30);
const range = document.getElementById('range-' + path);
const sliding_ = sliding && setInterval(() => {
  const low = Number(range.min), high = Number(range.max);
  range.value = low + (high - low) * (0.5 + 0.45 * Math.sin(n++ / 9));
  range.dispatchEvent(new Event('input'));
}, 1000 / moves);
window.measured = () => {
  on = false; clearInterval(playing); clearInterval(sliding_);
  return { drawn: m.drawn - first, displayed, seconds: (performance.now() - begun) / 1000, gaps: m.gaps.slice(1), latencies: m.latencies };
};
"""


def _slid(scenario: str, minutes: float) -> Slid:
    import jax

    jax.config.update("jax_enable_x64", True)
    from jax import monitoring

    from wavesim.explorer._opening import opened
    from wavesim.explorer.figures._page_state import PageState

    compiled: list[str] = []
    state = PageState.of(*opened(scenario))
    while state.warm():
        pass
    state.seek(state.run.frames // 2)
    generator, walls = np.random.default_rng(20261128), []
    _moved(state, generator)

    def heard(event: str, duration: float, **more: str | int) -> None:
        del duration, more
        if event == "/jax/core/compile/backend_compile_duration":
            compiled.append(event)

    monitoring.register_event_duration_secs_listener(heard)  # type: ignore[arg-type]
    begun, first = time.perf_counter(), 0.0
    while (elapsed := time.perf_counter() - begun) < 60 * minutes:
        walls.append(_moved(state, generator))
        if not first and elapsed > 6 * minutes:
            first = _resident()
    return Slid(
        scenario,
        minutes,
        len(walls),
        _percentiles(np.array(walls)),
        len(compiled),
        round(_resident() - first, 1),
    )


def _moved(state: Any, generator: np.random.Generator) -> float:
    """Milliseconds that a change of one slider takes, with all that the page is told at once."""
    slider = state.opening.sliders[generator.integers(len(state.opening.sliders))]
    begun = time.perf_counter()
    state.change({slider.path: float(generator.uniform(slider.low, slider.high))}, "same")
    state.scene()
    state.history()
    return 1e3 * (time.perf_counter() - begun)


def _percentiles(values: np.ndarray) -> tuple[float, float]:
    return round(float(np.percentile(values, 50)), 1), round(float(np.percentile(values, 95)), 1)


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _processor(pid: int) -> float:
    """Processor seconds of a process."""
    parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")
