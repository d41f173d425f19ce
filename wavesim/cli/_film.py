"""Films of a run at its end, or later of its files; of several cases side by side."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._files import sweep_leftovers
from .._text import clean
from ..errors import ArgumentError, ScenarioError, WavesimError
from ._film_options import FilmOptions
from ._libraries import print_warnings, start_matplotlib
from ._output import refuse_unwritable
from ._streams import complain, shows_progress

if TYPE_CHECKING:
    from ..analysis import Report
    from ..propagation import Result
    from ..units import UnitSystem
    from ._output import OutputFolder


def put_film(
    title: str,
    runs: Mapping[str, Result | Report],
    units: UnitSystem,
    output: OutputFolder,
    film: FilmOptions,
    quiet: bool,
) -> None:
    """Make the film of a run, or of its cases by label."""
    output.attempt(film.name, lambda: _painted(title, runs, units, output.path / film.name, film, quiet))


def records_of(result: Path) -> list[Path]:
    """The records of a result: the file itself, the record or all cases in a folder, or those of ``results/NAME``."""
    if result.is_file():
        return [result]
    for folder in (result, Path("results") / result):
        if (folder / "result.nc").is_file():
            return [folder / "result.nc"]
        if (folder / "result_1.nc").is_file():
            return _cases_in(folder)
    return [result]


def _cases_in(folder: Path) -> list[Path]:
    """The files result_1.nc, result_2.nc and so on that hold runs of one scenario's cases: an older study may have left more."""
    from .. import io

    first = folder / "result_1.nc"
    study, records = io.attributes(first).get("study"), []
    for number in itertools.count(1):
        record = folder / f"result_{number}.nc"
        try:
            facts = io.attributes(record)
        except WavesimError:
            break
        if facts.get("study") != study:
            break
        if "numerics" in facts:
            records.append(record)
    return records or [first]


def movie_of(sources: Sequence[Path], target: Path, film: FilmOptions, *, quiet: bool) -> str:
    """Make a film of records, with the title and the units of their scenario; several records are its cases."""
    from .. import io
    from ..units import UnitSystem

    start_matplotlib()
    from ..viz import check_suffix

    try:
        check_suffix(target)
    except ArgumentError as error:
        raise ScenarioError(f"--out {error.reason}") from None
    film.refuse_bad()
    read = [io.load_with_curves(source) for source in sources]
    facts = read[0][1]
    units = UnitSystem(**json.loads(facts["units"]))
    runs = {}
    for place, (result, own, lines) in enumerate(read, start=1):
        # a record of an older version has no label
        label = own.get("case") or (f"case {place}" if len(read) > 1 else "")
        runs[label] = reported(result, own, lines, units)
    if not target.parent.is_dir():
        raise ScenarioError(
            f"the folder {target.parent} must exist, but does not; make it, or choose another with --out."
        )
    sweep_leftovers(target.parent)
    refuse_unwritable(target.parent)
    with print_warnings():
        return str(_painted(_title(facts), runs, units, target, film, quiet))


def _painted(
    title: str, runs: Mapping[str, Result | Report], units: UnitSystem, target: Path, film: FilmOptions, quiet: bool
) -> Path:
    """The film of one run, or of several side by side."""
    from ..propagation import reporter

    start_matplotlib()
    from ..viz import MOST, animate, small_multiples, spread

    if len(runs) > MOST:
        selected = [list(runs)[row] for row in spread((len(runs),))]
        complain(f"{target.name} shows {len(selected)} of {len(runs)} cases: {', '.join(selected)}.")
        runs = {label: runs[label] for label in selected}
    with reporter(shows_progress(quiet), "painting") as show:
        if len(runs) > 1:
            movie = small_multiples(runs, units=units, title=title, progress=show, **film.arguments())
        else:
            ((label, run),) = runs.items()
            headline = f"{title}: {label}" if label else title
            movie = animate(run, units=units, title=headline, progress=show, **film.arguments())
        return movie.save(target, max_size=film.max_size)


def reported(
    result: Result, facts: dict[str, str], lines: Mapping[str, Mapping[str, Any]], units: UnitSystem
) -> Result | Report:
    """The record as a report, with the numbers, the curves and the theory saved with it, so that its film equals that of the run.

    Args:
        result: the record as loaded.
        facts: its saved attributes.
        lines: its curves over time, as `io.load_with_curves` reads them.
        units: units of the report's numbers.

    Returns:
        the report; the result alone if no report was saved, or one of another version.
    """
    from ..analysis import Curve, Quantity, Report
    from ..scenario import QUANTITIES

    try:
        content = json.loads(facts["report"])
        dimensions = QUANTITIES | {name: observable.dimension for name, observable in result.problem.measure.items()}
        quantities = {}
        for name, row in content["quantities"].items():
            scale = units.scale(dimensions[name])
            theory = {kind: value * scale for kind, value in row["theory"].items()}
            error = math.inf if row["error"] is None else row["error"] * scale
            part_of = row.get("part_of", "")
            quantities[name] = Quantity(
                name, row["value"] * scale, error, dimensions[name], {}, theory, part_of=part_of
            )
        curves = {}
        # in the report's order, whose first curve is the film's number
        for name in content["curves"]:
            if name in lines:
                scale, line = units.scale(dimensions[name]), lines[name]
                theories = {kind: values * scale for kind, values in line["theory"].items()}
                error = line["error"] * scale
                curves[name] = Curve(name, result.times, line["values"] * scale, dimensions[name], theories, error)
        tolerance = float(content["tolerance"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return result
    return Report(result, tolerance, quantities, curves, (), 0, 0, 0.0)


def _title(facts: dict[str, str]) -> str:
    """The title of a result's scenario, "" if it has none."""
    try:
        return clean(str(json.loads(facts.get("scenario", "{}"))["title"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
