"""The numbers of the scenarios: each scenario has one, each is computed again without the package, and theory says the same."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import constants as si

from tests.device_numbers import DEVICE_NUMBERS
from tests.oracle import closed as i, devices, ended, identical, nuclei, plane, warm
from tests.problems import SCENARIO_NUMBERS as OTHER_NUMBERS, SCENARIO_TAGS
from wavesim.analysis import question_of
from wavesim.analysis.bars._study import ratios
from wavesim.scenario import QUANTITIES, Scenario, load_scenario, shipped
from wavesim.scenario.schema._quantities import OF_STUDIES
from wavesim.scenario.schema._theories import THEORIES

SCENARIO_NUMBERS = OTHER_NUMBERS | DEVICE_NUMBERS
UNIT = si.physical_constants["atomic mass constant"][0]
ALPHAS = (
    (8.9542, 208, 82),
    (7.8335, 210, 82),
    (6.1147, 214, 82),
    (5.5904, 218, 84),
    (4.8707, 222, 86),
    (4.2699, 234, 90),
)
NUCLEI = (
    (8.9542, 208, 82),
    (7.8335, 210, 82),
    (7.2625, 214, 84),
    (6.9063, 212, 82),
    (6.6779, 218, 86),
    (6.4047, 216, 84),
    (6.1147, 214, 82),
    (5.7889, 220, 86),
    (5.5932, 234, 92),
    (5.5904, 218, 84),
    (5.5202, 224, 88),
    (5.4136, 228, 90),
    (6.4525, 222, 88),
    (5.2558, 236, 92),
    (4.8707, 222, 86),
    (4.8577, 230, 90),
    (4.77, 226, 88),
    (4.573, 232, 90),
    (4.2699, 234, 90),
    (4.0816, 228, 88),
)
YEAR = 365.2422 * 86400
TILTS = (0.0, 0.004643976, 0.009287952, 0.018575904)


def averages(transmissions: list[i.T], energy: float, width: float, c: float, sharp_at: float = 0.0) -> list[float]:
    return [i.average(transmission, energy, width, c, sharp_at) for transmission in transmissions]


def rectangles(height: float, widths: tuple[float, ...], c: float) -> list[i.T]:
    return [i.rectangular(height, width, c) for width in widths]


def double_barrier(thickness: float) -> i.T:
    return i.matched([(0.25, thickness), (0.0, 5.0), (0.25, thickness)], i.GALLIUM_ARSENIDE)


def swing(well: i.Oscillator) -> float:
    return 2 * np.pi / (well.energies[1] - well.energies[0])


def transfer(tilt: float) -> float:
    """How far the left population swings: 4 abs(c_0 c_1 <0|left|1>)."""
    well = i.Oscillator(6.0, 1.6, tilt)
    start, left = well.start(), well.left_overlaps(2)
    return 4 * abs(start[0] * start[1] * left[0, 1])


def soft(barrier: float) -> float:
    return 2 * np.pi / swing(i.Oscillator(barrier, 2.0, scale=0.6 * (8 / barrier) ** 0.25))


def hydrogen(mass: float) -> float:
    """meV."""
    well = i.Oscillator(0.178, 0.046832, c=i.kinetic(mass * UNIT), scale=0.0205)
    return 1e3 * 2 * np.pi / swing(well)


def bell(width: float, height: float = 1.0) -> Callable[[float], float]:
    return lambda x: height * np.exp(-((x / width) ** 2) / 2)


def gallery() -> list[float]:
    parabola = i.integrated(lambda x: 0.5 * (1 - (x / 0.7071) ** 2), -0.7071, 0.7071, i.ELECTRON)
    gaussian = i.integrated(bell(0.42466, 0.5), -3.8, 3.8, i.ELECTRON)
    return averages([parabola, gaussian, i.triangular(0.5, 2.0, i.ELECTRON)], 0.4, 1.7, i.ELECTRON)


@functools.cache
def resonance() -> tuple[float, float]:
    return i.peak(double_barrier(3.0), 0.06, 0.1)


@functools.cache
def slits() -> np.ndarray:
    """Two numbers of steps, and what is left without the error of second order in the step."""
    coarse, fine = (np.array(i.double_slit(steps)) for steps in (150, 300))
    return fine + (fine - coarse) / 3


def spread() -> float:
    """1 nm sqrt(1 + (t hbar/(2 m w^2))^2) after 20 fs; hbar/(2 m) = c/hbar."""
    return float(np.hypot(1.0, 20.0 * i.ELECTRON / i.HBAR))


RECOMPUTED: dict[tuple[str, str], Callable[[], Any]] = {
    ("rectangular_barrier", "transmitted_probability"): lambda: averages(rectangles(1.0, (1.5,), 0.5), 0.5, 5.0, 0.5),
    ("delta_barrier", "transmitted_probability"): lambda: averages([i.delta(1.0)], 0.5, 5.0, 0.5),
    ("double_barrier", "transmitted_probability"): lambda: averages(
        [double_barrier(2.0)], 0.08, 20.0, i.GALLIUM_ARSENIDE
    ),
    ("eckart_barrier", "transmitted_probability"): lambda: averages(
        [i.eckart(0.35, 0.02, i.HYDROGEN)], 0.3, 0.04, i.HYDROGEN
    ),
    ("gaussian_barrier", "transmitted_probability"): lambda: averages(
        [i.integrated(bell(1.0), -9.0, 9.0, 0.5)], 1.0, 4.0, 0.5
    ),
    ("two_particles", "pass_probability"): lambda: averages(
        [i.integrated(bell(1.0, 1.2), -9.0, 9.0, 1.0)], 1.0, 2.5 * np.sqrt(2), 1.0
    ),
    ("identical_particles", "meeting_delay"): lambda: [
        identical.delay(bell(1.0, 1.2), 1.0, 2.5 * np.sqrt(2), even, 9.0) for even in (True, False)
    ],
    ("warm_double_well", "right_population"): lambda: [
        warm.right_population(1.2, 1.0, 86.909 * UNIT, temperature, 36.7) for temperature in (15.0, 40.0, 100.0)
    ],
    ("coupled_double_well", "gap"): lambda: [
        plane.coupled_gap(2.0, 2.0, 1.2, coupling) for coupling in (0.0, 0.3, 0.6)
    ],
    ("oxide_tunneling", "transmitted_probability"): lambda: averages(
        rectangles(3.1, (1.0,), i.ELECTRON), 1.0, 2.0, i.ELECTRON
    ),
    ("flash_oxide", "transmitted_probability"): lambda: averages(
        rectangles(3.1, (1.0, 2.0), i.ELECTRON), 1.0, 2.0, i.ELECTRON
    ),
    ("stm_gap", "transmitted_probability"): lambda: averages(
        rectangles(9.0, (0.4, 0.5, 0.6, 0.7), i.ELECTRON), 5.0, 3.0, i.ELECTRON
    ),
    ("fowler_nordheim", "transmitted_probability"): lambda: averages(
        [i.triangular(9.5, width, i.ELECTRON) for width in (0.95, 1.35714, 1.9, 2.375)], 5.0, 3.0, i.ELECTRON
    ),
    ("step", "reflected_probability"): lambda: (
        1 - np.array(averages([i.step(0.06)], 0.1, 16.0, i.GALLIUM_ARSENIDE, 0.06))
    ),
    ("transmission_curve", "transmitted_probability"): lambda: averages(rectangles(1.0, (1.5,), 0.5), 0.6272, 5.0, 0.5),
    ("wkb_gallery", "transmitted_probability"): gallery,
    ("thick_oxide", "log10_transmission"): lambda: [
        np.log10(16 * 0.5 * 2.6 / 3.1**2) - 200 * np.sqrt(2.6 * 0.42 / i.ELECTRON) / np.log(10)
    ],
    ("ramsauer_resonances", "resonance_energy"): lambda: [i.ELECTRON * (4 * np.pi) ** 2 - 5.0],
    ("ramsauer_resonances", "resonance_energy_2"): lambda: [i.ELECTRON * (5 * np.pi) ** 2 - 5.0],
    ("resonant_tunneling_diode", "resonance_energy"): lambda: [1e3 * resonance()[0]],
    ("resonant_tunneling_diode", "resonance_width"): lambda: [1e3 * resonance()[1]],
    ("free_packet", "position_spread"): lambda: [spread()],
    ("harmonic_coherent", "mean_energy"): lambda: [0.5 + 4.0**2 / 2],
    ("box_revival", "mean_position"): lambda: [ended.box_position(-2.0, 0.6, 5.0, 10.0, 400 / np.pi)],
    ("bouncing_neutron", "level_0"): lambda: [1e12 * ended.bouncer(1.00866491595 * UNIT, 1.02515e-7)],
    ("methyl_rotor", "level_0"): lambda: [ended.methyl_ground(25.0, 3.19e-20 * UNIT)],
    ("quartic_double_well", "gap"): lambda: [soft(8.0)],
    ("sextic_double_well", "gap"): lambda: [i.polynomial_gap({2: -13.0, 4: 1.0, 6: 0.5})],
    ("field_ionization", "lifetime"): lambda: [i.delta_in_a_field(field)[1] for field in (0.05, 0.075, 0.1, 0.15)],
    ("soft_double_well_formulas", "gap"): lambda: [soft(2.0**n) for n in range(-1, 6)],
    ("deep_double_well", "gap"): lambda: [i.narrow_gap(38.2, 2.0, 0.4)],
    ("detuned_double_well", "tunneling_period"): lambda: [swing(i.Oscillator(6.0, 1.6, tilt)) for tilt in TILTS],
    ("detuned_double_well", "largest_transfer"): lambda: [transfer(tilt) for tilt in TILTS],
    ("driven_double_well", "right_population"): lambda: [
        i.driven_right_population(force, 0.4, np.pi / 2, 183.9684966) for force in (0.0, 0.163492886, 0.326985772)
    ],
    ("hydrogen_transfer", "gap"): lambda: [hydrogen(mass) for mass in (1.00782503, 2.01410178)],
    ("square_double_well", "gap"): lambda: [1e3 * i.square_gap(0.2, 6.0, 3.0, i.GALLIUM_ARSENIDE)],
    ("well_to_well_or_to_freedom", "ratio"): lambda: [
        i.HBAR
        / i.leaky_square(0.2, 6.0, 7.0, i.GALLIUM_ARSENIDE)[1]
        / (2 * np.pi * i.HBAR / i.square_gap(0.2, 6.0, 7.0, i.GALLIUM_ARSENIDE))
    ],
    ("delta_double_well", "tunneling_period"): lambda: [2 * np.pi / -np.subtract(*i.delta_levels(5.0))],
    ("bond", "level_0"): lambda: [i.delta_levels(a)[0] for a in (1.5, 2.0, 2.5, 3.0, 4.0, 6.0)],
    ("bond", "level_1"): lambda: [i.delta_levels(a)[1] for a in (1.5, 2.0, 2.5, 3.0, 4.0, 6.0)],
    ("alpha_decay", "half_life"): lambda: [nuclei.alpha_half_life(*nucleus) for nucleus in ALPHAS],
    # what the references state, in seconds: days of 86400 s, years of 365.2422 days
    ("alpha_decay", "measured"): lambda: [
        0.294e-6,
        163.5e-6,
        3.097 * 60,
        3.822 * 86400,
        1600 * 365.2422 * 86400,
        4.463e9 * 365.2422 * 86400,
    ],
    ("geiger_nuttall", "half_life"): lambda: [nuclei.alpha_half_life(*nucleus) for nucleus in NUCLEI],
    ("geiger_nuttall", "measured"): lambda: [
        0.2944e-6,
        163.5e-6,
        33.75e-3,
        0.144,
        33.6,
        55.6,
        3.097 * 60,
        3.6316 * 86400,
        87.7 * YEAR,
        3.8215 * 86400,
        1.9125 * YEAR,
        68.9 * YEAR,
        30.70 * 60,
        6561 * YEAR,
        1600 * YEAR,
        2.455e5 * YEAR,
        7.54e4 * YEAR,
        2.342e7 * YEAR,
        4.463e9 * YEAR,
        1.40e10 * YEAR,
    ],
    ("flux_qubit", "gap"): lambda: [
        devices.flux_qubit_gap(flux, 0.96851, 544.9, 681.1) for flux in (0.5, 0.5002, 0.5005, 0.501, 0.502)
    ],
    ("josephson_escape", "lifetime"): lambda: [
        devices.cubic_lifetime(bias, 4713.0, 0.0030503) for bias in (0.988, 0.989, 0.990, 0.991, 0.992, 0.993)
    ],
    ("effective_mass", "transmitted_probability"): lambda: averages(
        [
            devices.through_masses(
                ((2.0, 0.25, 0.088 / 0.067), (5.0, 0.0, 1.0), (2.0, 0.25, 0.088 / 0.067)), i.GALLIUM_ARSENIDE
            )
        ],
        0.085,
        14.0,
        i.GALLIUM_ARSENIDE,
    ),
    ("diode_current", "peak_current"): lambda: [devices.diode_current(0.104482)],
    ("stm_current", "work_function"): lambda: [9.5 - 5.5 - 0.05],
    ("field_emission", "work_function"): lambda: [9.5 - 5.0],
    ("field_emission", "current_density"): lambda: [devices.fowler_nordheim(8.0, 4.5)],
    ("enzyme_rate", "tunneling_correction"): lambda: [devices.eckart_correction(0.35, 0.02, 1.00783, 300.0)],
    ("group_delay", "passage_time"): lambda: [np.dot((64.0, 1.0), devices.packet_delays(2.0, 0.4, 10.0))],
    ("group_delay", "group_delay"): lambda: [devices.packet_delays(2.0, 0.4, 10.0)[1]],
    ("hartman_effect", "phase_time"): lambda: [
        devices.rectangle_delay(width) for width in (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0)
    ],
    ("alpha_decay_watched", "lifetime"): lambda: [nuclei.coulomb_resonance(1.4, 5.0)[1]],
    ("fusion_gamow_peak", "peak_energy"): lambda: [nuclei.gamow_peak(1.293)[0]],
    ("fusion_gamow_peak", "peak_width"): lambda: [nuclei.gamow_peak(1.293)[1]],
    ("henon_heiles", "level_3"): lambda: [i.henon_heiles(4)[3]],
    ("henon_heiles", "published_levels"): lambda: i.henon_heiles(5)[[0, 1, 3, 4]],
    ("double_slit", "transmitted_probability"): lambda: [slits()[0]],
    ("double_slit", "fringe_spacing"): lambda: [slits()[1]],
}


@pytest.mark.parametrize("key", SCENARIO_NUMBERS, ids=" ".join)
def test_a_number_is_computed_again(key: tuple[str, str]) -> None:
    """Budget: the accuracy that stands beside the number."""
    known = SCENARIO_NUMBERS[key]
    assert list(RECOMPUTED[key]()) == pytest.approx(known.values, rel=known.accuracy)


def test_every_number_has_a_second_source_and_every_scenario_a_number() -> None:
    assert set(RECOMPUTED) == set(SCENARIO_NUMBERS)
    assert {scenario for scenario, _ in SCENARIO_NUMBERS} == set(shipped())


def test_tags_are_known_and_used() -> None:
    assert {known.tag for known in SCENARIO_NUMBERS.values()} == set(SCENARIO_TAGS)
    assert all(known.source and 0 < known.accuracy <= 5e-3 for known in SCENARIO_NUMBERS.values())


@functools.cache
def predicted(name: str) -> tuple[Scenario, list[dict[str, dict[str, float]]]]:
    """What theory says of each case, in internal units."""
    scenario = load_scenario(name)
    cases = scenario.cases or (scenario,)
    return scenario, [
        (case.find or question_of(case.problem)).predictions(case.problem, case.problem.duration) for case in cases
    ]


COMPARED = {key: known for key, known in SCENARIO_NUMBERS.items() if known.theory}


@pytest.mark.parametrize("key", COMPARED, ids=" ".join)
def test_theory_says_the_same(key: tuple[str, str]) -> None:
    """The prediction for the very file that is shipped, case by case; the measured half-lives stand beside it as `experiment`."""
    known, (name, quantity) = COMPARED[key], key
    scenario, cases = predicted(name)
    if quantity in OF_STUDIES:
        first, last = (next(iter(case.values())) for case in (cases[0], cases[-1]))
        assert ratios(first, last)[known.theory] == pytest.approx(known.values[0], rel=known.accuracy)
        return
    quantity = "half_life" if quantity == "measured" else quantity
    scale = scenario.units.scale(QUANTITIES[quantity])
    assert [case[quantity][known.theory] / scale for case in cases] == pytest.approx(known.values, rel=known.accuracy)


def test_where_theory_is_silent_nothing_is_claimed() -> None:
    """Of a number without theory beside it, theory says nothing in any case."""
    silent = [key for key, known in SCENARIO_NUMBERS.items() if not known.theory]
    assert all(quantity not in found for name, quantity in silent for found in predicted(name)[1])


@pytest.mark.parametrize("name", sorted({scenario for scenario, _ in COMPARED}))
def test_an_expectation_can_name_every_theory_that_is_given(name: str) -> None:
    given = {theory for case in predicted(name)[1] for theories in case.values() for theory in theories}
    assert given and given <= set(THEORIES)


def test_no_case_is_left_out() -> None:
    """As many numbers as cases, but for ratios and the published levels."""
    for (name, quantity), known in COMPARED.items():
        cases = len(predicted(name)[1])
        assert len(known.values) == (1 if quantity in OF_STUDIES else cases), (name, quantity)
