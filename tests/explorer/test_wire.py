"""The wire: what is written reads back, the page's tables are the package's, and its files are whole."""

from __future__ import annotations

import graphlib
import posixpath
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from wavesim.explorer._server import page_files
from wavesim.explorer._wire import (
    FILE,
    VERSION,
    Picture,
    arrays_bytes,
    arrays_of,
    file_bytes,
    picture_bytes,
    picture_of,
)
from wavesim.viz._colors import phase_table

PAGE = Path(__file__).parents[2] / "wavesim" / "explorer" / "page"


def test_a_line_reads_back(rng: np.random.Generator) -> None:
    psi = (rng.normal(size=300) + 1j * rng.normal(size=300)).astype(np.complex64)
    picture = Picture(7, 3, 120, 57.25, (0.125, 0.75), psi, -48.5, 0.25)
    back = picture_of(picture_bytes(picture))
    np.testing.assert_array_equal(back.psi, psi)
    assert (back.seq, back.generation, back.frame, back.time, back.numbers) == (7, 3, 120, 57.25, (0.125, 0.75))
    assert (back.first, back.spacing) == (-48.5, 0.25)
    assert len(picture_bytes(picture)) == 60 + 8 * 300


def test_a_plane_reads_back_to_half_precision(rng: np.random.Generator) -> None:
    """float16 holds 11 bits of numbers up to the peak: 2^-11 of it."""
    psi = (rng.normal(size=(24, 32)) + 1j * rng.normal(size=(24, 32))).astype(np.complex64)
    back = picture_of(picture_bytes(Picture(1, 0, 2, 3.0, (0.5,), psi, 0.0, 1.0)))
    np.testing.assert_allclose(back.psi, psi, atol=2.0**-10 * float(np.abs(psi).max()))
    assert back.numbers[0] == 0.5 and back.numbers[-1] == pytest.approx(float(np.abs(psi).max()))


def test_arrays_and_files_read_back() -> None:
    data = arrays_bytes({"type": "scene", "words": "à 12"}, {"x": np.arange(5.0), "v": np.ones((2, 2))})
    meta, arrays = arrays_of(data)
    assert meta == {"type": "scene", "words": "à 12"} and arrays["x"].tolist() == [0, 1, 2, 3, 4]
    assert arrays["v"].size == 4 and len(data) % 4 == 0
    with pytest.raises(ValueError):
        arrays_bytes({"type": "scene", "level": float("nan")}, {})
    assert file_bytes("a.toml", "application/toml", b"x = 1")[0] == FILE


def test_the_page_has_the_packages_phases() -> None:
    numbers = [int(word, 16) for word in re.findall(r"0x[0-9a-f]{6}", (PAGE / "canvas" / "phase.js").read_text())]
    table = phase_table().astype(int)
    assert numbers == [(r << 16) + (g << 8) + b for r, g, b in table.tolist()]


def test_the_page_knows_the_version_and_loads_nothing_from_elsewhere() -> None:
    files = page_files()
    some = {"index.html", "page.css", "main.js", "engine/channel.js", "canvas/stage.js", "controls/sliders.js"}
    assert some <= set(files)
    assert f"export const VERSION = {VERSION};".encode() in files["engine/wire.js"]
    for name, content in files.items():
        addresses = set(re.findall(rb"https?://[^\s\"'`)]+", content)) - {b"http://www.w3.org/2000/svg"}
        assert not addresses, name
        assert b"eval(" not in content and b"innerHTML" not in content
        assert b"style=" not in content.replace(b"{ style=", b"") or name != "index.html"


def _beside(file: str, source: str) -> str:
    """The file that a module of the page means by a relative path."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(file), source))


def test_the_pages_modules_import_what_there_is() -> None:
    """Each import names a file of the page and something that it exports."""
    texts = {name: content.decode() for name, content in page_files().items() if name.endswith(".js")}
    for file, text in texts.items():
        for names, source in re.findall(r"import \{([^}]*)\} from \"([^\"]+)\"", text):
            for name in filter(None, (part.strip() for part in names.split(","))):
                # a dollar sign is a letter of JavaScript's names
                word = rf"(?<![\w$]){re.escape(name)}(?![\w$])"
                assert re.search(
                    rf"export (async )?(const|let|function|class) {word}|export const [^;]*{word} =",
                    texts[_beside(file, source)],
                ), name


def test_a_notebook_can_load_every_module() -> None:
    """Its loader turns a module into a blob once all that it imports are blobs: plain names, no circles, nothing unused."""
    texts = {name: content.decode() for name, content in page_files().items() if name.endswith(".js")}
    imports = {
        name: {_beside(name, source) for source in re.findall(r"from \"([^\"]+)\"", text)}
        for name, text in texts.items()
    }
    order = list(graphlib.TopologicalSorter(imports).static_order())
    assert set(order) == set(texts)
    assert set(texts) - set().union(*imports.values()) == {"main.js"}


def test_the_page_reads_what_is_written(tmp_path: Path, rng: np.random.Generator) -> None:
    """The page's own reader, run by Node where there is one; the browser's tests run it in any case."""
    node = shutil.which("node")
    psi = (rng.normal(size=8) + 1j * rng.normal(size=8)).astype(np.complex64)
    data = picture_bytes(Picture(5, 2, 9, 1.5, (0.25, 0.5), psi, -2.0, 0.5))
    assert picture_of(data).seq == 5
    if node is not None:
        (tmp_path / "wire.mjs").write_bytes(page_files()["engine/wire.js"])
        (tmp_path / "data").write_bytes(data)
        script = (
            'import { read } from "./wire.mjs"; import fs from "fs"; const d = fs.readFileSync("data");'
            "const m = read(d.buffer.slice(d.byteOffset, d.byteOffset + d.length));"
            "console.log(m.seq, m.generation, m.frame, m.time, m.first, m.spacing, m.numbers.join(), m.columns, m.psi.length);"
        )
        (tmp_path / "read.mjs").write_text(script)
        told = subprocess.run([node, "read.mjs"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
        assert told.split() == ["5", "2", "9", "1.5", "-2", "0.5", "0.25,0.5", "8", "16"]
