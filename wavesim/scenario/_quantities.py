"""The standard quantity names, with what each is: an expectation names one of them, and its unit follows."""

from __future__ import annotations

from .._typing import DIMENSIONLESS, ENERGY, LENGTH, MOMENTUM, TIME, Dimension

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
    "survival_probability": DIMENSIONLESS,
    "fit_begin": TIME,
    "fit_end": TIME,
    "half_life": TIME,
    "peak_energy": ENERGY,
    "peak_width": ENERGY,
    "ratio": DIMENSIONLESS,
}

# what several cases together tell, and no single run
OF_STUDIES = ("ratio",)
