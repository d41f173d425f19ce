"""What every record holds: the machine, the versions, the date and the load it was measured under."""

from __future__ import annotations

import dataclasses
import datetime
import importlib.metadata
import json
import os
import platform
from pathlib import Path
from typing import Any

RECORDS = Path(__file__).parent / "records"


@dataclasses.dataclass(frozen=True)
class Hardware:
    """The machine. Neither its name nor any path on it is recorded."""

    processor: str
    cores: int
    accelerator: str | None
    system: str


@dataclasses.dataclass(frozen=True)
class Conditions:
    """Where and when a record was made, and with what; `note` says what else mattered."""

    date: str
    hardware: Hardware
    versions: dict[str, str]
    note: str
    load_before: tuple[float, ...]
    load_after: tuple[float, ...] = ()

    @classmethod
    def now(cls, packages: tuple[str, ...], note: str, accelerator: str | None = None) -> Conditions:
        """The conditions at the start of a measurement, with the versions of `packages`."""
        versions = {"python": platform.python_version()} | {name: importlib.metadata.version(name) for name in packages}
        hardware = Hardware(_processor(), _cores(), accelerator, f"{platform.system()} {platform.machine()}")
        return cls(datetime.date.today().isoformat(), hardware, versions, note, _load())

    def ended(self) -> Conditions:
        """The same, with the load at the end."""
        return dataclasses.replace(self, load_after=_load())


def write(name: str, record: Any) -> None:
    """Write a record (a dataclass) to records/NAME.json."""
    RECORDS.mkdir(exist_ok=True)
    (RECORDS / f"{name}.json").write_text(json.dumps(dataclasses.asdict(record), indent=1) + "\n")
    print(f"written: benchmarks/records/{name}.json")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:  # not Linux
        return platform.processor()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())


def _cores() -> int:
    # the cores this process may use, which in a container or on a cluster are fewer than the machine has
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _load() -> tuple[float, ...]:
    return tuple(round(load, 2) for load in os.getloadavg())
