"""Whole runs: forward, adjoint, many at once, interactive, and in imaginary time."""

from ._adjoint import (
    adjoint_frames as adjoint_frames,
    has_adjoint as has_adjoint,
    propagate_with_adjoint as propagate_with_adjoint,
    sampled_frames as sampled_frames,
)
from ._batch import (
    chunks_at_once as chunks_at_once,
    evolve_many as evolve_many,
    go_alone as go_alone,
    row_seconds as row_seconds,
)
from ._batch_adjoint import evolve_many_with_adjoints as evolve_many_with_adjoints
from ._flight import Flight as Flight, flight as flight
from ._propagate import (
    check as check,
    checked as checked,
    propagate as propagate,
    recorded as recorded,
    settled as settled,
)
from ._relax import relax as relax
