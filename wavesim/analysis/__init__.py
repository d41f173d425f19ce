"""From results to numbers: transmission, populations, periods, error bars, and theory beside them."""

from ._certify import certify as certify
from ._certify import question_of as question_of
from ._decay import Decay as Decay
from ._decay import fit_decay as fit_decay
from ._energy_resolved import TransmissionCurve as TransmissionCurve
from ._energy_resolved import transmission_curve as transmission_curve
from ._motion import Motion as Motion
from ._oscillation import Oscillation as Oscillation
from ._oscillation import fit_oscillation as fit_oscillation
from ._pencil import Modes as Modes
from ._pencil import matrix_pencil as matrix_pencil
from ._populations import Populations as Populations
from ._populations import lowest_doublet as lowest_doublet
from ._question import AbstractQuestion as AbstractQuestion
from ._record import AbstractRecordQuestion as AbstractRecordQuestion
from ._report import Curve as Curve
from ._report import Quantity as Quantity
from ._report import Report as Report
from ._short_record import ParityCorrelation as ParityCorrelation
from ._short_record import period_from_short_record as period_from_short_record
from ._transmission import Transmission as Transmission
from ._transmission import absorber_leak as absorber_leak
from ._transmission import scattering_transmission as scattering_transmission
from ._transmission import transmitted as transmitted
