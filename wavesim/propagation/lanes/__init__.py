"""Steps of many problems side by side on a CPU, a lane of its vectors each: compiled from C where a compiler is found."""

from ._calls import (
    ResidualProducts as ResidualProducts,
    chebyshev_step as chebyshev_step,
    has_concrete_steps as has_concrete_steps,
    has_lanes as has_lanes,
    kicks_and_drifts as kicks_and_drifts,
    residual_products as residual_products,
    weighs_residuals as weighs_residuals,
)
from ._library import status as status
