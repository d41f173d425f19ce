"""Initial states: packets that move, and bound states that tunnel back and forth."""

from ._base import AbstractPacket as AbstractPacket
from ._base import AbstractState as AbstractState
from ._bound import Eigenstate as Eigenstate
from ._bound import LeftLocalized as LeftLocalized
from ._bound import RightLocalized as RightLocalized
from ._packets import GaussianPacket as GaussianPacket
from ._packets import Product as Product
from ._packets import Superposition as Superposition
from ._trapped import Trapped as Trapped
