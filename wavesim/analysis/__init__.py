"""From results to numbers: transmission, populations, periods, error bars, and theory beside them."""

from ._certify import aspects_of as aspects_of
from ._certify import certify as certify
from ._decay import Decay as Decay
from ._decay import fit_decay as fit_decay
from ._energy_resolved import TransmissionCurve as TransmissionCurve
from ._energy_resolved import transmission_curve as transmission_curve
from ._oscillation import Oscillation as Oscillation
from ._oscillation import fit_oscillation as fit_oscillation
from ._pencil import Modes as Modes
from ._pencil import matrix_pencil as matrix_pencil
from ._populations import lowest_doublet as lowest_doublet
from ._report import Curve as Curve
from ._report import Quantity as Quantity
from ._report import Report as Report
from ._short_record import ParityCorrelation as ParityCorrelation
from ._short_record import period_from_short_record as period_from_short_record
from ._transmission import absorber_leak as absorber_leak
from ._transmission import scattering_transmission as scattering_transmission
from ._transmission import transmitted as transmitted
