"""Wells that leak: resonances by outgoing waves, and nuclei."""

from ._decay import Decay as Decay
from ._gamow import GamowPeak as GamowPeak, HalfLife as HalfLife
from ._leaking import shot as shot
