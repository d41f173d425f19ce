"""The tables of reference problems and of the scenarios' numbers, all known from elsewhere, with tags that say what each is.

The numbers are computed again, by methods that share nothing with the package, in tests/unit/test_problems.py and
tests/examples/test_scenario_numbers.py.
"""

from __future__ import annotations

import dataclasses

from wavesim import Problem
from wavesim.potentials import (
    DoubleBarrier,
    EckartBarrier,
    GaussianBarrier,
    Harmonic,
    QuarticDoubleWell,
    RectangularBarrier,
    SquareDoubleWell,
    Step,
)
from wavesim.states import GaussianPacket, LeftLocalized

TAGS = {
    "scattering": "a packet meets a potential that is flat on both sides; `transmitted` is known",
    "tunneling": "a localized start in a symmetric double well; `gap` is known",
    "motion": "mean position and width are known at all times",
    "smooth": "the potential has no edges: splitting schemes keep their order",
    "sharp": "the potential has edges: the spacing limits the accuracy, and Chebyshev is the method",
    "closed_form": "the stationary problem has a closed form or a transcendental equation",
    "resonant": "T(E) has a peak narrower than the packet: a long run is needed",
}


@dataclasses.dataclass(frozen=True)
class Reference:
    """A problem in natural units (hbar = m = 1) with what is known of it.

    Attributes:
        problem: the physics.
        numbers: known values by name.
        tags: keys of `TAGS`.
        source: where the numbers come from.
    """

    problem: Problem
    numbers: dict[str, float]
    tags: frozenset[str]
    source: str


def _packet(momentum: float, width: float, center: float) -> GaussianPacket:
    return GaussianPacket(center=center, width=width, momentum=momentum)


REFERENCES: dict[str, Reference] = {
    "rectangular": Reference(
        Problem(RectangularBarrier(1.0, 1.5), _packet(1.0, 5.0, -40.0)),
        {"transmitted": 0.185563882093389, "at_mean_energy": 0.180706638923648530597},
        frozenset({"scattering", "sharp", "closed_form"}),
        "int T(k) abs(phi(k))^2 dk with T = 1/(1 + V0^2 sinh^2(kappa a)/(4 E (V0 - E))); sech^2 1.5 at the mean energy",
    ),
    "eckart": Reference(
        Problem(EckartBarrier(1.0, 1.0), _packet(1.3, 3.0, -25.0)),
        {"transmitted": 0.470494240713812},
        frozenset({"scattering", "smooth", "closed_form"}),
        "the same with T = sinh^2(pi k a)/(sinh^2(pi k a) + cosh^2(pi/2 sqrt(8 V0 a^2 - 1)))",
    ),
    "gaussian": Reference(
        Problem(GaussianBarrier(0.8, 0.9), _packet(1.2, 4.0, -30.0)),
        {"transmitted": 0.479323375023},
        frozenset({"scattering", "smooth"}),
        "the same with T(k) from an initial value problem for psi'' = 2 (V - E) psi",
    ),
    "step": Reference(
        Problem(Step(0.4), _packet(1.3, 4.0, -30.0)),
        {"transmitted": 0.96744697310955},
        frozenset({"scattering", "sharp", "closed_form"}),
        "the same with T = 4 k q/(k + q)^2, q = sqrt(k^2 - 2 V0)",
    ),
    "double_barrier": Reference(
        Problem(DoubleBarrier(1.0, 1.0, 3.0), _packet(0.9, 4.0, -32.0)),
        {"transmitted": 0.132313217035661},
        frozenset({"scattering", "sharp", "closed_form", "resonant"}),
        "the same with T from the matching of psi and psi' at four edges",
    ),
    "quartic": Reference(
        Problem(QuarticDoubleWell(8.0, 2.0), LeftLocalized()),
        {"gap": 7.58187710306886e-4, "period": 8287.110463230},
        frozenset({"tunneling", "smooth"}),
        "V = (x^2 - 4)^2/2, each parity in its own basis of oscillator functions",
    ),
    "square": Reference(
        Problem(SquareDoubleWell(4.0, 1.0, 1.0), LeftLocalized()),
        {"gap": 0.203165722632123},
        frozenset({"tunneling", "sharp", "closed_form"}),
        "k tan(k w - arctan(kappa/k tanh or coth(kappa s/2))) = kappa",
    ),
    "coherent": Reference(
        Problem(Harmonic(1.0), _packet(0.0, 0.5**0.5, -2.0), duration=6.283185307179586),
        {"period": 6.283185307179586, "width": 0.7071067811865476, "energy": 2.5},
        frozenset({"motion", "smooth", "closed_form"}),
        "<x> = -2 cos t, width 1/sqrt 2, <H> = (1 + 4)/2",
    ),
}


