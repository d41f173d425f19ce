"""From results to numbers: transmission, populations, periods, error bars, and theory beside them."""

from .. import _face
from ._certify import certify as certify, question_of as question_of
from ._gradients import Neighbors as Neighbors, RunGradients as RunGradients, neighbors as neighbors, sums_of as sums_of
from ._inputs import with_inputs as with_inputs
from ._moved_words import scale_of as scale_of, sensitivities_text as sensitivities_text
from ._parameters import (
    Parameter as Parameter,
    parameter_at as parameter_at,
    parameters_of as parameters_of,
    with_value as with_value,
)
from ._sensitivities import (
    Sensitivities as Sensitivities,
    Sensitivity as Sensitivity,
    duration_of as duration_of,
    route_without_run as route_without_run,
    sensitivities as sensitivities,
)
from .bars import (
    AbstractQuestion as AbstractQuestion,
    AbstractRecordQuestion as AbstractRecordQuestion,
    Axis as Axis,
    BoundStates as BoundStates,
    Curve as Curve,
    Measurement as Measurement,
    ProgressNote as ProgressNote,
    Quantity as Quantity,
    Report as Report,
    RunRequest as RunRequest,
    Runs as Runs,
    Study as Study,
    least_pairs as least_pairs,
    note_on as note_on,
    with_residuals as with_residuals,
)
from .fits import (
    DecayFit as DecayFit,
    Modes as Modes,
    Oscillation as Oscillation,
    fit_decay as fit_decay,
    fit_oscillation as fit_oscillation,
    matrix_pencil as matrix_pencil,
)
from .predictions import (
    Forbidden as Forbidden,
    LocalDensity as LocalDensity,
    ScatteringStates as ScatteringStates,
    absorber_leak as absorber_leak,
    approximate_transmissions as approximate_transmissions,
    average as average,
    energy_density as energy_density,
    forbidden_region as forbidden_region,
    local_density_of_states as local_density_of_states,
    lowest_doublet as lowest_doublet,
    scattering_states as scattering_states,
    scattering_transmission as scattering_transmission,
    start_in_words as start_in_words,
    stationary_wave as stationary_wave,
    transmission_theories as transmission_theories,
    wkb_gap_of as wkb_gap_of,
)
from .questions import (
    CurrentVoltage as CurrentVoltage,
    Decay as Decay,
    DrivenPopulations as DrivenPopulations,
    EnergyForTransmission as EnergyForTransmission,
    EnergyResolved as EnergyResolved,
    FieldEmission as FieldEmission,
    FluxThroughPlane as FluxThroughPlane,
    Fringes as Fringes,
    GamowPeak as GamowPeak,
    GapCurrent as GapCurrent,
    HalfLife as HalfLife,
    Levels as Levels,
    MeetingDelay as MeetingDelay,
    MirrorCorrelation as MirrorCorrelation,
    Motion as Motion,
    ParityCorrelation as ParityCorrelation,
    PassageTime as PassageTime,
    PassOrBounce as PassOrBounce,
    Populations as Populations,
    ReflectionMaxima as ReflectionMaxima,
    Resonances as Resonances,
    Splitting as Splitting,
    ThermalRate as ThermalRate,
    Transmission as Transmission,
    TransmissionAt as TransmissionAt,
    TransmissionCurve as TransmissionCurve,
    TransmissionMaxima as TransmissionMaxima,
    TunnelingTimes as TunnelingTimes,
    meeting as meeting,
    period_from_short_record as period_from_short_record,
    splitting_formulas as splitting_formulas,
    transmission_curve as transmission_curve,
    transmitted as transmitted,
)
from .routes import Route as Route, Verification as Verification, verify as verify

_face.listed(globals())
