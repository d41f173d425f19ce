"""From the content of a scenario file to the numbers and curves that are right, each with the oracle's own error."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from ._asked import Answers, Points, mass_of, packet_of, question
from ._bound import bound_states
from ._closed import ring_levels, walled_levels, walled_packet
from ._decay import leak
from ._formula import Formula
from ._line import Line
from ._motion import Course, of_gaussian, of_held_packet, of_states
from ._planar import Doublet, wells_of
from ._poles import lowest_pole
from ._reading import line_of
from ._scattering import Gaussian, Scatterer, shares
from ._shaken import moves, shaken_shares
from ._units import number
from ._warm import left_population, warm_states
from ._wells import beat, driven_populations, top_between_wells
from .identical import delay


def answers(scenario: dict[str, Any]) -> Answers:
    """All that the oracle can say of a scenario; empty where it cannot."""
    asked = question(scenario)
    mass = mass_of(scenario)
    if scenario["potential"]["kind"] == "expression":
        formula = Formula(scenario["potential"]["formula"], scenario["potential"].get("parameters") or {})
        if formula.of_plane:
            return _PLANAR[asked](wells_of(formula, mass))
    # of two particles the interaction is asked for, with half the mass
    line = line_of(scenario["potential"].get("interaction", scenario["potential"]), mass)
    if asked in ("populations", "splitting") and line.divide is None:
        line = dataclasses.replace(line, divide=top_between_wells(line))
    return _ASKED[asked](scenario, line, mass)


def _transmission(scenario: dict[str, Any], line: Line, mass: float) -> Answers:
    packet = packet_of(scenario["state"], mass)
    assert packet is not None
    if moves(line):
        known = shaken_shares(line, mass, packet)
        if known is None:
            return Answers()
        through, back = known[:2] if packet.packets[0][3] > 0 else known[1::-1]
        return Answers({"transmitted_probability": (through, known[2]), "reflected_probability": (back, known[2])})
    bound = _held(line, mass, packet)
    out = shares(line, mass, packet, bound=bound)
    numbers = {
        "transmitted_probability": (out.transmitted, out.error),
        "reflected_probability": (out.reflected, out.error),
    }
    relative = scenario.get("find", {}).get("relative", False)
    return Answers(numbers, {}, out.transmitted if relative else 1.0)


def _held(line: Line, mass: float, packet: Gaussian) -> float:
    """Probability of a packet in the bound states of an open line."""
    x = np.linspace(*line.reach, 2001)
    deep = np.min(line.v(x), initial=0.0) < min(line.ends) - 1e-14
    if not deep and not any(strength < 0 for _, strength in line.spikes):
        return 0.0
    count, states = 0, None
    while count < 40 and (more := bound_states(line, mass, count + 1, check=False)) is not None:
        count, states = count + 1, more
    if states is None:
        return 0.0
    c = np.einsum("men,en->m", states.psi * states.mesh.weights, packet.psi(states.mesh.x))
    return float(np.sum(abs(c) ** 2))


def _curve(scenario: dict[str, Any], line: Line, mass: float) -> Answers:
    packet = packet_of(scenario["state"], mass)
    assert packet is not None
    _, _, width, momentum = packet.packets[0]
    right = momentum > 0
    top = (abs(momentum) + 8 / width) ** 2 / (2 * mass) + abs(line.ends[0] - line.ends[1])
    scatterer, halved = (Scatterer(line, mass, max(line.ends) + top, order) for order in (1, 2))
    base = _transmission(scenario, line, mass).numbers

    def through(energies: np.ndarray) -> tuple[np.ndarray, float]:
        one, other = (each.transmission(energies, right) for each in (scatterer, halved))
        return one, float(np.max(abs(one - other))) + 1e-11

    def back(energies: np.ndarray) -> tuple[np.ndarray, float]:
        values, error = through(energies)
        return 1 - values, error

    numbers = {**base, "imbalance": (0.0, 0.0)}
    return Answers(numbers, {"transmission": through, "reflection": back})


def _plane_wave(scenario: dict[str, Any], line: Line, mass: float) -> Answers:
    energy = number(scenario["find"]["energy"])
    through = float(Scatterer(line, mass, energy).transmission(np.array([energy]), True)[0])
    again = float(Scatterer(line, mass, energy, 2).transmission(np.array([energy]), True)[0])
    error = abs(through - again) + 1e-13 * through
    numbers = {
        "transmission": (through, error),
        "reflection": (1 - through, error + 1e-15),
    }
    if through > 0:
        numbers["log10_transmission"] = (float(np.log10(through)), error / through / np.log(10) + 1e-15)
    return Answers(numbers, {}, through)


def _pair(scenario: dict[str, Any], line: Line, mass: float) -> Answers:
    """The distance of two particles moves as half the mass, with half the difference of the momenta; far packets have their spread of it alone."""
    one, other = (packet_of(factor, mass) for factor in scenario["state"]["factors"])
    assert one is not None and other is not None
    (_, x1, w1, k1), (_, x2, w2, k2) = one.packets[0], other.packets[0]
    apart = Gaussian(((1.0, x1 - x2, 2 / float(np.hypot(1 / w1, 1 / w2)), (k1 - k2) / 2),))
    inner = line_of(scenario["potential"]["interaction"], mass / 2)
    out = shares(inner, mass / 2, apart)
    passed, back = (out.transmitted, out.reflected) if k1 > k2 else (out.reflected, out.transmitted)
    return Answers({"pass_probability": (passed, out.error), "bounce_probability": (back, out.error)})


def _identical(scenario: dict[str, Any], line: Line, mass: float) -> Answers:
    """Of two equal packets that run against each other, the distance; by fewer momenta too."""
    one, other = (packet_of(factor, mass) for factor in scenario["state"]["factors"])
    assert one is not None and other is not None
    (_, _, w1, k1), (_, _, w2, k2) = one.packets[0], other.packets[0]
    inner = line_of(scenario["potential"]["interaction"], mass / 2)
    width, momentum = 2 / float(np.hypot(1 / w1, 1 / w2)), (k1 - k2) / 2
    even, reach = scenario["state"]["statistics"] == "bosons", max(abs(end) for end in inner.reach)

    def v(r: float) -> float:
        return mass * float(inner.v(np.array([r]))[0])

    # over a momentum; times the mass, over the velocity
    late, again = (mass * delay(v, momentum, width, even, reach, nodes) for nodes in (31, 25))
    error = abs(late - again) + 1e-7 * mass / momentum**2
    speed = 2 * momentum / mass
    numbers = {"meeting_delay": (late, error), "meeting_lag": (speed * late, speed * error)}
    # a delay of nearly nothing is known to a share of what the packets themselves take
    return Answers(numbers, {}, max(abs(late), width / speed))


def _levels(scenario: dict[str, Any], line: Line, mass: float) -> Answers:
    count = scenario["find"].get("count", 4)
    if "axis" in scenario:
        ring = scenario["axis"]
        levels, errors = ring_levels(line, mass, number(ring["period"]), float(ring.get("flux", 0.0)), count)
        size = float(np.max(abs(levels)))
        return Answers({f"level_{n}": (float(e), float(d) + 3e-14 * size) for n, (e, d) in enumerate(zip(levels, errors, strict=True))})  # fmt: skip
    if "walls" in scenario and "right" in scenario["walls"]:
        states = walled_levels(line, mass, _walls(scenario), count)
    elif "walls" in scenario:
        wall = number(scenario["walls"]["left"])
        # what lies on the other side of the wall is not there
        states = bound_states(
            dataclasses.replace(line, wall=wall, reach=(wall, max([wall + 4.0, *line.cuts]))), mass, count
        )
    else:
        states = bound_states(line, mass, count)
    if states is None:
        return Answers()
    numbers = {
        f"level_{n}": (float(e), float(d) + 1e-14 * float(abs(e) + t))
        for n, (e, d, t) in enumerate(zip(states.energies, states.errors, states.kinetic, strict=True))
    }
    return Answers(numbers, {}, float(states.kinetic[0]))


def _walls(scenario: dict[str, Any]) -> tuple[float, float]:
    return number(scenario["walls"]["left"]), number(scenario["walls"]["right"])


def _side(scenario: dict[str, Any]) -> str:
    return "left" if scenario["state"]["kind"] == "left_localized" else "right"


def _warm(scenario: dict[str, Any], line: Line, mass: float) -> Answers:
    state = scenario["state"]
    kt, side, end = number(state["temperature"]), state.get("side", "both"), number(scenario.get("duration", 0.0))
    states = warm_states(line, mass, kt)
    if states is None:
        return Answers()

    def left(times: np.ndarray) -> tuple[np.ndarray, float]:
        slips = float(np.max(states.errors)) * float(np.max(times, initial=1.0 / kt))
        return left_population(states, line, kt, side, times), 1e-11 + 2 * slips

    def right(times: np.ndarray) -> tuple[np.ndarray, float]:
        values, error = left(times)
        return 1 - values, error

    values, error = left(np.array([end]))
    numbers = {"left_population": (float(values[0]), error), "right_population": (1 - float(values[0]), error)}
    return Answers(numbers, {} if side == "both" else {"left_population": left, "right_population": right})


def _populations(scenario: dict[str, Any], line: Line, mass: float) -> Answers:
    if scenario["state"]["kind"] == "thermal":
        return _warm(scenario, line, mass)
    two = beat(line, mass, _side(scenario))
    if two is None:
        return Answers()
    period = 2 * np.pi / two.gap
    numbers = {
        "tunneling_period": (period, two.error * period),
        "transfer_time": (period / 2, two.error * period / 2),
        "gap": (two.gap, two.error * two.gap),
        "contrast": (abs(two.swing) / two.mean, 1e-10),
        "largest_transfer": (2 * abs(two.swing), 1e-10),
    }

    def left(times: np.ndarray) -> tuple[np.ndarray, float]:
        return two.left(times), 1e-10 + two.error * two.gap * float(np.max(times, initial=0.0))

    def right(times: np.ndarray) -> tuple[np.ndarray, float]:
        values, error = left(times)
        return 1 - values, error

    return Answers(numbers, {"left_population": left, "right_population": right}, period)


def _splitting(scenario: dict[str, Any], line: Line, mass: float) -> Answers:
    two = beat(line, mass, "left")
    if two is None:
        return Answers()
    period, (first, second) = 2 * np.pi / two.gap, two.energies
    numbers = {
        "gap": (two.gap, two.error * two.gap),
        "tunneling_period": (period, two.error * period),
        "level_0": (first, 1e-12 * abs(first)),
        "level_1": (second, 1e-12 * abs(second)),
    }
    return Answers(numbers, {}, two.gap)


def _planar_populations(two: Doublet) -> Answers:
    """A start in one of two wells that are each other's image."""
    split = _planar_splitting(two).numbers
    error = 2 * two.swing_error
    numbers = {name: split[name] for name in ("tunneling_period", "gap")} | {
        "transfer_time": (split["tunneling_period"][0] / 2, split["tunneling_period"][1] / 2),
        "contrast": (2 * two.swing, error),
        "largest_transfer": (2 * two.swing, error),
    }
    return Answers(numbers, {}, split["tunneling_period"][0])


