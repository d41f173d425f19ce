"""The names of theories, so that an unknown one is refused before anything is run."""

from __future__ import annotations

import difflib

from ..._text import brief

THEORIES = (
    "closed_form", "projection", "scattering", "scattering_states", "scattering_matrices", "slices", "channels", "floquet", "propagation",
    "levels", "finite_elements", "grid_levels", "few_levels", "two_level", "overlap_corrected", "textbook", "classical", "bessel", "landau_zener",
    "free", "harmonic", "quadratic", "resonance", "pole", "exponential", "coulomb_functions", "gamow", "experiment", "conservation",
    "wkb", "wkb_froman", "kemble", "thick_barrier", "fowler_nordheim", "herring", "herring_one_well", "instanton", "weak_coupling",
    "fraunhofer", "half_wavelengths", "hartman", "wigner", "eckart", "parabola", "over_the_top", "barrier", "mean_barrier",
)  # fmt: skip
# joins the names of the theories of a ratio of two cases, if they differ
_RATIO = "_over_"


def misspelt_theory(name: str) -> str:
    """Message on a name that is neither a theory nor a ratio of two; "" for a valid name."""
    if all(part in THEORIES for part in (name.split(_RATIO) if name.count(_RATIO) == 1 else [name])):
        return ""
    if near := difflib.get_close_matches(name[:100], THEORIES, 1):
        return f"must be the name of a theory, but {brief(name)} is none; did you mean {near[0]!r}?"
    return f"must be one of {', '.join(sorted(THEORIES))}, but is {brief(name)}; correct it."
