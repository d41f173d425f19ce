"""The look of a film: its style, its panels, the part of psi, and its size."""

from __future__ import annotations

import colorsys
import dataclasses
import functools
import re

import numpy as np
from matplotlib.colors import to_rgb

from ..._checks import at_least, finite, one_of, positive
from ...errors import ArgumentError
from .._colors import BLUE, phase_table

STYLES, PARTS, PALETTES = ("paper", "talk", "print"), ("density", "real", "momentum"), ("safe", "vivid", "one")
PANELS = ("density", "potential", "phase", "numbers", "theory", "title", "clock")
# the default panels: few for a lecture hall, all for a page
_SHOWN = {"paper": PANELS, "talk": ("density", "potential", "numbers", "title"), "print": ("density", "potential", "numbers", "theory", "title", "clock")}  # fmt: skip
# seconds for which the last picture stands by default
_HOLD_S = 1.0
# the one color of a density, on white and on a dark ground
_ONE = {False: BLUE, True: "#6CC5F7"}
_SIZE = re.compile(r"(\d{2,5})\s*[x×]\s*(\d{2,5})")
# sizes by name
SIZES = {"16:9": (1280, 720), "1:1": (1080, 1080), "9:16": (1080, 1920), "4:3": (1280, 960), "4k": (3840, 2160)}


@dataclasses.dataclass(frozen=True)
class Look:
    """The appearance of a film.

    Args:
        style: "paper" with axes, keys and numbers for a page; "talk" for a lecture hall: dark, the wave fills the frame, one number; "print": the
            same on white; None for "paper" along a line and "talk" in a plane.
        show: the panels to show, out of density, potential, phase, numbers, theory, title, clock; None for those of the style.
        part: "density", the "real" part with its envelope, or the density of "momentum".
        colors: of the phase, "safe" for color-blind readers or "vivid", or "one" color for all phases; None for those of the style.
        xlim: left and right end of the picture, in shown units; None for the interval that the wave visits.
        tlim: first and last time, in shown units.
        duration: the length of the film in seconds, its hold included; None for one picture for each frame of the run, refined to six seconds at least.
        hold: seconds for which the last picture stands; None for one second, or 0 if the run ends as it began, and on paper.
    """

    style: str | None = None
    show: tuple[str, ...] | None = None
    part: str = "density"
    colors: str | None = None
    xlim: tuple[float, float] | None = None
    tlim: tuple[float, float] | None = None
    duration: float | None = None
    hold: float | None = None

    def __post_init__(self) -> None:
        if self.style is not None:
            one_of("style", self.style, STYLES)
        one_of("part", self.part, PARTS)
        if self.colors is not None:
            one_of("colors", self.colors, PALETTES)
        for panel in self.show or ():
            one_of("show", panel, PANELS)
        for name in ("xlim", "tlim"):
            ends = getattr(self, name)
            if ends is not None:
                if len(ends) != 2:
                    raise ArgumentError(name, f"must be two numbers, but is {ends!r}; give the first and the last.")
                for end in ends:
                    finite(name, end)
                if not ends[0] < ends[1]:
                    raise ArgumentError(
                        name, f"must begin before it ends, but is {ends[0]:g} to {ends[1]:g}; exchange them."
                    )
        if self.duration is not None:
            positive("duration", self.duration)
        if self.hold is not None:
            finite("hold", self.hold)

    def settled(self, dimension: int) -> Look:
        """The look with a style: the default for runs of this dimension if none is given."""
        return self if self.style else dataclasses.replace(self, style="talk" if dimension > 1 else "paper")

    @property
    def panels(self) -> frozenset[str]:
        """The panels of the film."""
        panels = frozenset(_SHOWN[self.style or "paper"] if self.show is None else self.show)
        # one color needs no key
        return panels - {"phase"} if self.colors == "one" else panels

    @property
    def dark(self) -> bool:
        """Whether its background is dark."""
        return self.style == "talk"

    @property
    def plain(self) -> bool:
        """Whether it is the default picture of the style "paper"."""
        return (
            self.style in (None, "paper")
            and self.show is None
            and self.part == "density"
            and self.colors in (None, "safe")
        )

    @property
    def phases(self) -> np.ndarray:
        """Colors of the phases, shape (256, 3), uint8."""
        palette = self.colors or ("vivid" if self.dark else "safe")
        if palette == "one":
            return np.tile(np.round(255 * np.array(to_rgb(_ONE[self.dark]))).astype(np.uint8), (256, 1))
        return phase_table() if palette == "safe" else vivid_table()

    def held(self, comes_back: bool) -> float:
        """Seconds for which the last picture stands."""
        if self.hold is not None:
            return max(self.hold, 0.0)
        return 0.0 if comes_back or self.style in (None, "paper") else _HOLD_S


# the look of a film by default
PAPER = Look()


@functools.cache
def vivid_table() -> np.ndarray:
    """Saturated colors of the phases, shape (256, 3), uint8; more uniform in brightness than the HSV wheel, red at phase 0."""
    rows = []
    for turn in np.arange(256) / 256:
        red, green, blue = colorsys.hsv_to_rgb(float(turn), 0.82, 1.0)
        light = 0.3 * red + 0.59 * green + 0.11 * blue
        lift = np.clip((0.66 / light) ** 0.45, 0.75, 1.25)
        rows.append(np.clip(np.array([red, green, blue]) * lift, 0, 1))
    table = np.round(255 * np.array(rows)).astype(np.uint8)
    table.flags.writeable = False
    return table


def size_of(text: str) -> tuple[int, int]:
    """Pixels across and down of ``1920x1080``, ``16:9``, ``1:1``, ``9:16`` or ``4K``.

    Raises:
        ArgumentError: if the text has another form.
    """
    if (named_size := SIZES.get(text.strip().lower())) is not None:
        return named_size
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise ArgumentError("size", f"must read 1920x1080, {', '.join(SIZES)}, but is {text!r}; correct it.")
    width, height = int(match[1]), int(match[2])
    at_least("width", width, 320)
    at_least("height", height, 180)
    return width, height
