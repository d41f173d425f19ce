"""The schema of scenario files, derived from the classes that are built from them.

A new potential, state, region or observable is added by one word in the tuples below.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import pydantic
from pydantic import AfterValidator, BeforeValidator, Discriminator, StrictInt, StrictStr, Tag, WithJsonSchema

from ... import analysis as A, observables as O, potentials as P, regions as R, states as S
from ..._checks import at_least, one_of, positive
from ..._typing import EnergyValue, Length, Mass, Time
from ...absorbers import Absorber
from ...designs import METHODS, ROUTES
from ...ends import Axis, Walls
from ...errors import ArgumentError, WavesimError
from ...grid import Grid
from ...schemes import SCHEMES
from ._fields import Families, Table, constructed
from ._quantities import QUANTITIES

POTENTIALS = (
    P.Free, P.Step, P.RectangularBarrier, P.GaussianBarrier, P.EckartBarrier, P.DoubleBarrier,
    P.TriangularBarrier, P.ParabolicBarrier, P.DeltaBarrier, P.DeltaWell, P.DoubleDeltaWell,
    P.Harmonic, P.InfiniteSquareWell, P.QuarticDoubleWell, P.SquareDoubleWell, P.GaussianWells,
    P.WellBehindBarrier, P.CoulombBarrier, P.LeakySquareWell,
    P.Expression, P.Sampled, P.SampledPlane, P.Layers, P.Heterostructure, P.GradedStructure, P.Driven, P.Sum, P.Separable, P.DoubleSlit, P.TwoParticles,
)  # fmt: skip
STATES = (
    S.GaussianPacket, S.WaveFunction, S.SampledState, S.Eigenstate, S.LeftLocalized, S.RightLocalized, S.Thermal, S.Trapped, S.Superposition,
    S.Product,
)  # fmt: skip
OBSERVABLES = (
    O.Norm, O.ProbabilityIn, O.Position, O.PositionSpread, O.Momentum, O.MomentumSpread, O.Energy, O.Expectation,
    O.ProbabilityCurrent, O.Overlap, O.Autocorrelation, O.MovingIn,
)  # fmt: skip
REGIONS = (R.Beyond, R.Before, R.Between)
QUESTIONS = (
    A.Transmission, A.TransmissionCurve, A.TransmissionAt, A.EnergyForTransmission, A.TransmissionMaxima,
    A.ReflectionMaxima, A.Resonances, A.CurrentVoltage, A.GapCurrent, A.FieldEmission, A.ThermalRate, A.TunnelingTimes, A.Decay, A.HalfLife, A.GamowPeak, A.Populations,
    A.DrivenPopulations, A.Splitting, A.Motion, A.Levels, A.Fringes, A.PassOrBounce, A.MeetingDelay, A.PassageTime,
)  # fmt: skip

FAMILIES = Families({
    P.AbstractPotential: POTENTIALS, S.AbstractState: STATES, O.AbstractObservable: OBSERVABLES, R.AbstractRegion: REGIONS,
    A.AbstractQuestion: QUESTIONS,
})  # fmt: skip

# limits beyond the memory of any machine, checked before anything is allocated; the planner checks this machine's memory
_MOST_POINTS, _MOST_FRAMES = 1_000_000_000, 1_000_000
# number of sets of kinds with rules of their own, before the rules of all kinds are built
_MOST_FILES = 4

TimeRule, LengthRule, MassRule, NumberRule = (FAMILIES.rule(hint) for hint in (Time, Length, Mass, float))


def _checked(check: Any, name: str, *rest: Any) -> AfterValidator:
    def run(value: Any) -> Any:
        check(name, value, *rest)
        return value

    return AfterValidator(run)


def _above_one(name: str, value: float) -> None:
    if not value > 1:
        raise ArgumentError(
            name,
            f"must be above 1, but is {value:.6g}; factor = 10 allows from a tenth to ten times of what is expected.",
        )


def _at_most(name: str, value: int, bound: int) -> None:
    if value > bound:
        raise ArgumentError(name, f"must be at most {bound:,}, but is {value:,}; give a smaller one.")


def _no_longer(name: str, value: str, bound: int) -> None:
    if len(value) > bound:
        raise ArgumentError(name, f"must have at most {bound:,} characters, but has {len(value):,}; shorten it.")


def _each(rule: Any) -> Any:
    """One value, or a list with one for each axis."""
    spread = BeforeValidator(lambda value: value if isinstance(value, list) else [value])
    inner = pydantic.TypeAdapter(rule).json_schema()
    return Annotated[tuple[rule, ...], spread, WithJsonSchema({"anyOf": [inner, {"type": "array", "items": inner}]})]


class Particle(Table):
    """The particle."""

    mass: Annotated[MassRule, _checked(positive, "mass")] = 1.0  # type: ignore[valid-type]
    charging: Annotated[FAMILIES.rule(EnergyValue), _checked(positive, "charging")] | None = None  # type: ignore[valid-type]

    @property
    def inertia(self) -> float:
        """The mass; for the phase of a junction, 1/(8 E_C), with the charging energy E_C = e^2/(2 C)."""
        return self.mass if self.charging is None else 1 / (8 * self.charging)


class Accuracy(Table):
    """The accuracy to aim at."""

    tolerance: Annotated[NumberRule, _checked(positive, "tolerance")] = 1e-4  # type: ignore[valid-type]


class GridTable(Table):
    """Instead of the planner's grid: the ends of the box and the points, one number or one for each axis."""

    lower: _each(LengthRule)  # type: ignore[valid-type]
    upper: _each(LengthRule)  # type: ignore[valid-type]
    points: _each(Annotated[StrictInt, _checked(_at_most, "points", _MOST_POINTS)])  # type: ignore[valid-type]

    def grid(self) -> Grid:
        """The grid of this table."""
        if not len(self.lower) == len(self.upper) == len(self.points):
            raise WavesimError(
                f"must have as many entries in lower, upper and points, but they have {len(self.lower)}, {len(self.upper)} and {len(self.points)}."
            )
        if math.prod(self.points) > _MOST_POINTS:
            raise WavesimError(
                f"must have at most {_MOST_POINTS:,} points in all, but has {math.prod(self.points):,}; take fewer, or leave them to the planner."
            )
        return Grid.product(*(Grid.line(*ends) for ends in zip(self.lower, self.upper, self.points, strict=True)))