def tagged(*tags: str) -> list[str]:
    """The names of the references that carry all of these tags."""
    return [name for name, reference in REFERENCES.items() if reference.tags >= set(tags)]


SCENARIO_TAGS = {
    "closed_form": "a formula, evaluated again",
    "quadrature": "a closed-form T(E), averaged over the packet's momenta",
    "integrated": "a differential equation, integrated",
    "basis": "a Hamiltonian, diagonalized in a basis that the package does not use",
    "root": "a transcendental equation, solved with many digits",
    "published": "a value measured or computed by others, cited",
}


@dataclasses.dataclass(frozen=True)
class Known:
    """A quantity of a shipped scenario.

    Attributes:
        values: one for each case of the scenario, in its own units.
        accuracy: the relative distance within which a second computation of `values`, and theory, must lie.
        tag: a key of `SCENARIO_TAGS`.
        source: where the values come from.
        theory: the theory that must say the same; "" where theory has no prediction.
    """

    values: tuple[float, ...]
    accuracy: float
    tag: str
    source: str
    theory: str


_AVERAGE = "int T(k) abs(phi(k))^2 dk"

# (scenario, quantity)
SCENARIO_NUMBERS: dict[tuple[str, str], Known] = {
    ("rectangular_barrier", "transmitted_probability"): Known(
        (0.185563882093389,),
        1e-12,
        "quadrature",
        f"{_AVERAGE}, T = 1/(1 + V0^2 sinh^2(kappa a)/(4 E (V0 - E)))",
        "closed_form",
    ),
    ("delta_barrier", "transmitted_probability"): Known(
        (0.497538403297001,), 1e-12, "quadrature", f"{_AVERAGE}, T = 1/(1 + m W^2/(2 E))", "closed_form"
    ),
    ("double_barrier", "transmitted_probability"): Known(
        (0.65358751284742,), 1e-11, "quadrature", f"{_AVERAGE}, psi and psi' matched at four edges", "closed_form"
    ),
    ("eckart_barrier", "transmitted_probability"): Known(
        (0.347591838572815,),
        1e-10,
        "quadrature",
        f"{_AVERAGE}, T = sinh^2(pi k a)/(sinh^2(pi k a) + cosh^2(pi/2 sqrt(8 m V0 a^2 - 1)))",
        "closed_form",
    ),
    ("gaussian_barrier", "transmitted_probability"): Known(
        (0.561356991624,), 2e-11, "integrated", f"{_AVERAGE}, psi'' = 2 m (V - E) psi by Runge and Kutta", "scattering"
    ),
    ("oxide_tunneling", "transmitted_probability"): Known(
        (1.35917796767668e-6,), 1e-10, "quadrature", f"{_AVERAGE}, the rectangle's T", "closed_form"
    ),
    ("flash_oxide", "transmitted_probability"): Known(
        (1.35917796767668e-6, 6.0337939526365e-13), 1e-9, "quadrature", f"{_AVERAGE}, the rectangle's T", "closed_form"
    ),
    ("stm_gap", "transmitted_probability"): Known(
        (1.10009906701471e-3, 1.4273708495103e-4, 1.85385112339221e-5, 2.41104668934255e-6),
        1e-9,
        "quadrature",
        f"{_AVERAGE}, the rectangle's T",
        "closed_form",
    ),
    ("fowler_nordheim", "transmitted_probability"): Known(
        (3.12283255578e-3, 1.9948972702e-4, 5.19997458492e-6, 2.28574920026e-7),
        1e-9,
        "quadrature",
        f"{_AVERAGE}, Airy functions matched at the top and at the foot of the triangle",
        "closed_form",
    ),
    ("step", "reflected_probability"): Known(
        (0.0624132858232,), 1e-9, "quadrature", f"1 - {_AVERAGE}, T = 4 k q/(k + q)^2", "closed_form"
    ),
    ("transmission_curve", "transmitted_probability"): Known(
        (0.252095495595076,), 1e-11, "quadrature", f"{_AVERAGE}, the rectangle's T", "closed_form"
    ),
    ("wkb_gallery", "transmitted_probability"): Known(
        (0.2127098781, 0.286845738083, 0.4645388957227),
        1e-9,
        "integrated",
        f"{_AVERAGE}, the parabola and the Gaussian by Runge and Kutta, the triangle by Airy functions",
        "scattering",
    ),
    ("thick_oxide", "log10_transmission"): Known(
        (-464.6766574149807,),
        1e-12,
        "closed_form",
        "log10(16 E (V - E)/V^2) - 2 kappa a/ln 10; what is left out is exp(-2 kappa a) = 1e-465",
        "slices",
    ),
    ("ramsauer_resonances", "resonance_energy"): Known(
        (1.01648259367796,), 1e-11, "closed_form", "q a = 4 pi: (hbar 4 pi/a)^2/(2 m) - 5 eV", "half_wavelengths"
    ),
    ("ramsauer_resonances", "resonance_energy_2"): Known(
        (4.40075405262182,), 1e-11, "closed_form", "q a = 5 pi", "half_wavelengths"
    ),
    ("resonant_tunneling_diode", "resonance_energy"): Known(
        (81.960938,), 1e-7, "root", "where T, from psi and psi' matched at four edges, is highest", "closed_form"
    ),
    ("resonant_tunneling_diode", "resonance_width"): Known(
        (6.9212913,), 1e-6, "root", "the full width of that peak at half of its height", "closed_form"
    ),
    ("free_packet", "position_spread"): Known(
        (1.52977598153022,), 1e-12, "closed_form", "w sqrt(1 + (hbar t/(2 m w^2))^2)", "free"
    ),
    ("harmonic_coherent", "mean_energy"): Known((8.5,), 1e-12, "closed_form", "1/2 + 4^2/2", "harmonic"),
    ("box_revival", "mean_position"): Known(
        (-2.0,), 1e-6, "closed_form", "all is as it was after 4 m L^2/pi", "levels"
    ),
    ("two_particles", "pass_probability"): Known(
        (0.426852682963,),
        1e-8,
        "quadrature",
        "T of the distance at half the mass, averaged over the momenta",
        "scattering",
    ),
    ("identical_particles", "meeting_delay"): Known(
        (1.668737081, -0.1036222507),
        1e-7,
        "quadrature",
        "2 d(delta)/dk of the even and the odd waves of the distance, averaged over the momenta",
        "scattering",
    ),
    ("coupled_double_well", "gap"): Known(
        (0.04784594386, 0.04138379713, 0.02707079159),
        1e-9,
        "basis",
        "the two lowest levels on products of sinc functions in the plane (Colbert and Miller, J. Chem. Phys. 96, 1982 (1992))",
        "",
    ),
    ("warm_double_well", "right_population"): Known(
        (0.9309324186, 0.6907827975, 0.4967720997),
        1e-9,
        "basis",
        "70 levels among oscillator functions, by Boltzmann's weights",
        "",
    ),
    ("bouncing_neutron", "level_0"): Known(
        (1.40667804406,), 1e-9, "closed_form", "the first zero of Airy's function", "levels"
    ),
    ("methyl_rotor", "level_0"): Known(
        (5.66106365872,), 1e-9, "closed_form", "a characteristic value of Mathieu's equation", "levels"
    ),
    ("quartic_double_well", "gap"): Known(
        (7.58187710307e-4,), 1e-10, "basis", "oscillator functions, each parity alone", "levels"
    ),
    ("sextic_double_well", "gap"): Known(
        (2.9138359654698e-4,), 1e-9, "basis", "oscillator functions, each parity alone", "levels"
    ),
    ("field_ionization", "lifetime"): Known(
        (677206.98825, 8438.0272681, 980.113626584, 120.362218752),
        1e-7,
        "root",
        "psi'/psi of Ai on the left and of Bi + i Ai on the right of the delta, 30 digits",
        "resonance",
    ),
    ("soft_double_well_formulas", "gap"): Known(
        (
            0.172946224822,
            0.115606989517,
            0.0478459438564,
            0.00971634990824,
            7.58187710307e-4,
            1.589514968e-5,
            5.284138e-8,
        ),
        1e-6,
        "basis",
        "oscillator functions, each parity alone; the subtraction leaves 1e-14 of the levels, 3e-7 of the last gap",
        "levels",
    ),
    ("deep_double_well", "gap"): Known(
        (8.40865990427546e-9,), 2e-9, "basis", "oscillator functions, each parity alone, in 30 digits", "levels"
    ),
    ("detuned_double_well", "tunneling_period"): Known(
        (367.93699331, 329.09347704, 260.17198628, 164.54771095), 1e-9, "basis", "oscillator functions", "levels"
    ),
    ("detuned_double_well", "largest_transfer"): Known(
        (0.99879230858, 0.79904283170, 0.49941579425, 0.19978537133),
        1e-8,
        "basis",
        "oscillator functions: 4 abs(c_0 c_1 <0|left|1>), the start lowest in <x>",
        "overlap_corrected",
    ),
    ("driven_double_well", "right_population"): Known(
        (0.99939615429, 0.73875277, 0.00222008),
        1e-5,
        "integrated",
        "16 levels among oscillator functions, an explicit Runge-Kutta method of order 8",
        "few_levels",
    ),
    ("hydrogen_transfer", "gap"): Known(
        (2.67606292437, 0.22327436928), 1e-9, "basis", "oscillator functions, each parity alone", "levels"
    ),
    ("square_double_well", "gap"): Known(
        (15.5417768714,),
        1e-10,
        "root",
        "k w = arctan(kappa/k) + arctan(kappa/k tanh or coth(kappa s/2)), 30 digits",
        "levels",
    ),
    ("well_to_well_or_to_freedom", "ratio"): Known(
        (5.48436386566,),
        1e-10,
        "root",
        "1/Gamma from psi'/psi = ik behind the barrier, over 2 pi hbar/gap; 30 digits",
        "resonance_over_levels",
    ),
    ("delta_double_well", "tunneling_period"): Known(
        (465.564114398917,), 1e-12, "root", "kappa a = a + LambertW(+-a exp(-a)), 40 digits", "levels"
    ),
    ("bond", "level_0"): Known(
        (
            -0.687154581346586,
            -0.614782536287898,
            -0.571452800928328,
            -0.544626916003562,
            -0.517250711816277,
            -0.502445671552239,
        ),
        1e-12,
        "root",
        "Lambert's W, 40 digits",
        "closed_form",
    ),
    ("bond", "level_1"): Known(
        (
            -0.169834706112785,
            -0.317454785273521,
            -0.398407328073023,
            -0.44225111836448,
            -0.480369161639016,
            -0.497486704024934,
        ),
        1e-12,
        "root",
        "Lambert's W, 40 digits",
        "closed_form",
    ),
    ("alpha_decay", "half_life"): Known(
        (6.29e-8, 5.54e-5, 77.6, 2.015e5, 3.325e10, 1.462e17),
        5e-3,
        "quadrature",
        "ln 2 (2 R/v) exp(2 S), S by quadrature, R = 1.2 fm (A^(1/3) + 4^(1/3)); the file rounds radii and masses to 1e-4",
        "gamow",
    ),
    ("alpha_decay", "measured"): Known(
        (2.94e-7, 1.635e-4, 185.8, 3.302e5, 5.049e10, 1.408e17),
        3e-4,
        "published",
        "Kondev et al., NUBASE2020, Chin. Phys. C 45 (2021) 030001: 0.294 us, 163.5 us, 3.097 min, 3.822 d, 1600 y, 4.463e9 y; four digits",
        "experiment",
    ),
    ("alpha_decay_watched", "lifetime"): Known(
        (123.73993,),
        1e-6,
        "root",
        "k cot(kR) = H'/H, H = G + iF by mpmath's Coulomb functions of complex k",
        "resonance",
    ),
    ("fusion_gamow_peak", "peak_energy"): Known(
        (5.906979,), 5e-6, "closed_form", "the maximum of exp(-E/kT - 2 pi eta); the file rounds e^2 to 3e-6", "gamow"
    ),
    ("fusion_gamow_peak", "peak_width"): Known((6.382361,), 5e-6, "closed_form", "4 sqrt(E0 kT/3)", "gamow"),
    ("henon_heiles", "level_3"): Known(
        (2.95624299,), 1e-8, "basis", "products of oscillator functions of up to 25 quanta", ""
    ),
    ("henon_heiles", "published_levels"): Known(
        (0.9986, 1.9901, 2.9562, 2.9853),
        3e-5,
        "published",
        "Feit, Fleck, Steiger, J. Comput. Phys. 47 (1982) 412; Davis, Heller, J. Chem. Phys. 71 (1979) 3383; four decimals",
        "",
    ),
    ("double_slit", "transmitted_probability"): Known(
        (0.266057,), 2e-5, "integrated", "Strang's splitting in the plane, two time steps extrapolated", "channels"
    ),
    ("double_slit", "fringe_spacing"): Known(
        (1.502003,), 1e-5, "integrated", "the same; bright fringes by parabolas, close together", "channels"
    ),
}
