"""Boxes, spacings and absorbers for each kind of motion."""

from ._closed import closed_space as closed_space
from ._confined import confined_space as confined_space, refuse_falling as refuse_falling
from ._decay import Leak as Leak, decay_space as decay_space, leak_of as leak_of
from ._followed import followed_space as followed_space
from ._grid import (
    coarsened as coarsened,
    continued as continued,
    deltas_fit as deltas_fit,
    edges_fit as edges_fit,
    fitted_grid as fitted_grid,
    misfit as misfit,
)
from ._open import deep_space as deep_space, falls_off as falls_off, free_space as free_space, open_space as open_space
from ._planar import dimension_of as dimension_of, planar_space as planar_space
from ._space import Space as Space
from ._structure import structure_space as structure_space
