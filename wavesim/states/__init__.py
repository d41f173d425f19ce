"""Initial states: packets that move, and bound states that tunnel back and forth."""

from .. import _face
from ._base import AbstractPacket as AbstractPacket, AbstractState as AbstractState, normalized as normalized
from ._bound import Eigenstate as Eigenstate, LeftLocalized as LeftLocalized, RightLocalized as RightLocalized
from ._continued import ContinuedBound as ContinuedBound, ContinuedPacket as ContinuedPacket, continued as continued
from ._packets import GaussianPacket as GaussianPacket, Product as Product, Superposition as Superposition
from ._sampled_state import AMPLITUDES as AMPLITUDES, SampledState as SampledState
from ._thermal import Thermal as Thermal
from ._together import as_packet as as_packet
from ._trapped import Trapped as Trapped
from ._wave import FAINT as FAINT, AbstractWave as AbstractWave
from ._wave_function import WaveFunction as WaveFunction

_face.listed(globals())
