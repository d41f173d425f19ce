"""Mean motion of packets: free, in quadratic potentials, between walls and on a ring; gaps of driven wells."""

from ._confined_motion import ring_motion as ring_motion, walled_motion as walled_motion
from ._driven import (
    destruction_amplitude as destruction_amplitude,
    driven_gap as driven_gap,
    floquet_gap as floquet_gap,
)
from ._free import (
    free_packet as free_packet,
    free_packet_mean as free_packet_mean,
    free_packet_probability_beyond as free_packet_probability_beyond,
    free_packet_width as free_packet_width,
)
from ._quadratic import QuadraticMotion as QuadraticMotion, quadratic_motion as quadratic_motion
