"""Potentials: barriers, wells, and combinations of them. Each gives its samples on a grid, not only V(x)."""

from .. import _face
from ._base import (
    AbstractPotential as AbstractPotential,
    AbstractSharpPotential as AbstractSharpPotential,
    AbstractSmoothPotential as AbstractSmoothPotential,
)
from ._combined import Driven as Driven, Separable as Separable, SmoothFunction as SmoothFunction, Sum as Sum
from ._exact import exact_samples as exact_samples, values_at as values_at, values_on as values_on
from ._two_particles import TwoParticles as TwoParticles, interaction_of as interaction_of
from ._unfolded import (
    InfiniteSquareWell as InfiniteSquareWell,
    Unfolded as Unfolded,
    beside_wall as beside_wall,
    restricted as restricted,
)
from .features import (
    Basin as Basin,
    LeakyWell as LeakyWell,
    TwoWells as TwoWells,
    WellsInPlane as WellsInPlane,
    basin_of as basin_of,
    leaky_well_of as leaky_well_of,
    two_wells_of as two_wells_of,
    wells_in_plane as wells_in_plane,
)
from .formulas import (
    Expression as Expression,
    phase_space_axes as phase_space_axes,
    phase_space_terms as phase_space_terms,
    phase_space_values as phase_space_values,
    valley as valley,
)
from .masses import (
    AbstractMassStructure as AbstractMassStructure,
    BandEdge as BandEdge,
    GradedStructure as GradedStructure,
    Heterostructure as Heterostructure,
    refuse_masses as refuse_masses,
    require_mass as require_mass,
)
from .shapes import (
    PLANE as PLANE,
    SAMPLES as SAMPLES,
    AbstractDoubleWell as AbstractDoubleWell,
    AbstractMetastable as AbstractMetastable,
    CoulombBarrier as CoulombBarrier,
    DeltaBarrier as DeltaBarrier,
    DeltaWell as DeltaWell,
    DoubleBarrier as DoubleBarrier,
    DoubleDeltaWell as DoubleDeltaWell,
    DoubleSlit as DoubleSlit,
    EckartBarrier as EckartBarrier,
    Free as Free,
    GaussianBarrier as GaussianBarrier,
    GaussianWells as GaussianWells,
    Harmonic as Harmonic,
    Layers as Layers,
    LeakySquareWell as LeakySquareWell,
    ParabolicBarrier as ParabolicBarrier,
    QuarticDoubleWell as QuarticDoubleWell,
    RectangularBarrier as RectangularBarrier,
    Sampled as Sampled,
    SampledPlane as SampledPlane,
    SquareDoubleWell as SquareDoubleWell,
    Step as Step,
    Structure as Structure,
    TriangularBarrier as TriangularBarrier,
    WellBehindBarrier as WellBehindBarrier,
    in_order as in_order,
    mesh_of as mesh_of,
    structure_of as structure_of,
)

_face.listed(globals())
