"""What a type checker says of a user's script: nothing, in strict mode, of the lines that README and the guides show."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = "\n".join(re.findall(r"^```python\n(.*?)^```", (ROOT / "README.md").read_text(), flags=re.M | re.S))
RECORD = """
fine = report.result.resampled(1000)
grid = fine.numerics.grid
x: np.ndarray = grid.x
wave_numbers: np.ndarray = grid.momentum[0]
density: np.ndarray = abs(fine.psi[-1]) ** 2
print(x.tolist(), wave_numbers.max(), np.interp(0.0, x, density), barrier.value((x,)), barrier.value((np.zeros(3),)))
print(report.result.to_xarray(), fine.times.tolist(), density.sum())
"""


def errors_in(script: str, folder: Path) -> list[str]:
    """What pyright has against a script; jax and Matplotlib themselves leave parts of their types open."""
    (folder / "script.py").write_text(script)
    config = {"include": ["script.py"], "typeCheckingMode": "strict", "reportUnknownMemberType": False}
    (folder / "pyrightconfig.json").write_text(json.dumps({**config, "extraPaths": [str(ROOT)]}))
    pyright = shutil.which("pyright", path=str(Path(sys.executable).parent))
    assert pyright is not None
    done = subprocess.run(
        [pyright, "--outputjson", "--pythonpath", sys.executable, "-p", str(folder)], capture_output=True, text=True
    )
    found = json.loads(done.stdout)
    assert found["summary"]["filesAnalyzed"] == 1
    return [f"line {one['range']['start']['line'] + 1}: {one['message']}" for one in found["generalDiagnostics"]]


def test_the_lines_of_the_readme_and_of_a_record_are_accepted(tmp_path: Path) -> None:
    assert errors_in(f"import numpy as np\n{README}{RECORD}", tmp_path) == []


def test_a_mistake_is_seen(tmp_path: Path) -> None:
    """Without wavesim's types every line would be accepted."""
    script = "import wavesim as ws\n\nprint(ws.Grid.line(0.0, 1.0, 8).colour)\n"
    assert any("colour" in error for error in errors_in(script, tmp_path))
