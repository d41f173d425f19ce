"""Questions that can be asked of a problem, one a file."""

from ._current_voltage import CurrentVoltage as CurrentVoltage
from ._decay import Decay as Decay
from ._driven_populations import DrivenPopulations as DrivenPopulations
from ._element_levels import element_levels as element_levels
from ._energy_for_transmission import EnergyForTransmission as EnergyForTransmission
from ._energy_resolved import EnergyResolved as EnergyResolved, transmission_curve as transmission_curve
from ._field_emission import FieldEmission as FieldEmission
from ._flux import (
    FLUX as FLUX,
    TRANSMITTED as TRANSMITTED,
    FluxThroughPlane as FluxThroughPlane,
    frames_for as frames_for,
)
from ._fringes import Fringes as Fringes
from ._gamow import GamowPeak as GamowPeak, HalfLife as HalfLife
from ._gap_current import GapCurrent as GapCurrent
from ._leaking import shot as shot
from ._level_slopes import LevelSlopes as LevelSlopes, levels_with_slopes as levels_with_slopes
from ._levels import Levels as Levels
from ._maxima import (
    ReflectionMaxima as ReflectionMaxima,
    TransmissionMaxima as TransmissionMaxima,
)
from ._motion import Motion as Motion
from ._pass_or_bounce import PassOrBounce as PassOrBounce, two_that_meet as two_that_meet
from ._plane_wave import AbstractPlaneWaveQuestion as AbstractPlaneWaveQuestion
from ._populations import Populations as Populations
from ._resonances import Resonances as Resonances
from ._short_record import ParityCorrelation as ParityCorrelation, period_from_short_record as period_from_short_record
from ._soft_detector import energies_of as energies_of
from ._split_levels import counted_gap as counted_gap, gap_of as gap_of
from ._splitting import (
    MirrorCorrelation as MirrorCorrelation,
    Splitting as Splitting,
    splitting_formulas as splitting_formulas,
)
from ._stationary import has_scattering_states as has_scattering_states
from ._thermal_rate import ThermalRate as ThermalRate
from ._transmission import Transmission as Transmission, transmitted as transmitted
from ._transmission_at import TransmissionAt as TransmissionAt
from ._transmission_curve import TransmissionCurve as TransmissionCurve
from ._tunneling_times import TunnelingTimes as TunnelingTimes
