"""The opened scenario: its content, and the sliders that change numbers in it."""

from __future__ import annotations

import dataclasses
import functools
import json
import math
import os
import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from ..analysis import PassOrBounce, meeting, question_of
from ..errors import ArgumentError, ScenarioError
from ..scenario import (
    Scenario,
    assign_value,
    find_scenario,
    load_scenario,
    read_scenario,
    shipped,
    toml,
    written,
)
from ..units import number_and_unit

# range of a slider without a preset: from the value over this factor to the value times it
_RANGE = 4.0
# steps of such a slider
_STEPS = 200
_MOST_SLIDERS = 8
# sections whose numbers get sliders
_SECTIONS = ("potential", "state", "particle")


@dataclasses.dataclass(frozen=True)
class Slider:
    """A slider for one number, in the unit of the file.

    Attributes:
        path: of the number in the file.
        label: shown to the reader.
        low, high, step: its range.
        unit: of the file, "" in natural units.
        handle: how it is dragged in the picture, None if it cannot be.
    """

    path: str
    label: str
    low: float
    high: float
    step: float
    unit: str
    handle: Mapping[str, Any] | None = None


@dataclasses.dataclass(frozen=True)
class Opening:
    """A scenario with its sliders.

    Attributes:
        name: of the scenario.
        words: entry in the menu.
        content: of the file as opened; the first case if there are several.
        sliders: in order.
        shipped: whether the scenario is shipped, so that a link can name it.
        preset: whether the sliders are those of a preset.
        folder: to which paths in the file are relative.
    """

    name: str
    words: str
    content: dict[str, Any]
    sliders: tuple[Slider, ...]
    shipped: bool
    preset: bool = False
    folder: Path = Path()

    @functools.cached_property
    def values(self) -> dict[str, float]:
        """The numbers of the file, by path."""
        return {slider.path: _number(_at(self.content, slider.path))[0] for slider in self.sliders}

    def checked(self, values: Mapping[str, Any]) -> dict[str, float]:
        """The values as floats, if each lies within the range of its slider.

        Raises:
            ArgumentError: with the path, and the range in which the value must lie.
        """
        sliders = {slider.path: slider for slider in self.sliders}
        valid: dict[str, float] = {}
        for path, value in values.items():
            slider = sliders.get(path)
            if slider is None:
                raise ArgumentError(str(path), f"must be one of {', '.join(sliders) or 'no sliders at all'}.")
            if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                raise ArgumentError(path, "must be a number, but is not; type one such as 1.5.")
            if not slider.low <= value <= slider.high:
                unit = f" {slider.unit}" if slider.unit else ""
                raise ArgumentError(
                    path, f"must lie between {slider.low:g} and {slider.high:g}{unit}, but is {value:g}."
                )
            valid[path] = float(value)
        return valid

    def clipped(self, values: Mapping[str, float]) -> dict[str, float]:
        """The values clipped to the ranges of their sliders and rounded to their steps."""
        sliders = {slider.path: slider for slider in self.sliders}
        clipped = {}
        for path, value in values.items():
            slider = sliders[path]
            steps = round((min(max(value, slider.low), slider.high) - slider.low) / slider.step)
            clipped[path] = min(float(f"{slider.low + steps * slider.step:.10g}"), slider.high)
        return clipped

    def changed(self, values: Mapping[str, float]) -> dict[str, Any]:
        """The content with these values; without the file's expectations if any value differs."""
        content, units = self.content, {slider.path: slider.unit for slider in self.sliders}
        for path, value in values.items():
            if value != self.values[path]:
                content = assign_value(content, path, f"{value!r} {units[path]}" if units[path] else value)
        return content if content is self.content else {k: v for k, v in content.items() if k != "expect"}

    def scenario(self, values: Mapping[str, float]) -> Scenario:
        """The scenario with these values; for two particles that meet, that of their distance.

        Raises:
            ScenarioError: if the values contradict each other.
        """
        scenario = read_scenario(self.name, self.changed(values), self.folder)
        if "grid" in scenario.fixed or not isinstance(question_of(scenario.problem), PassOrBounce):
            return scenario
        return dataclasses.replace(scenario, problem=meeting(scenario.problem), find=None)

    def text(self, values: Mapping[str, float]) -> str:
        """A scenario file with these values, checked by reading it back."""
        text = written(self.changed(values))
        read_scenario(self.name, toml(text, self.name), self.folder)
        return text

    def link(self, values: Mapping[str, float]) -> str:
        """The link ``s=rectangular_barrier&potential.height=0.75``, with only the values that differ from the file."""
        parts = [
            f"{path}={value:.10g}"
            for path, value in values.items()
            if not math.isclose(value, self.values[path], rel_tol=1e-9)
        ]
        return "&".join([f"s={self.name}", *parts])


