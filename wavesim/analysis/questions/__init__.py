"""Questions that can be asked of a problem, one a file."""

from .curves import (
    EnergyResolved as EnergyResolved,
    TransmissionCurve as TransmissionCurve,
    energies_of as energies_of,
    transmission_curve as transmission_curve,
)
from .decay import Decay as Decay, GamowPeak as GamowPeak, HalfLife as HalfLife, shot as shot
from .devices import (
    CurrentVoltage as CurrentVoltage,
    FieldEmission as FieldEmission,
    GapCurrent as GapCurrent,
    ThermalRate as ThermalRate,
)
from .levels import (
    Levels as Levels,
    LevelSlopes as LevelSlopes,
    beating_report as beating_report,
    counted_gap as counted_gap,
    element_levels as element_levels,
    gap_of as gap_of,
    levels_with_slopes as levels_with_slopes,
    localized as localized,
)
from .packets import (
    FLUX as FLUX,
    TRANSMITTED as TRANSMITTED,
    FluxThroughPlane as FluxThroughPlane,
    Fringes as Fringes,
    MeetingDelay as MeetingDelay,
    PassageTime as PassageTime,
    PassOrBounce as PassOrBounce,
    Transmission as Transmission,
    frames_for as frames_for,
    has_scattering_states as has_scattering_states,
    meeting as meeting,
    transmitted as transmitted,
    two_that_meet as two_that_meet,
)
from .plane_waves import (
    AbstractPlaneWaveQuestion as AbstractPlaneWaveQuestion,
    EnergyForTransmission as EnergyForTransmission,
    ReflectionMaxima as ReflectionMaxima,
    Resonances as Resonances,
    TransmissionAt as TransmissionAt,
    TransmissionMaxima as TransmissionMaxima,
    TunnelingTimes as TunnelingTimes,
)
from .wells import (
    DrivenPopulations as DrivenPopulations,
    MirrorCorrelation as MirrorCorrelation,
    Motion as Motion,
    ParityCorrelation as ParityCorrelation,
    Populations as Populations,
    Splitting as Splitting,
    period_from_short_record as period_from_short_record,
    splitting_formulas as splitting_formulas,
)