def _planar_splitting(two: Doublet) -> Answers:
    period, error = 2 * np.pi / two.gap, float(two.errors.sum())
    numbers = {
        "gap": (two.gap, error),
        "tunneling_period": (period, error / two.gap * period),
        "level_0": (float(two.energies[0]), float(two.errors[0])),
        "level_1": (float(two.energies[1]), float(two.errors[1])),
    }
    return Answers(numbers, {}, two.gap)


_PLANAR = {"populations": _planar_populations, "splitting": _planar_splitting}


def _driven(scenario: dict[str, Any], line: Line, mass: float) -> Answers:
    side = _side(scenario)

    def left(times: np.ndarray) -> tuple[np.ndarray, float]:
        values, error = driven_populations(line, mass, side, times)
        return values, 2 * error + 1e-9

    def right(times: np.ndarray) -> tuple[np.ndarray, float]:
        values, error = left(times)
        return 1 - values, error

    numbers = {}
    if "duration" in scenario:
        values, error = left(np.array([number(scenario["duration"])]))
        if np.isfinite(values[0]):
            numbers = {
                "left_population": (float(values[0]), error),
                "right_population": (1 - float(values[0]), error),
            }
    return Answers(numbers, {"left_population": left, "right_population": right} if numbers else {})


def _decay(scenario: dict[str, Any], line: Line, mass: float) -> Answers:
    table, level = scenario["potential"], scenario["state"].get("level", 0)
    if table["kind"] == "expression":
        found = lowest_pole(Formula(table["formula"], table["parameters"]), mass, (-22.0, 22.0))
        if found is None:
            return Answers()
        width, error = -2 * found[0].imag, 2 * found[1]
        numbers = {
            "lifetime": (1 / width, error / width**2),
            "resonance_energy": (found[0].real, error),
            "resonance_width": (width, error),
        }
        return Answers(numbers, {}, 1 / width)
    if table["kind"] == "leaky_square_well":
        # the closed well has a barrier without end
        depth, well, apart, center = (
            number(table.get(name, 0.0)) for name in ("depth", "well_width", "separation", "center")
        )
        ends = (center - apart / 2 - well, center - apart / 2)
        closed = Line(lambda x, t: np.where((x > ends[0]) & (x < ends[1]), -depth, 0.0), (0.0, 0.0), ends, ends)
        outlet = center + apart / 2
    else:
        height, width, well, wall = (
            number(table.get(name, 0.0)) for name in ("height", "width", "well_width", "center")
        )
        edge = wall + well
        closed = Line(lambda x, t: np.where(x > edge, height, 0.0), (0.0, height), (wall, edge), (edge,), wall=wall)
        outlet = edge + width
    found = leak(line, closed, mass, level, outlet)
    if found is None:
        return Answers()
    life = found.lifetime
    # the first instants hold energies that no basis has; and what leaves a leaky well to the left is still left of its barrier
    loose = max(3e-5, found.over) if line.wall is None else 1e-6
    numbers = {
        "lifetime": (life, 1e-9 * life),
        "resonance_energy": (found.energy, 1e-9 * found.width + 1e-13 * abs(found.energy)),
        "resonance_width": (found.width, 1e-9 * found.width),
    }
    if "duration" in scenario:
        survival = found.survival(np.array([number(scenario["duration"])]))
        numbers["survival_probability"] = (float(survival[0]), loose)

    def survival_curve(times: np.ndarray) -> tuple[np.ndarray, float]:
        return found.survival(times), loose

    return Answers(numbers, {"survival_probability": survival_curve}, life)


