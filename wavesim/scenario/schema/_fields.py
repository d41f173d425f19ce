"""Rules for values in files from the types of fields: dimensions become units, families of classes become kinds."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import math
import re
import types
import typing
from collections.abc import Collection
from typing import Annotated, Any, Literal

import pydantic
from pydantic import (
    AfterValidator,
    Discriminator,
    PlainValidator,
    StrictBool,
    StrictInt,
    StrictStr,
    Tag,
    WithJsonSchema,
)

from ..._text import brief, described
from ..._typing import ANY, DIMENSIONLESS, INFINITE, Dimension, angular
from ...errors import WavesimError
from ...units import number_and_unit, parse, parse_any

# limits of numbers in internal units, whose squares must not overflow or underflow
_LARGEST, _SMALLEST = 1e60, 1e-60


class Table(pydantic.BaseModel):
    """A table of a scenario file: unknown keys are refused."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


def kind_of(cls: type) -> str:
    """The name of a class in a file: ``RectangularBarrier`` is ``rectangular_barrier``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


def wanted(dimension: Dimension) -> str:
    """Allowed values of a quantity of that dimension, in words."""
    if dimension == DIMENSIONLESS:
        return "a plain number"
    if dimension == ANY:
        return "a plain number, or one with its unit, such as '2 eV'"
    article = "an" if dimension.name[0] in "aeiou" else "a"
    return f"{article} {dimension.name}, such as {' or '.join(repr(f'2 {unit}') for unit in dimension.examples[:2])}"


def quantity_value(
    value: object, dimension: Dimension, natural: bool, infinite: bool = False, angle: bool = False
) -> float:
    """The internal value of text with a unit, or of a plain number in natural units; inf has no unit.

    With `angle`, lengths are angles, and masses moments of inertia.

    Raises:
        WavesimError: if it is neither, not finite, or of another dimension.
    """
    dimension = angular(dimension) if angle else dimension
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise WavesimError(f"must be {wanted(dimension)}, but is {brief(value)}.")
    if infinite and value in (math.inf, "inf"):
        return math.inf
    if isinstance(value, str):
        if natural:
            cure = (
                "write one, as in 1.5"
                if number_and_unit(value) is None
                else 'leave out the unit, or drop the line units = "natural"'
            )
            raise WavesimError(f"must be a plain number in natural units, but is {brief(value)}; {cure}.")
        number = parse_any(value) if dimension == ANY else _parsed(value, dimension)
    elif natural or dimension in (DIMENSIONLESS, ANY):
        number = _float(value)
    else:
        raise WavesimError(
            f'must have its unit, but is {brief(value)}; write {wanted(dimension)} (or set units = "natural").'
        )
    if not math.isfinite(number):
        raise WavesimError(f"must be finite, but is {brief(value)}; give an ordinary number.")
    if abs(number) > _LARGEST:
        raise WavesimError(
            f"must be below {_LARGEST:.0e} in internal units, but is {brief(value)}; give an ordinary number."
        )
    return number


def _parsed(text: str, dimension: Dimension) -> float:
    try:
        return parse(text, dimension)
    except WavesimError:
        if dimension != DIMENSIONLESS:
            raise
        raise WavesimError(
            f"must be a number without a unit, but is {brief(text)}; write one, for example 1e-4."
        ) from None


def _float(value: int | float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def quantity(dimension: Dimension, infinite: bool = False) -> Any:
    """The rule for a quantity of that dimension, with inf allowed or not; the context of the validation has `natural` and `angle`."""

    def read(value: object, info: pydantic.ValidationInfo) -> float:
        context = info.context or {}
        number = quantity_value(value, dimension, bool(context.get("natural")), infinite, bool(context.get("angle")))
        # the tail of a table may hold 1e-120
        return 0.0 if abs(number) < _SMALLEST else number

    schema: dict[str, Any] = {"type": "number"}
    if dimension != DIMENSIONLESS:
        schema = {"type": ["number", "string"], "description": f"{wanted(dimension)}; a plain number in natural units"}
    # a plain validator: validation as a float would lose the unit
    return Annotated[float, PlainValidator(read), WithJsonSchema(schema)]


def constructed(cls: type) -> AfterValidator:
    """Turn a checked table into the object it describes; its constructor's errors are errors of the file."""

    def construct(table: pydantic.BaseModel) -> Any:
        # missing keys are left to the class, so that defaults are defined in one place
        given = {name: getattr(table, name) for name in table.model_fields_set if name != "kind"}
        try:
            return cls(**given)
        except (ArithmeticError, RecursionError, MemoryError) as error:
            raise WavesimError(
                f"must describe something that can be computed, but gives {described(error)}; change its numbers."
            ) from None
        except ValueError as error:
            if isinstance(error, WavesimError):
                raise
            raise WavesimError(
                f"must describe something that can be computed, but gives {described(error)}; change its numbers."
            ) from None

    return AfterValidator(construct)


