"""Currents and rates: integrals over energies."""

from ._current_voltage import CurrentVoltage as CurrentVoltage
from ._field_emission import FieldEmission as FieldEmission
from ._gap_current import GapCurrent as GapCurrent
from ._thermal_rate import ThermalRate as ThermalRate
