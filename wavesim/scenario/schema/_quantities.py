"""The standard quantity names with their dimensions, from which the units of expectations follow."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from ..._text import brief
from ..._typing import (
    CURRENT_DENSITY,
    DIMENSIONLESS,
    ENERGY,
    FREQUENCY,
    LENGTH,
    MOMENTUM,
    TEMPERATURE,
    TIME,
    Dimension,
)

QUANTITIES: dict[str, Dimension] = {
    "transmitted_probability": DIMENSIONLESS,
    "reflected_probability": DIMENSIONLESS,
    "remaining_probability": DIMENSIONLESS,
    "absorbed_left": DIMENSIONLESS,
    "absorbed_right": DIMENSIONLESS,
    "tunneling_period": TIME,
    "transfer_time": TIME,
    "gap": ENERGY,
    "contrast": DIMENSIONLESS,
    "largest_transfer": DIMENSIONLESS,
    "left_population": DIMENSIONLESS,
    "right_population": DIMENSIONLESS,
    "mean_position": LENGTH,
    "mean_momentum": MOMENTUM,
    "mean_energy": ENERGY,
    "position_spread": LENGTH,
    "norm": DIMENSIONLESS,
    "fringe_spacing": MOMENTUM,
    "fringe_contrast": DIMENSIONLESS,
    **{f"level_{n}": ENERGY for n in range(10)},
    "lifetime": TIME,
    **{f"resonance_{kind}{place}": ENERGY for place in ("", "_2", "_3", "_4") for kind in ("energy", "width")},
    "transmission": DIMENSIONLESS,
    "reflection": DIMENSIONLESS,
    "log10_transmission": DIMENSIONLESS,
    **{
        f"{kind}{place}": dimension
        for place in ("", *(f"_{n}" for n in range(2, 21)))
        for kind, dimension in (
            ("energy_for_transmission", ENERGY),
            ("maximum_energy", ENERGY),
            ("maximum_transmission", DIMENSIONLESS),
            ("maximum_reflection", DIMENSIONLESS),
        )
    },
    "imbalance": DIMENSIONLESS,
    "pass_probability": DIMENSIONLESS,
    "bounce_probability": DIMENSIONLESS,
    "passage_time": TIME,
    "group_delay": TIME,
    "meeting_delay": TIME,
    "meeting_lag": LENGTH,
    "survival_probability": DIMENSIONLESS,
    "fit_begin": TIME,
    "fit_end": TIME,
    "half_life": TIME,
    "peak_energy": ENERGY,
    "peak_width": ENERGY,
    "peak_current": CURRENT_DENSITY,
    "valley_current": CURRENT_DENSITY,
    "peak_voltage": ENERGY,
    "valley_voltage": ENERGY,
    "peak_to_valley": DIMENSIONLESS,
    "current_density": CURRENT_DENSITY,
    "work_function": ENERGY,
    "tunneling_correction": DIMENSIONLESS,
    "crossover_temperature": TEMPERATURE,
    "rate": FREQUENCY,
    "kinetic_isotope_effect": DIMENSIONLESS,
    "phase_time": TIME,
    "dwell_time": TIME,
    "larmor_time": TIME,
    "reflection_phase_time": TIME,
    "buttiker_time": TIME,
    "plasma_frequency": ENERGY,
    "escape_rate": FREQUENCY,
    "ratio": DIMENSIONLESS,
}

# quantities of several cases together
OF_STUDIES = ("ratio",)


def no_quantity(name: str, accepted: Iterable[str]) -> str:
    """Message on a name that is no quantity: the closest name, or those to choose from.

    Args:
        name: the given name.
        accepted: the accepted names, if known; without any, all standard ones are listed.
    """
    choices = list(dict.fromkeys(accepted))
    near = difflib.get_close_matches(name[:100], choices, 1)
    listed = choices or [key for key in QUANTITIES if key not in OF_STUDIES and not re.search(r"_\d+$", key)]
    hint = f"did you mean {near[0]!r}?" if near else f"choose from {', '.join(listed)}."
    return f"must be a standard quantity or a name under [measure], but {brief(name)} is none; {hint}"