@dataclasses.dataclass(frozen=True)
class Families:
    """Abstract classes with their members, which `kind` selects in files."""

    members: dict[type, tuple[type, ...]]

    def of(self, kinds: Collection[str]) -> Families:
        """The families with those kinds only, or with one kind if there is none of them."""
        selected = {base: [cls for cls in group if kind_of(cls) in kinds] for base, group in self.members.items()}
        return Families({base: tuple(selected[base]) or group[:1] for base, group in self.members.items()})

    @functools.cached_property
    def tables(self) -> dict[str, type[Table]]:
        """The table of each kind. Members refer to families by name, so that a sum can hold sums."""
        tables = {kind_of(cls): self.table(cls, kind=True) for group in self.members.values() for cls in group}
        space = {f"Any{base.__name__}": self._union(base, tables) for base in self.members}
        for table in tables.values():
            table.model_rebuild(_types_namespace=space)
        return tables

    def union(self, base: type) -> Any:
        """The rule for a value of that family: a table whose `kind` selects the class."""
        return self._union(base, self.tables)

    def _union(self, base: type, tables: dict[str, type[Table]]) -> Any:
        choices = [Annotated[tables[kind_of(c)], constructed(c), Tag(kind_of(c))] for c in self.members[base]]
        return Annotated[typing.Union[tuple(choices)], Discriminator(_tag)]  # noqa: UP007

    def table(self, cls: type, *, kind: bool = False) -> type[Table]:
        """A table with the fields of a dataclass: its types, and its docstring as the description."""
        hints = typing.get_type_hints(cls, include_extras=True)
        columns: dict[str, Any] = {"kind": (Literal[kind_of(cls)], ...)} if kind else {}  # type: ignore[valid-type]
        for field in dataclasses.fields(cls):
            optional = field.default is not dataclasses.MISSING
            columns[field.name] = (self.rule(hints[field.name]), field.default if optional else ...)
        described = inspect.cleandoc(cls.__doc__ or "").split("\n\n")[0].replace("\n", " ").replace("`", "")
        return pydantic.create_model(cls.__name__, __base__=Table, __doc__=described, **columns)

    def rule(self, hint: Any) -> Any:
        """The rule for a field with that type hint."""
        origin, arguments = typing.get_origin(hint), typing.get_args(hint)
        if origin is Annotated:
            return quantity(next(a for a in arguments if isinstance(a, Dimension)), INFINITE in arguments)
        if origin in (types.UnionType, typing.Union):
            inner = next(a for a in arguments if a is not type(None))
            return self.rule(inner) | None
        if origin is dict:
            return dict[str, self.rule(arguments[1])]  # type: ignore[misc]
        if origin is tuple and Ellipsis not in arguments:
            return tuple[*(self.rule(argument) for argument in arguments)]
        if origin is tuple:
            return tuple[self.rule(arguments[0]), ...]  # type: ignore[misc]
        if hint is float:
            return quantity(DIMENSIONLESS)
        if hint in (bool, int, str):
            return {bool: StrictBool, int: StrictInt, str: StrictStr}[hint]
        base = next((b for b in self.members if isinstance(hint, type) and issubclass(hint, b)), None)
        if base is None:
            raise TypeError(f"no rule says how a file writes a {hint!r}")
        return typing.ForwardRef(f"Any{base.__name__}")


def _tag(value: Any) -> Any:
    return value.get("kind") if isinstance(value, dict) else None
