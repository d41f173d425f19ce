"""Several runs in one film, side by side."""

from ._multiples import MOST as MOST, Multiples as Multiples, small_multiples as small_multiples, spread as spread
