"""How much of a packet gets through, and when: by a run, or by scattering states where a run takes too long."""

from ._flux import (
    FLUX as FLUX,
    TRANSMITTED as TRANSMITTED,
    FluxThroughPlane as FluxThroughPlane,
    frames_for as frames_for,
)
from ._fringes import Fringes as Fringes
from ._meeting_delay import MeetingDelay as MeetingDelay
from ._pass_or_bounce import PassOrBounce as PassOrBounce, meeting as meeting, two_that_meet as two_that_meet
from ._passage_time import PassageTime as PassageTime
from ._stationary import has_scattering_states as has_scattering_states
from ._transmission import Transmission as Transmission, transmitted as transmitted
