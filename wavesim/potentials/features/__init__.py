"""Wells and barriers of a potential of any kind."""

from ._basin import Basin as Basin, basin_of as basin_of
from ._leaky_well import LeakyWell as LeakyWell, leaky_well_of as leaky_well_of
from ._two_wells import TwoWells as TwoWells, two_wells_of as two_wells_of
from ._wells_in_plane import WellsInPlane as WellsInPlane, wells_in_plane as wells_in_plane
