"""What a grid misses, weighted by the gradient of a number."""

from ._residual import (
    Residual as Residual,
    between_points as between_points,
    grid_residuals as grid_residuals,
    interpolations as interpolations,
)
