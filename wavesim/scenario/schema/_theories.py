"""The names of theories, so that a misspelt one is told before anything is run."""

from __future__ import annotations

import difflib

from ..._text import brief

THEORIES = (
    "closed_form", "projection", "scattering", "scattering_states", "scattering_matrices", "slices", "channels", "floquet", "propagation",
    "levels", "grid_levels", "few_levels", "two_level", "overlap_corrected", "textbook", "classical", "bessel", "landau_zener",
    "free", "harmonic", "quadratic", "resonance", "exponential", "coulomb_functions", "gamow", "experiment", "conservation",
    "wkb", "wkb_froman", "kemble", "thick_barrier", "fowler_nordheim", "herring", "herring_one_well", "instanton", "weak_coupling",
    "fraunhofer", "half_wavelengths", "hartman", "wigner", "eckart", "parabola", "over_the_top", "barrier", "mean_barrier",
)  # fmt: skip
# how alike a misspelt name and the one that was meant are: names that are none of these stay for the run to judge
_ALIKE = 0.75


def misspelt_theory(name: str) -> str:
    """What is said of a name that is nearly one of a theory; "" of any other."""
    near = difflib.get_close_matches(name[:100], THEORIES, 1, _ALIKE)
    if name in THEORIES or "_over_" in name or not near:
        return ""
    return f"must be the name of a theory, but {brief(name)} is none; did you mean {near[0]!r}?"
