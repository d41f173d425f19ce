"""Potentials in which the particle's mass depends on position."""

from ._graded_structure import GradedStructure as GradedStructure
from ._heterostructure import Heterostructure as Heterostructure
from ._mass_structure import AbstractMassStructure as AbstractMassStructure
