"""What a grid and a time step miss, weighted by the gradient of a number."""

from ._convergence import diverges as diverges
from ._missed_steps import step_defects as step_defects, tells_defect as tells_defect
from ._residual import (
    between_points as between_points,
    finer_starts as finer_starts,
    grid_residuals as grid_residuals,
    interpolations as interpolations,
)
from ._weighed import Residual as Residual
