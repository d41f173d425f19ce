"""Kinds of potentials along one axis and in the plane."""

from ._barriers import (
    DoubleBarrier as DoubleBarrier,
    EckartBarrier as EckartBarrier,
    Free as Free,
    GaussianBarrier as GaussianBarrier,
    RectangularBarrier as RectangularBarrier,
    Step as Step,
)
from ._deltas import DeltaBarrier as DeltaBarrier, DeltaWell as DeltaWell, DoubleDeltaWell as DoubleDeltaWell
from ._layers import Layers as Layers
from ._metastable import (
    AbstractMetastable as AbstractMetastable,
    CoulombBarrier as CoulombBarrier,
    LeakySquareWell as LeakySquareWell,
    WellBehindBarrier as WellBehindBarrier,
)
from ._planar import DoubleSlit as DoubleSlit
from ._sampled import SAMPLES as SAMPLES, Sampled as Sampled, in_order as in_order
from ._sampled_plane import PLANE as PLANE, SampledPlane as SampledPlane, mesh_of as mesh_of
from ._slopes import ParabolicBarrier as ParabolicBarrier, TriangularBarrier as TriangularBarrier
from ._structure import Structure as Structure, structure_of as structure_of
from ._wells import (
    AbstractDoubleWell as AbstractDoubleWell,
    GaussianWells as GaussianWells,
    Harmonic as Harmonic,
    QuarticDoubleWell as QuarticDoubleWell,
    SquareDoubleWell as SquareDoubleWell,
)
