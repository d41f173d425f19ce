"""The gallery of the manual: every shipped scenario, run by the build, with its film or picture, its numbers and its file."""

from __future__ import annotations

import concurrent.futures
import functools
import hashlib
import html
import itertools
import re
import shutil
import subprocess
import sys
from pathlib import Path

import wavesim
from wavesim.errors import WavesimError
from wavesim.explorer._opening import opened
from wavesim.explorer.figures._kinds import check_live
from wavesim.scenario import shipped

# a film of a few seconds, some 200 kB
_FILM = ("--style", "talk", "--size", "640x360", "--duration", "6", "--fps", "20")
_ROW = re.compile(r"^\| `(\w+)` \| (.*?) \| (.*?) \|$")
# of a report that a page shows: the head of its table, and rows
_LINES = 10
# who asked for less motion sees the first picture, and plays what they choose
_STILL = """<script>
if (matchMedia("(prefers-reduced-motion: reduce)").matches)
  document.querySelectorAll("video").forEach(film => { film.autoplay = false; film.pause(); });
</script>"""


def write_gallery(pages: Path, made: Path, public: Path) -> None:
    """Run what has not been run since it was changed, and write one page a topic.

    Args:
        pages: where the pages go, beside the other sources of the manual.
        made: where results are kept from one build to the next.
        public: what is copied to the root of the site: films, pictures and scenario files.

    Raises:
        RuntimeError: if a scenario fails, or misses what its file expects.
    """
    files = shipped()
    with concurrent.futures.ThreadPoolExecutor(2) as both:
        waiting = {
            both.submit(_run, name, source.read_text(encoding="utf-8"), made): name for name, source in files.items()
        }
        for count, done in enumerate(concurrent.futures.as_completed(waiting), 1):
            done.result()
            print(f"\rgallery: {count} of {len(files)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    for folder in ("films", "scenarios"):
        shutil.rmtree(public / folder, ignore_errors=True)
        (public / folder).mkdir(parents=True)
    pages.mkdir(exist_ok=True)
    topics = _topics()
    for number, (topic, rows) in enumerate(topics.items(), 1):
        parts = [
            f"# {topic}",
            *(_entry(*row, made / row[0], public) for row in rows),
            f"```{{raw}} html\n{_STILL}\n```",
        ]
        (pages / f"{number}.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    listed = "\n".join(map(str, range(1, len(topics) + 1)))
    (pages / "index.md").write_text(
        "# Gallery\n\n`wavesim list` prints what comes with wavesim by topic, `wavesim list WORD` what speaks of a word. Films and numbers "
        f"here were made by the build of this manual.\n\n```{{toctree}}\n{listed}\n```\n",
        encoding="utf-8",
    )


def _topics() -> dict[str, list[tuple[str, str, str]]]:
    """Name, question and expected number of each scenario by the headings of the catalogue."""
    topics: dict[str, list[tuple[str, str, str]]] = {}
    heading = ""
    for line in (Path(__file__).parent.parent / "scenarios" / "README.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            heading = line[3:]
        elif (row := _ROW.match(line)) and row[1] in shipped():
            topics.setdefault(heading, []).append((row[1], row[2], row[3]))
    return topics


def _run(name: str, text: str, made: Path) -> None:
    """`wavesim run NAME`, unless this file has been run by this code."""
    folder, digest = made / name, hashlib.sha256(f"{_code()}\n{_FILM}\n{text}".encode()).hexdigest()
    stamp = folder / "stamp"
    if stamp.exists() and stamp.read_text() == digest:
        return
    shutil.rmtree(folder, ignore_errors=True)
    command = [sys.executable, "-m", "wavesim", "run", name, "--quiet", "--out", str(folder), *_FILM]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"wavesim run {name} ended with exit code {done.returncode}: {done.stdout}{done.stderr}")
    (folder / "numbers.txt").write_text(done.stdout, encoding="utf-8")
    stamp.write_text(digest)


@functools.cache
def _code() -> str:
    """What the package's files are: numbers and films of another version are not shown."""
    files = sorted(Path(wavesim.__file__).parent.rglob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _entry(name: str, question: str, expected: str, folder: Path, public: Path) -> str:
    """A section: the question, the film or the picture, the numbers, and what to do with the file."""
    text = shipped()[name].read_text(encoding="utf-8")
    title = re.search(r'^title = "(.*)"$', text, re.MULTILINE)
    (public / "scenarios" / f"{name}.toml").write_text(text, encoding="utf-8")
    shutil.copy(folder / "summary.png", public / "films" / f"{name}.png")
    picture = f"../films/{name}.png"
    shown = f'<a href="{picture}"><img src="{picture}" alt="{html.escape(question)}" width="640" loading="lazy"></a>'
    if (folder / "movie.mp4").exists():
        shutil.copy(folder / "movie.mp4", public / "films" / f"{name}.mp4")
        shown = (
            f'<video src="../films/{name}.mp4" aria-label="{html.escape(question)}" width="640" autoplay muted loop playsinline controls></video>\n'
            f'<p><a href="{picture}">The picture with its numbers</a></p>'
        )
    lines = (folder / "numbers.txt").read_text(encoding="utf-8").splitlines()
    table = itertools.takewhile(lambda line: line and not line.startswith("error bar"), lines)
    numbers = "\n".join(itertools.islice(table, _LINES))
    commands = [f"wavesim run {name}"] + ([f"wavesim explore '#s={name}'"] if _is_live(name) else [])
    return "\n\n".join(
        [
            f"## {title[1] if title else name}",
            question,
            f"```{{raw}} html\n{shown}\n```",
            f"```text\n{numbers}\n```",
            f"Expected: {expected}.",
            "```\n" + "\n".join(commands) + "\n```",
            f'```{{raw}} html\n<p><a href="../scenarios/{name}.toml">{name}.toml</a></p>\n```',
        ]
    )


def _is_live(name: str) -> bool:
    try:
        check_live(*opened(name))
    except WavesimError:
        return False
    return True