class Run(Table):
    """Instead of the planner's choices, key by key."""

    dt: Annotated[TimeRule, _checked(positive, "dt")] | None = None  # type: ignore[valid-type]
    frames: Annotated[StrictInt, _checked(at_least, "frames", 1), _checked(_at_most, "frames", _MOST_FRAMES)] | None = (
        None
    )
    scheme: Annotated[StrictStr, _checked(one_of, "scheme", (*SCHEMES, "chebyshev", "spectral"))] | None = None
    precision: Annotated[StrictStr, _checked(one_of, "precision", ("double", "single"))] = "double"


class Expected(Table):
    """An expected number: equal to a theory or to a value (`within` an absolute or `relative` difference, or a `factor` in either direction; otherwise within its error bar), or `below` a limit."""

    theory: StrictStr | None = None
    value: float | StrictStr | None = None
    below: float | StrictStr | None = None
    within: float | StrictStr | None = None
    relative: Annotated[NumberRule, _checked(positive, "relative")] | None = None  # type: ignore[valid-type]
    factor: Annotated[NumberRule, _checked(_above_one, "factor")] | None = None  # type: ignore[valid-type]


class Band(Table):
    """Energies evenly spaced from `low` to `high`."""

    low: FAMILIES.rule(EnergyValue)  # type: ignore[valid-type]
    high: FAMILIES.rule(EnergyValue)  # type: ignore[valid-type]
    count: Annotated[StrictInt, _checked(at_least, "count", 2), _checked(_at_most, "count", 1000)] = 21


# editors suggest the standard names
_NAMES: Any = {"anyOf": [{"enum": list(QUANTITIES)}, {"type": "string"}]}
_OFF = Annotated[Literal["none"], Tag("off")]
_LAYER = Annotated[FAMILIES.table(Absorber), constructed(Absorber), Tag("layer")]
WallsRule = Annotated[FAMILIES.table(Walls), constructed(Walls)]  # type: ignore[valid-type]
AxisRule = Annotated[FAMILIES.table(Axis), constructed(Axis)]  # type: ignore[valid-type]
AbsorberRule = Annotated[_LAYER | _OFF, Discriminator(lambda value: "off" if isinstance(value, str) else "layer")]  # type: ignore[valid-type]


