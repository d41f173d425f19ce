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
    "left_population": DIMENSIONLESS,
    "right_population": DIMENSIONLESS,
    "mean_position": LENGTH,
    "mean_momentum": MOMENTUM,
    "mean_energy": ENERGY,
    "position_spread": LENGTH,
    "norm": DIMENSIONLESS,
}
