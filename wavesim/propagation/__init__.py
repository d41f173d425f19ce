"""Propagation in time: plan, propagate, evolve (pure), relax (imaginary time)."""

from ._batch import evolve_many as evolve_many
from ._evolve import Frame as Frame
from ._evolve import Trajectory as Trajectory
from ._evolve import evolve as evolve
from ._numerics import Numerics as Numerics
from ._numerics import require_double as require_double
from ._numerics import scheme_named as scheme_named
from ._plan_decay import Leak as Leak
from ._plan_decay import leak_of as leak_of
from ._plan_grid import coarsened as coarsened
from ._plan_grid import fitted_grid as fitted_grid
from ._plan_planar import dimension_of as dimension_of
from ._planner import Plan as Plan
from ._planner import Refinement as Refinement
from ._planner import chebyshev_for as chebyshev_for
from ._planner import plan as plan
from ._progress import Progress as Progress
from ._progress import reporter as reporter
from ._propagate import check as check
from ._propagate import checked as checked
from ._propagate import propagate as propagate
from ._propagate import recorded as recorded
from ._relax import relax as relax
from ._result import Result as Result
from ._shared import Neighbors as Neighbors
