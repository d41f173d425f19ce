"""Potentials written as formulas: read, bounded, and searched for edges."""

from ._expression import Expression as Expression
from ._landscape import sharp_at as sharp_at
from ._reading import valley as valley
