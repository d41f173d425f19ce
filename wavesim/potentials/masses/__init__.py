"""Potentials with a position-dependent mass."""

from ._band_edge import BandEdge as BandEdge
from ._graded_structure import GradedStructure as GradedStructure
from ._heterostructure import Heterostructure as Heterostructure
from ._mass_structure import (
    AbstractMassStructure as AbstractMassStructure,
    refuse_masses as refuse_masses,
    require_mass as require_mass,
)
