"""What the long forms gave, one small JSON file for each harness: seed, versions, counts of outcomes, processor seconds."""

from __future__ import annotations

import importlib.metadata
import json
import platform
import resource
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_PACKAGES = ("jax", "jaxlib", "numpy", "zarr", "numcodecs", "xarray", "h5py", "h5netcdf", "distributed")


def in_double_precision() -> None:
    """As the command computes, and the tests do."""
    import jax

    jax.config.update("jax_enable_x64", True)


def _commit() -> str:
    """Of the working tree, empty outside of one."""
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=Path(__file__).parent, capture_output=True, text=True
    )
    return done.stdout.strip()


def record(name: str, seed: int, outcomes: Mapping[str, Any], **facts: Any) -> Path:
    """Write down how a harness ended; it replaces the earlier record."""
    from wavesim._version import __version__

    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    content = {
        "harness": name,
        "seed": seed,
        "outcomes": dict(outcomes),
        **facts,
        "processor_s": round(sum(one.ru_utime + one.ru_stime for one in used)),
        "memory_gb": round(max(one.ru_maxrss for one in used) / 1e6, 2),
        "commit": _commit(),
        "versions": {"wavesim": __version__, "python": platform.python_version()}
        | {package: importlib.metadata.version(package) for package in _PACKAGES},
    }
    path = Path(__file__).with_name(f"{name}.json")
    path.write_text(json.dumps(content, indent=1) + "\n")
    return path
