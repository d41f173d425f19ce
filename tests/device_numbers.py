"""The numbers of the scenarios on devices, rates, qubits and times, all known from elsewhere; see tests/problems.py."""

from __future__ import annotations

from tests.problems import Known

# (scenario, quantity)
DEVICE_NUMBERS: dict[tuple[str, str], Known] = {
    ("geiger_nuttall", "half_life"): Known(
        (
            6.28027e-08,
            5.52691e-05,
            0.0197114,
            0.0567598,
            18.16,
            33.4962,
            77.4134,
            174642.0,
            1.14118e09,
            201208.0,
            4.00861e07,
            1.50108e09,
            1080.43,
            1.13014e11,
            3.31956e10,
            5.08593e12,
            1.82498e12,
            5.66003e14,
            1.45626e17,
            4.61669e17,
        ),
        5e-3,
        "quadrature",
        "ln 2 (2 R/v) exp(2 S), S by quadrature, R = 1.2 fm (A^(1/3) + 4^(1/3)); the file rounds radii and masses to 1e-4",
        "gamow",
    ),
    ("geiger_nuttall", "measured"): Known(
        (
            2.944e-07,
            0.0001635,
            0.03375,
            0.144,
            33.6,
            55.6,
            185.8,
            313800.0,
            2768000000.0,
            330200.0,
            60350000.0,
            2174000000.0,
            1842.0,
            207000000000.0,
            50490000000.0,
            7747000000000.0,
            2379000000000.0,
            739100000000000.0,
            1.408e17,
            4.418e17,
        ),
        2e-3,
        "published",
        "Kondev et al., NUBASE2020, Chin. Phys. C 45 (2021) 030001, in seconds; four digits",
        "experiment",
    ),
    ("flux_qubit", "gap"): Known(
        (1.379319696915, 1.929675656518, 3.644354733435, 6.882641110292, 13.526690997957),
        1e-9,
        "basis",
        "4 E_C n^2 + E_L (phi + pi - 2 pi f)^2/2 + E_J cos phi in 240 states of the oscillator",
        "levels",
    ),
    ("josephson_escape", "lifetime"): Known(
        (1846380.25, 243351.7285, 34152.156456, 5135.1647327, 834.39017399, 148.44802836),
        3e-5,
        "basis",
        "the Hamiltonian with x turned into the complex plane, in 120 states of the oscillator",
        "resonance",
    ),
    ("diode_current", "peak_current"): Known(
        (11395.3065,),
        1e-4,
        "integrated",
        "Tsu and Esaki's integral at 0.104482 V by the trapezoidal rule, T by bare transfer matrices of 60 slices a layer",
        "",
    ),
    ("stm_current", "work_function"): Known(
        (3.95,), 1e-12, "closed_form", "9.5 eV - 5.5 eV - half of 0.1 eV", "mean_barrier"
    ),
    ("field_emission", "work_function"): Known((4.5,), 1e-12, "closed_form", "9.5 eV - 5.0 eV", "barrier"),
    ("field_emission", "current_density"): Known(
        (632408.2056,), 1e-6, "closed_form", "a F^2/W exp(-b W^(3/2)/F) at 8 V/nm", "fowler_nordheim"
    ),
    ("enzyme_rate", "tunneling_correction"): Known(
        (83.80749920,),
        1e-7,
        "quadrature",
        "int T exp(-E/kT) dE/kT, T of Eckart's barrier in closed form",
        "closed_form",
    ),
    ("effective_mass", "transmitted_probability"): Known(
        (0.403074704457,),
        1e-11,
        "quadrature",
        "int T |phi(k)|^2 dk, psi and psi'/m carried through the layers",
        "scattering",
    ),
    ("hartman_effect", "phase_time"): Known(
        (
            0.609620235629,
            1.119005991942,
            1.720283402555,
            1.942184369187,
            2.012208545804,
            2.038989431922,
            2.041101680667,
            2.041242502619,
            2.041241500425,
        ),
        1e-8,
        "closed_form",
        "d/dE of -atan((kappa^2 - k^2) tanh(kappa a)/(2 k kappa)) with 30 digits",
        "closed_form",
    ),
}
