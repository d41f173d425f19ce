"""A commented scenario to start from: any kind of potential, with a suitable state and question."""

from __future__ import annotations

from typing import Any

from ..._text import nearest
from ...errors import ScenarioError
from ..text import examples, written
from ._reference import TableOfKeys, kinds

_PACKET = "gaussian_packet"
_PAIR = {"kind": "product", "factors": [
    {"kind": _PACKET, "center": "-14 nm", "width": "2.5 nm", "energy": "1 eV"},
    {"kind": _PACKET, "center": "0 nm", "width": "4 nm", "momentum": "0 1/nm"},
]}  # fmt: skip
# state and other keys for kinds to which a packet from the left does not apply
_WITH: dict[str, dict[str, Any]] = {
    **{kind: {"state": {"kind": "left_localized"}} for kind in ("double_delta_well", "quartic_double_well", "square_double_well", "gaussian_wells")},
    **{kind: {"state": {"kind": "trapped"}} for kind in ("well_behind_barrier", "leaky_square_well")},
    "free": {"state": {"kind": _PACKET, "center": "0 nm", "width": "1 nm", "energy": "0.25 eV"}, "duration": "20 fs"},
    "harmonic": {"state": {"kind": _PACKET, "center": "-1 nm", "width": "0.24 nm", "momentum": "0 1/nm"}, "duration": "12 fs"},
    "infinite_square_well": {"state": {"kind": _PACKET, "center": "-1 nm", "width": "0.3 nm", "momentum": "4 1/nm"}, "duration": "10 fs"},
    "coulomb_barrier": {"state": {"kind": "trapped"}, "particle": {"mass": "3.9260 u"}, "find": {"kind": "half_life", "energy": "8.9542 MeV"}},
    "driven": {"state": {"kind": "left_localized"}, "duration": "100 fs"},
    "heterostructure": {"state": {"kind": _PACKET, "center": "-60 nm", "width": "6 nm", "energy": "0.1 eV"}, "find": {"kind": "transmission_at", "energy": "0.1 eV"}, "particle": {"mass": "0.067 m_e"}},
    "separable": {"state": {"kind": "product", "factors": [
        {"kind": _PACKET, "center": "-1 nm", "width": "0.24 nm", "momentum": "0 1/nm"},
        {"kind": _PACKET, "center": "0 nm", "width": "0.2 nm", "momentum": "0 1/nm"},
    ]}, "duration": "6 fs"},
    "double_slit": {"state": _PAIR, "duration": "50 fs", "find": {"kind": "fringes"}, "absorber": "none",
        "grid": {"lower": ["-32 nm", "-28 nm"], "upper": ["30.5 nm", "28 nm"], "points": [250, 224]}},
    "sampled_plane": {"state": {"kind": "product", "factors": [
        {"kind": _PACKET, "center": "-8 nm", "width": "1.5 nm", "energy": "0.5 eV"},
        {"kind": _PACKET, "center": "0 nm", "width": "2 nm", "momentum": "0 1/nm"},
    ]}, "duration": "20 fs", "absorber": "none", "find": {"kind": "motion"},
        "grid": {"lower": ["-30 nm", "-20 nm"], "upper": ["30 nm", "20 nm"], "points": [180, 96]}},
    "two_particles": {"state": {"kind": "product", "factors": [
        {"kind": _PACKET, "center": "-10 nm", "width": "1.5 nm", "energy": "0.3 eV"},
        {"kind": _PACKET, "center": "10 nm", "width": "1.5 nm", "energy": "0.3 eV", "direction": "left"},
    ]}, "find": {"kind": "pass_or_bounce"}},
}  # fmt: skip
_OPTIONAL = """\
# Whatever is left out is chosen for you; `wavesim check FILE` shows what, and why. To choose yourself:
# duration = "100 fs"                     (above the first table)
# [particle]
# mass = "0.067 m_e"                      # or "proton", "3.2 u"; an electron if left out
# [run]
# dt = "0.1 fs"
# scheme = "chebyshev"
# To say what you expect, which the run then checks:
# [expect]
# EXPECTED
# All kinds and keys: the format reference of the manual (`make docs`), or `wavesim schema`.
"""


def starter(kind: str) -> str:
    """A scenario file with that kind of potential, each key with a comment on its values.

    Raises:
        ScenarioError: if there is no such kind.
    """
    known = {table.name: table for table in kinds("potential")}
    if kind not in known:
        near = nearest(kind, known)
        hint = f"did you mean {near[0]!r}?" if near else f"the kinds are {', '.join(known)}."
        raise ScenarioError(f"there is no kind of potential called {kind!r}; {hint}")
    extra = _WITH.get(kind, {"state": {"kind": _PACKET, **examples()["state"][_PACKET]}})
    name = kind.replace("_", " ")
    content: dict[str, Any] = {"format": 1, "title": f"My {name}", "question": f"What does a particle do at a {name}?"}
    content |= {key: extra[key] for key in ("duration", "absorber") if key in extra}
    content |= {"particle": extra["particle"]} if "particle" in extra else {}
    content["potential"] = {"kind": kind, **examples()["potential"][kind]}
    content |= {key: extra[key] for key in ("state", "find", "grid") if key in extra}
    content["accuracy"] = {"tolerance": 1e-4}
    tables = {"potential": known[kind], "state": next(t for t in kinds("state") if t.name == extra["state"]["kind"])}
    return _commented(written(content), tables) + "\n" + _OPTIONAL.replace("EXPECTED", _expected(extra))


def _expected(extra: dict[str, Any]) -> str:
    """An expectation for the question of such a file."""
    state = extra["state"]["kind"]
    if state == "left_localized" and "duration" not in extra:
        return 'tunneling_period = { theory = "levels", relative = 1e-4 }'
    if state == _PACKET and not {"find", "duration"} & extra.keys():
        return 'transmitted_probability = { theory = "scattering", within = 1e-4 }'
    return "NAME = { value = 0.5, within = 1e-3 }     # a name from the table of the run, and its number"


def _commented(text: str, tables: dict[str, TableOfKeys]) -> str:
    """The text with comments on each table and its keys; keys that are left out become comments."""
    lines: list[str] = []
    left: list[str] = []
    table: TableOfKeys | None = None
    for line in [*text.splitlines(), "["]:
        if line.startswith("["):
            while lines and not lines[-1]:
                lines.pop()
            lines += [*left, ""]
            left = []
            table = tables.get(line.strip("[]"))
            if table is not None:
                lines.append(f"# {table.meaning}")
                left = [
                    f"# {key.name} = ...".ljust(32) + f" # {key.holds}; {key.default} if left out"
                    for key in table.keys
                    if key.default
                ]
        key = next((key for key in (table.keys if table else ()) if line.startswith(f"{key.name} = ")), None)
        if key is not None:
            left = [comment for comment in left if not comment.startswith(f"# {key.name} = ")]
            line = f"{line:<32} # {key.meaning or key.holds}" if len(line) < 60 else line
        lines.append(line)
    return "\n".join(lines[:-1]).strip("\n") + "\n"
