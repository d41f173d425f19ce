"""Planning of grid, step, method, absorber and duration from the physics and a tolerance."""

from ._ladder import Batch as Batch
from ._plan import Plan as Plan, Refinement as Refinement, plan as plan
from ._spacing_law import SPACING_LAWS as SPACING_LAWS, allowed_phase as allowed_phase
from .spaces import (
    Leak as Leak,
    coarsened as coarsened,
    continued as continued,
    deltas_fit as deltas_fit,
    dimension_of as dimension_of,
    edges_fit as edges_fit,
    fitted_grid as fitted_grid,
    leak_of as leak_of,
    misfit as misfit,
    refuse_falling as refuse_falling,
)
