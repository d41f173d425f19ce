"""What a grid and a time step miss, weighted by the gradient of a number."""

from ._convergence import diverges as diverges
from ._residual import (
    grid_residuals as grid_residuals,
    initial_interpolations as initial_interpolations,
    interpolation_change as interpolation_change,
    interpolations as interpolations,
)
from ._step_defect import step_defects as step_defects, tells_defect as tells_defect
from ._weighted_residual import Residual as Residual
