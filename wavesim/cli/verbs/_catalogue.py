"""``wavesim list``: the shipped scenarios by topic, and the outcome of the last run of each."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from ...errors import ScenarioError
from ...scenario import fingerprint, shipped, shipped_designs, shipped_sweeps

# scenarios by topic, in the order of scenarios/README.md; a test checks that none is missing
_TOPICS = {
    "Free motion": "free_packet harmonic_coherent",
    "Walls and rings": "box_revival bouncing_neutron methyl_rotor",
    "A packet meets a barrier": "rectangular_barrier eckart_barrier gaussian_barrier delta_barrier step double_barrier oxide_tunneling flash_oxide "
    "stm_gap fowler_nordheim hartman_effect group_delay",
    "T(E), plane waves": "transmission_curve wkb_gallery thick_oxide ramsauer_resonances resonant_tunneling_diode",
    "Devices, rates and qubits": "effective_mass diode_current stm_current field_emission enzyme_rate josephson_escape flux_qubit",
    "Two wells": "quartic_double_well sextic_double_well square_double_well delta_double_well bond soft_double_well_formulas deep_double_well "
    "detuned_double_well driven_double_well hydrogen_transfer coupled_double_well warm_double_well",
    "Decay": "alpha_decay alpha_decay_watched geiger_nuttall fusion_gamow_peak well_to_well_or_to_freedom field_ionization",
    "Two dimensions, two particles": "double_slit henon_heiles two_particles identical_particles",
}
_SIGNS = {"as expected": "+", "NOT as expected": "!", "interrupted": "~", "changed": "*", "not run": " "}
_LEGEND = "+ as expected   ! NOT as expected   ~ interrupted   * changed since"


def catalogue(results: Path, word: str = "", width: int | None = None) -> str:
    """The scenarios by topic, then sweeps and designs, a line each: outcome of the last run, name, title.

    Args:
        results: the folder of results; the outcome is that of ``results/NAME/report.json``.
        word: only entries with this word in name, title, question or topic.
        width: columns of the terminal, at which titles are cut; None for whole titles, if another program reads them.
    """
    scenarios = _contents(shipped())
    topics = {topic: names.split() for topic, names in _TOPICS.items()}
    topics["Further"] = [name for name in scenarios if not any(name in names for names in topics.values())]
    groups = [
        (topic, {name: scenarios[name] for name in names if name in scenarios}) for topic, names in topics.items()
    ]
    runs = {name: _SIGNS[status_of(results / name / "report.json", data)] for name, data in scenarios.items()}
    groups += [("Sweeps: wavesim sweep NAME", _contents(shipped_sweeps()))]
    groups += [("Designs: wavesim design NAME", _contents(shipped_designs()))]
    lines: list[str] = []
    for topic, members in groups:
        rows = [
            f"{runs.get(name, ' ')} {name:<30}{data['title']}"
            for name, data in members.items()
            if _mentions(word, topic, name, data)
        ]
        lines += ["", topic, *(_cut(row, width) for row in rows)] if rows else []
    if not lines:
        raise ScenarioError(f"nothing that comes with wavesim speaks of {word!r}; `wavesim list` shows all.")
    if any(sign != " " for sign in runs.values()):
        lines += ["", _LEGEND]
    return "\n".join(lines[1:])


def _cut(row: str, width: int | None) -> str:
    return row if width is None or len(row) <= width else f"{row[: width - 3]}..."


def _contents(shelf: Mapping[str, Traversable]) -> dict[str, dict[str, Any]]:
    return {name: tomllib.loads(item.read_text(encoding="utf-8")) for name, item in shelf.items()}


def _mentions(word: str, topic: str, name: str, data: dict[str, Any]) -> bool:
    text = f"{topic} {name} {name.replace('_', ' ')} {data['title']} {data['question']}"
    return word.lower() in text.lower()


def status_of(report: Path, data: dict[str, Any]) -> str:
    """``not run``, ``as expected``, ``NOT as expected``, ``interrupted``, or ``changed`` if the file has changed since the run."""
    try:
        content = json.loads(report.read_text(encoding="utf-8"))
        cases = content.get("cases", [])
        expected = [row["met"] is not False for part in (content, *cases) for row in part["expect"]]
        if content["hash"] != fingerprint(data):
            return "changed"
        if content["status"] != "complete":
            return "interrupted"
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        # no report, or one of another version
        return "not run"
    return "as expected" if all(expected) else "NOT as expected"