@functools.cache
def presets() -> dict[str, dict[str, Any]]:
    """The rows of ``_presets.toml`` by name."""
    text = (files("wavesim.explorer") / "_presets.toml").read_text(encoding="utf-8")
    return {row["name"]: row for row in tomllib.loads(text)["preset"]}


def menu() -> list[dict[str, Any]]:
    """The page's menu: name, words and group of each preset."""
    return [{key: row[key] for key in ("name", "words", "group")} for row in presets().values()]


def opened(name: str | os.PathLike[str]) -> tuple[Opening, dict[str, float]]:
    """The opening of a scenario's name, a file's path or a link (``#s=NAME&path=value``), and the initial values.

    Raises:
        ScenarioError: if there is no such scenario, or the link's values are invalid.
    """
    text = os.fspath(name)
    if "#s=" in text or text.startswith("s="):
        return of_link(text.partition("#")[2] or text)
    scenario_name, source = find_scenario(text)
    content = toml(source, Path(text).name)
    if content.get("vary"):
        content = json.loads(load_scenario(text).cases[0].content)
    is_shipped = text in shipped()
    row = presets().get(text) if is_shipped else None
    folder = Path() if is_shipped else Path(text).parent
    sliders = tuple(_sliders(content)) if row is None else tuple(_slider(content, entry) for entry in row["sliders"])
    words = str(content.get("title", scenario_name)) if row is None else row["words"]
    opening = Opening(scenario_name, words, content, sliders, is_shipped, row is not None, folder)
    return opening, dict(opening.values)


def of_link(link: str) -> tuple[Opening, dict[str, float]]:
    """The opening and the values of a link.

    Raises:
        ScenarioError: if it names no shipped scenario, or a value that no slider can have.
    """
    pairs = dict(parse_qsl(link, keep_blank_values=True))
    name = pairs.pop("s", "")
    pairs.pop("token", None)
    if name not in shipped():
        raise ScenarioError(f"a link must name a shipped scenario, but names {name[:80]!r}; see `wavesim list`.")
    opening, values = opened(name)
    try:
        given = {path: float(value) for path, value in pairs.items()}
        return opening, values | opening.checked(given)
    except ArgumentError as error:
        raise ScenarioError(f"the link's {error.argument} {error.reason}") from None
    except ValueError:
        raise ScenarioError("a link must give numbers, as in #s=rectangular_barrier&potential.height=0.75.") from None


def _slider(content: dict[str, Any], row: dict[str, Any]) -> Slider:
    unit = _number(_at(content, row["path"]))[1]
    return Slider(row["path"], row["label"], row["low"], row["high"], row["step"], unit, row.get("handle"))


def _sliders(content: dict[str, Any]) -> Iterator[Slider]:
    """A slider for each number of the physics that is not 0, up to a limit."""
    count = 0
    for section in _SECTIONS:
        for path, value in _numbers(content.get(section), section):
            number, unit = _number(value)
            if number and count < _MOST_SLIDERS:
                count += 1
                low, high = sorted((number / _RANGE, number * _RANGE))
                words = " ".join(path.split(".")[1:]).replace("_", " ")
                label = f"{section}: {words}" if section != "particle" else words
                yield Slider(path, label[:1].upper() + label[1:], low, high, _round_step((high - low) / _STEPS), unit)


def _numbers(node: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _numbers(value, f"{path}.{key}")
    elif isinstance(node, list) and len(node) <= 4:
        for place, value in enumerate(node):
            yield from _numbers(value, f"{path}.{place}")
    elif isinstance(node, float) or (isinstance(node, str) and _quantity(node) is not None):
        yield path, node


def _quantity(text: str) -> tuple[float, str] | None:
    quantity = number_and_unit(text)
    return quantity if quantity is not None and quantity[1] and len(text) < 60 else None


def _number(value: Any) -> tuple[float, str]:
    if isinstance(value, str):
        quantity = number_and_unit(value)
        assert quantity is not None
        return float(quantity[0]), quantity[1]
    return float(value), ""


def _at(content: Any, path: str) -> Any:
    for key in path.split("."):
        content = content[int(key)] if isinstance(content, list) else content[key]
    return content


def _round_step(step: float) -> float:
    """The largest 1, 2 or 5 times a power of ten that does not exceed a step."""
    size = 10.0 ** math.floor(math.log10(step))
    return next(float(f"{n * size:.1g}") for n in (5, 2, 1) if n * size <= step * (1 + 1e-9))