def _motion(scenario: dict[str, Any], line: Line, mass: float) -> Answers:
    state = scenario["state"]

    def course(times: np.ndarray) -> tuple[Course, float] | None:
        packet = packet_of(state, mass)
        if packet is not None and "walls" in scenario:
            return walled_packet(line, mass, _walls(scenario), packet, times)
        if packet is not None:
            known = of_gaussian(line, mass, packet, times)
            return (known, 1e-10) if known is not None else of_held_packet(line, mass, packet, times)
        terms = state["terms"] if state["kind"] == "superposition" else [state]
        if any(term["kind"] != "eigenstate" for term in terms):
            return None
        levels = [term.get("level", 0) for term in terms]
        states = bound_states(line, mass, max(levels) + 1)
        if states is None:
            return None
        c = np.zeros(max(levels) + 1)
        for level, share in zip(levels, state.get("coefficients", [1.0]), strict=True):
            c[level] += share
        # an eigenstate's sign is anybody's: only what does not depend on it is judged
        return of_states(states, c / np.linalg.norm(c), times), 1e-10

    signs_matter = state["kind"] == "superposition" and any(term["kind"] == "eigenstate" for term in state["terms"])
    names = ("mean_energy", "norm") if signs_matter else tuple(Course.__dataclass_fields__)
    kept = {
        "position": "mean_position",
        "momentum": "mean_momentum",
        "spread": "position_spread",
        "energy": "mean_energy",
    }
    names = [kept.get(name, name) for name in names]
    numbers: dict[str, tuple[float, float]] = {}
    scale = 1.0
    if "duration" in scenario:
        end = number(scenario["duration"])
        out = course(np.linspace(0.0, end, 41))
        if out is None:
            return Answers()
        for name, values in out[0].named().items():
            if name in names:
                size = float(np.max(abs(values)))
                numbers[name] = (float(values[-1]), 10 * out[1] * size + 1e-11 * size)
        scale = float(np.max(abs(out[0].position)))

    def curve(name: str) -> Points:
        def at(times: np.ndarray) -> tuple[np.ndarray, float]:
            out = course(times)
            assert out is not None
            values = out[0].named()[name]
            return values, (10 * out[1] + 1e-11) * float(np.max(abs(values)))

        return at

    return Answers(numbers, {name: curve(name) for name in names} if numbers else {}, scale)


_ASKED: dict[str, Callable[[dict[str, Any], Line, float], Answers]] = {
    "transmission": _transmission, "transmission_curve": _curve, "levels": _levels, "populations": _populations,
    "splitting": _splitting, "driven_populations": _driven, "decay": _decay, "motion": _motion,
    "transmission_at": _plane_wave, "pass_or_bounce": _pair, "meeting_delay": _identical,
}  # fmt: skip
