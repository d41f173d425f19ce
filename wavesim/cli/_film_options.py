"""Options of films, shared by all commands that make one: each field of `FilmOptions` is an option."""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any, get_type_hints

import typer

from ._arguments import numeric
from ._completion import one_of_words

_option = functools.partial(typer.Option, rich_help_panel="Film")
_number = functools.partial(numeric, rich_help_panel="Film")


@dataclasses.dataclass(frozen=True)
class FilmOptions:
    """How a film looks and how long it lasts."""

    style: Annotated[
        str | None,
        _option(
            help="paper: with axes and numbers; talk: dark, for a hall (a plane's default); print: the same on white.",
            autocompletion=one_of_words("paper", "talk", "print"),
        ),
    ] = None
    show: Annotated[
        str | None,
        _option(
            metavar="PANELS",
            help="Out of density,potential,phase,numbers,theory,title,clock, with commas.",
            autocompletion=one_of_words("density", "potential", "phase", "numbers", "theory", "title", "clock"),
        ),
    ] = None
    part: Annotated[
        str, _option(help="density, real or momentum.", autocompletion=one_of_words("density", "real", "momentum"))
    ] = "density"
    colors: Annotated[
        str | None,
        _option(
            help="Of the phase: safe for color-blind readers, or vivid; or one color for all phases.",
            autocompletion=one_of_words("safe", "vivid", "one"),
        ),
    ] = None
    size: Annotated[
        str | None,
        _option(metavar="SIZE", help="1920x1080, 16:9, 1:1, 9:16, 4:3 or 4K; by default 1280x720, of a .gif 640x360."),
    ] = None
    width: Annotated[int | None, _number("--width", "1280", help="Pixels across, where no --size is given.")] = None
    height: Annotated[int | None, _number("--height", "720", help="Pixels down, where no --size is given.")] = None
    xlim: Annotated[
        tuple[float, float] | None,
        _number("--xlim", "-10.0 10.0", metavar="LEFT RIGHT", help="Ends of the picture, in shown units."),
    ] = None
    tlim: Annotated[
        tuple[float, float] | None, _number("--tlim", "0.0 50.0", metavar="FIRST LAST", help="Times, in shown units.")
    ] = None
    duration: Annotated[
        float | None, _number("--duration", "8.0", help="Of the film, in seconds, its hold included.")
    ] = None
    hold: Annotated[float | None, _number("--hold", "1.5", help="Seconds for which the last picture stands.")] = None
    fps: Annotated[
        int | None,
        _number(
            "--fps",
            "30",
            help="Frames a second; by default 30 or, of a short run, fewer; of a .gif 15, and what hundredths of a second allow: 12.5 for 12.",
        ),
    ] = None

    max_size: Annotated[
        str | None,
        _option(metavar="SIZE", help="Make a .gif no larger than that, as in 5MB, and say what was given up for it."),
    ] = None

    @property
    def name(self) -> str:
        """The default name of the file."""
        return "movie.mp4" if self.max_size is None else "movie.gif"

    def refuse_bad(self) -> None:
        """Refuse invalid options before the run whose film is wanted.

        Raises:
            ArgumentError: if an option is invalid.
        """
        # the defaults need no check, and a check imports the packages that draw
        if self != FilmOptions():
            self.arguments()

    def arguments(self) -> dict[str, Any]:
        """The arguments for `wavesim.viz.animate` and `small_multiples`."""
        from .._checks import at_least
        from ..viz import Look, bytes_of, size_for_video, size_of

        panels = None if self.show is None else tuple(panel.strip() for panel in self.show.split(","))
        look = Look(self.style, panels, self.part, self.colors, self.xlim, self.tlim, self.duration, self.hold)
        width, height = (self.width, self.height) if self.size is None else size_of(self.size)
        size_for_video(width, height)
        if self.fps is not None:
            at_least("fps", self.fps, 1)
        if self.max_size is not None:
            bytes_of(self.max_size)
        return {"look": look, "width": width, "height": height, "fps": self.fps}


def with_film_options(verb: Callable[..., None]) -> Callable[..., None]:
    """A command with the film's options in place of the argument `film` of a function."""
    signature, hints = inspect.signature(verb, eval_str=True), get_type_hints(FilmOptions, include_extras=True)
    listed = [
        inspect.Parameter(
            field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=hints[field.name]
        )
        for field in dataclasses.fields(FilmOptions)
    ]

    @functools.wraps(verb)
    def command(**given: Any) -> None:
        values = {option.name: given.pop(option.name) for option in listed}
        verb(**given, film=FilmOptions(**values))

    parameters: list[inspect.Parameter] = []
    for parameter in signature.parameters.values():
        keyword = parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        parameters += listed if parameter.name == "film" else [keyword]
    command.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return command
