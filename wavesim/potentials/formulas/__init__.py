"""Potentials written as formulas: their parsing, bounds and edges."""

from ._expression import Expression as Expression
from ._formula import constant_power as constant_power, parsed as parsed
from ._landscape import sharp_at as sharp_at
from ._phase_space import (
    phase_space_axes as phase_space_axes,
    phase_space_terms as phase_space_terms,
    phase_space_values as phase_space_values,
)
from ._reading import valley as valley
