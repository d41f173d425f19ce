"""Motion in wells: populations, gaps and periods, drives and sweeps."""

from ._driven_populations import DrivenPopulations as DrivenPopulations
from ._motion import Motion as Motion
from ._populations import Populations as Populations
from ._short_record import ParityCorrelation as ParityCorrelation, period_from_short_record as period_from_short_record
from ._splitting import (
    MirrorCorrelation as MirrorCorrelation,
    Splitting as Splitting,
    splitting_formulas as splitting_formulas,
)
