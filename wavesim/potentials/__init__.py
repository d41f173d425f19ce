"""Potentials: barriers, wells, and what is made of them. Each gives its samples on a grid, not only V(x)."""

from ._barriers import (
    DoubleBarrier as DoubleBarrier,
    EckartBarrier as EckartBarrier,
    Free as Free,
    GaussianBarrier as GaussianBarrier,
    RectangularBarrier as RectangularBarrier,
    Step as Step,
)
from ._base import (
    AbstractPotential as AbstractPotential,
    AbstractSharpPotential as AbstractSharpPotential,
    AbstractSmoothPotential as AbstractSmoothPotential,
)
from ._combined import Driven as Driven, Separable as Separable, SmoothFunction as SmoothFunction, Sum as Sum
from ._deltas import DeltaBarrier as DeltaBarrier, DeltaWell as DeltaWell, DoubleDeltaWell as DoubleDeltaWell
from ._exact import exact_samples as exact_samples, values_at as values_at
from ._expression import Expression as Expression
from ._heterostructure import Heterostructure as Heterostructure
from ._layers import Layers as Layers
from ._leaky_well import LeakyWell as LeakyWell, leaky_well_of as leaky_well_of
from ._metastable import (
    AbstractMetastable as AbstractMetastable,
    CoulombBarrier as CoulombBarrier,
    LeakySquareWell as LeakySquareWell,
    WellBehindBarrier as WellBehindBarrier,
)
from ._planar import DoubleSlit as DoubleSlit
from ._reading import valley as valley
from ._sampled import SAMPLES as SAMPLES, Sampled as Sampled, in_order as in_order
from ._sampled_plane import PLANE as PLANE, SampledPlane as SampledPlane, mesh_of as mesh_of
from ._slopes import ParabolicBarrier as ParabolicBarrier, TriangularBarrier as TriangularBarrier
from ._structure import Structure as Structure, structure_of as structure_of
from ._two_particles import TwoParticles as TwoParticles, interaction_of as interaction_of
from ._two_wells import TwoWells as TwoWells, two_wells_of as two_wells_of
from ._unfolded import (
    InfiniteSquareWell as InfiniteSquareWell,
    Unfolded as Unfolded,
    beside_wall as beside_wall,
    restricted as restricted,
)
from ._wells import (
    AbstractDoubleWell as AbstractDoubleWell,
    GaussianWells as GaussianWells,
    Harmonic as Harmonic,
    QuarticDoubleWell as QuarticDoubleWell,
    SquareDoubleWell as SquareDoubleWell,
)
