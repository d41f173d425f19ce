"""T(E) and R(E) of a whole band of energies, from one packet."""

from ._energy_resolved import EnergyResolved as EnergyResolved, transmission_curve as transmission_curve
from ._soft_detector import energies_of as energies_of
from ._transmission_curve import TransmissionCurve as TransmissionCurve
