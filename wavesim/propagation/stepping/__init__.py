"""Time steps: methods, compiled programs, absorbers."""

from ._evolve import (
    Apparatus as Apparatus,
    Frame as Frame,
    Trajectory as Trajectory,
    evolve as evolve,
    frame_of as frame_of,
    run_frames as run_frames,
    set_up as set_up,
    snapshot_of as snapshot_of,
    trimmed as trimmed,
)
from ._in_lanes import in_lanes as in_lanes, in_lanes_if_any as in_lanes_if_any, stepper_in_lanes as stepper_in_lanes
from ._loop import (
    Loop as Loop,
    advance_adjoint as advance_adjoint,
    advance_and_record as advance_and_record,
    is_short as is_short,
    numpy_frame as numpy_frame,
    numpy_seconds as numpy_seconds,
)
from ._on_grid import on_grid as on_grid
from ._spectral import mirrored as mirrored, require_spectral as require_spectral
from ._spectral_elements import ELEMENT_ORDER as ELEMENT_ORDER
from ._step import (
    Carry as Carry,
    ChebyshevStepper as ChebyshevStepper,
    Damping as Damping,
    SplitStepper as SplitStepper,
)
