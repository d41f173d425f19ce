"""Transmission in closed form and by WKB, and the currents and rates that follow from it."""

from ._barriers import (
    double_rectangular_transmission as double_rectangular_transmission,
    eckart_transmission as eckart_transmission,
    log_double_rectangular_transmission as log_double_rectangular_transmission,
    log_eckart_transmission as log_eckart_transmission,
    log_rectangular_transmission as log_rectangular_transmission,
    ramsauer_energies as ramsauer_energies,
    rectangular_amplitudes as rectangular_amplitudes,
    rectangular_transmission as rectangular_transmission,
    step_reflection as step_reflection,
    step_transmission as step_transmission,
    thick_barrier_transmission as thick_barrier_transmission,
    thin_barrier_transmission as thin_barrier_transmission,
)
from ._currents import (
    Current as Current,
    fermi_energy as fermi_energy,
    fowler_nordheim_current as fowler_nordheim_current,
    supply_function as supply_function,
    tsu_esaki_current as tsu_esaki_current,
)
from ._delta_barriers import (
    delta_amplitudes as delta_amplitudes,
    delta_transmission as delta_transmission,
    double_delta_transmission as double_delta_transmission,
)
from ._parabolic import (
    log_parabolic_transmission as log_parabolic_transmission,
    parabolic_transmission as parabolic_transmission,
)
from ._rates import (
    Averaged as Averaged,
    TransmissionTable as TransmissionTable,
    boltzmann_average as boltzmann_average,
    crossover_temperature as crossover_temperature,
    eckart_correction as eckart_correction,
    parabolic_correction as parabolic_correction,
    wigner_correction as wigner_correction,
)
from ._triangular import (
    fowler_nordheim_exponent as fowler_nordheim_exponent,
    fowler_nordheim_transmission as fowler_nordheim_transmission,
    log_triangular_transmission as log_triangular_transmission,
    triangular_transmission as triangular_transmission,
)
from ._wkb import (
    classical_period as classical_period,
    kemble_exponent as kemble_exponent,
    kemble_transmission as kemble_transmission,
    log_kemble_transmission as log_kemble_transmission,
    log_wkb_transmission as log_wkb_transmission,
    wkb_exponent as wkb_exponent,
    wkb_transmission as wkb_transmission,
)
