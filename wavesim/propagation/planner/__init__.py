"""From the physics and a tolerance to grid, step, method, absorber and duration."""

from ._confined import refuse_falling as refuse_falling
from ._decay import Leak as Leak, leak_of as leak_of
from ._grid import (
    coarsened as coarsened,
    continued as continued,
    edges_fit as edges_fit,
    fitted_grid as fitted_grid,
    misfit as misfit,
)
from ._ladder import Batch as Batch
from ._plan import Plan as Plan, Refinement as Refinement, plan as plan
from ._planar import dimension_of as dimension_of
