"""Propagation in time: plan, propagate, evolve (pure), relax (imaginary time)."""

from .. import _face
from ._folded import folded as folded
from ._matched_in_time import order_in_time as order_in_time
from ._memory import device_memory as device_memory, refuse_given as refuse_given
from ._numerics import (
    Method as Method,
    Numerics as Numerics,
    chebyshev_for as chebyshev_for,
    require_double as require_double,
    scheme_named as scheme_named,
    spectral_bounds as spectral_bounds,
)
from ._progress import Progress as Progress, heeding as heeding, reporter as reporter
from ._result import Adjoint as Adjoint, FrameSum as FrameSum, Result as Result
from ._speed import pair_seconds as pair_seconds
from .lanes import (
    ResidualProducts as ResidualProducts,
    residual_products as residual_products,
    weighs_residuals as weighs_residuals,
)
from .planner import (
    SPACING_LAWS as SPACING_LAWS,
    Batch as Batch,
    Leak as Leak,
    Plan as Plan,
    Refinement as Refinement,
    allowed_phase as allowed_phase,
    coarsened as coarsened,
    deltas_fit as deltas_fit,
    dimension_of as dimension_of,
    fitted_grid as fitted_grid,
    leak_of as leak_of,
    plan as plan,
    refuse_falling as refuse_falling,
)
from .runs import (
    Flight as Flight,
    adjoint_frames as adjoint_frames,
    check as check,
    checked as checked,
    chunks_at_once as chunks_at_once,
    evolve_many as evolve_many,
    evolve_many_with_adjoints as evolve_many_with_adjoints,
    flight as flight,
    go_alone as go_alone,
    has_adjoint as has_adjoint,
    propagate as propagate,
    propagate_with_adjoint as propagate_with_adjoint,
    recorded as recorded,
    relax as relax,
    row_seconds as row_seconds,
    sampled_frames as sampled_frames,
    settled as settled,
)
from .stepping import (
    ELEMENT_ORDER as ELEMENT_ORDER,
    Frame as Frame,
    Trajectory as Trajectory,
    evolve as evolve,
    on_grid as on_grid,
)

_face.listed(globals())
