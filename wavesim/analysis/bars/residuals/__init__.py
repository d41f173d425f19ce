"""Errors of grid and time step in a number: residuals and defects, weighted by its gradient."""

from ._convergence import diverges as diverges
from ._residual import (
    grid_residuals as grid_residuals,
    initial_interpolations as initial_interpolations,
    interpolation_change as interpolation_change,
    interpolations as interpolations,
)
from ._step_defect import step_defects as step_defects, step_defects_apply as step_defects_apply
from ._weighted_residual import Residual as Residual