def _scenario_file(families: Families) -> tuple[type[Table], dict[str, type[Table]]]:
    """The table of a whole file, and all tables by their names in an error's location: sections, kinds and union members."""

    class Wanted(Table):
        """A target of a design: a quantity with a value, or above or below a limit; `find` is the question that gives it."""

        quantity: Literal[tuple(QUANTITIES)]  # type: ignore[valid-type]
        value: float | StrictStr | None = None
        above: float | StrictStr | None = None
        below: float | StrictStr | None = None
        within: float | StrictStr | None = None
        weight: Annotated[NumberRule, _checked(positive, "weight")] = 1.0  # type: ignore[valid-type]
        find: families.union(A.AbstractQuestion) | None = None  # type: ignore[valid-type]
        energies: list[FAMILIES.rule(EnergyValue)] = []  # type: ignore[valid-type]
        band: Band | None = None

    class DesignTable(Table):
        """Free parameters, as paths with bounds, and targets; run by `wavesim design`."""

        vary: dict[StrictStr, list[float | StrictStr]]
        targets: list[Wanted]
        starts: Annotated[StrictInt, _checked(at_least, "starts", 1), _checked(_at_most, "starts", 1000)] = 8
        seed: Annotated[StrictInt, _checked(at_least, "seed", 0)] = 0
        method: Annotated[StrictStr, _checked(one_of, "method", METHODS)] = "trust_region"
        route: Annotated[StrictStr, _checked(one_of, "route", ROUTES)] | None = None

    class ScenarioFile(Table):
        """A scenario: a question of wave mechanics, in terms of physics. Numerics may be left to the planner."""

        format: Literal[1]
        title: Annotated[StrictStr, _checked(_no_longer, "title", 300)]
        question: Annotated[StrictStr, _checked(_no_longer, "question", 2000)] = ""
        expectation: Annotated[StrictStr, _checked(_no_longer, "expectation", 5000)] = ""
        units: Literal["natural"] | None = None
        duration: Annotated[TimeRule, _checked(positive, "duration")] | None = None  # type: ignore[valid-type]
        particle: Particle = Particle()
        potential: families.union(P.AbstractPotential)  # type: ignore[valid-type]
        walls: WallsRule | None = None  # type: ignore[valid-type]
        axis: AxisRule | None = None  # type: ignore[valid-type]
        state: families.union(S.AbstractState)  # type: ignore[valid-type]
        find: families.union(A.AbstractQuestion) | None = None  # type: ignore[valid-type]
        accuracy: Accuracy = Accuracy()
        grid: Annotated[GridTable, AfterValidator(GridTable.grid)] | None = None
        run: Run = Run()
        absorber: AbsorberRule | None = None  # type: ignore[valid-type]
        measure: dict[str, families.union(O.AbstractObservable)] = {}  # type: ignore[valid-type]
        vary: dict[StrictStr, list[Any]] = {}
        design: DesignTable | None = None
        # names under [measure] are allowed too
        expect: dict[StrictStr, Expected] = pydantic.Field({}, json_schema_extra={"propertyNames": _NAMES})

    tables = {
        **families.tables, "particle": Particle, "accuracy": Accuracy, "grid": GridTable, "run": Run, "expect": Expected,
        "design": DesignTable, "targets": Wanted, "band": Band,
        "layer": families.table(Absorber), "walls": families.table(Walls), "axis": families.table(Axis),
    }  # fmt: skip
    return ScenarioFile, tables


@functools.cache
def whole() -> tuple[type[Table], dict[str, type[Table]]]:
    """The table of a file of any kinds, and all tables by their names in an error's location."""
    return _scenario_file(FAMILIES)


_partial: dict[frozenset[str], type[Table]] = {}


def checked(data: Any, context: dict[str, Any]) -> Any:
    """The checked table of a file's content.

    The rules of the kinds in one file are built in a quarter of the time of all rules.

    Raises:
        pydantic.ValidationError: with all errors.
    """
    kinds = frozenset(_kinds(data))
    if kinds not in _partial and len(_partial) < _MOST_FILES:
        _partial[kinds] = _scenario_file(FAMILIES.of(kinds))[0]
    try:
        return _partial[kinds].model_validate(data, context=context)
    except (KeyError, pydantic.ValidationError):
        return whole()[0].model_validate(data, context=context)


def _kinds(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        if isinstance(kind := data.get("kind"), str):
            yield kind
        data = data.values()
    elif not isinstance(data, list):
        return
    for part in data:
        yield from _kinds(part)


def json_schema() -> dict[str, Any]:
    """The JSON schema of scenario files, for editors and forms."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **whole()[0].model_json_schema()}
