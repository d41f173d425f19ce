"""Questions of one energy, answered by scattering states: T, its maxima and resonances, times."""

from ._energy_for_transmission import EnergyForTransmission as EnergyForTransmission
from ._maxima import ReflectionMaxima as ReflectionMaxima, TransmissionMaxima as TransmissionMaxima
from ._plane_wave import AbstractPlaneWaveQuestion as AbstractPlaneWaveQuestion
from ._resonances import Resonances as Resonances
from ._transmission_at import TransmissionAt as TransmissionAt
from ._tunneling_times import TunnelingTimes as TunnelingTimes
