"""Scattering off any potential: plane waves, packets, channels, drives."""

from ._channels import channel_momenta as channel_momenta, channel_waves as channel_waves
from ._floquet import floquet_share as floquet_share
from ._local_density import local_density as local_density
from ._packet import (
    PacketTransmission as PacketTransmission,
    incoming_probability as incoming_probability,
    packet_transmission as packet_transmission,
    spectrum_transmission as spectrum_transmission,
)
from ._scattered_packet import (
    REACH as REACH,
    Gaussian as Gaussian,
    Share as Share,
    reaches as reaches,
    standing_share as standing_share,
    transmitted_share as transmitted_share,
)
from ._scattering import (
    Scattering as Scattering,
    scatter as scatter,
    scatter_terrain as scatter_terrain,
    slice_amplitudes as slice_amplitudes,
    terrain_transmission as terrain_transmission,
)
from ._scattering_state import scattering_state as scattering_state
from ._stacked import stacked_transmission as stacked_transmission
