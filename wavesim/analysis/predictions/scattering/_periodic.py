"""Theory for a packet at a periodically driven barrier: coupled Floquet channels."""

from __future__ import annotations

import ast
import dataclasses
import math
from fractions import Fraction

import numpy as np

from .... import theory
from ....potentials import AbstractPotential, Driven, Expression, values_at
from ....problem import Problem
from ...bars import Estimate
from ._terrain import terrain_of

# V ends where it differs from its asymptote by one of these shares of its height: the first from which the packet starts clear
_CUTS = (1e-12, 1e-9, 1e-6, 1e-4)
# distance of a clear start, in widths of the packet
_CLEAR = 4.0
# ratio of a coarser cut, which tells what a cut costs
_COARSER = 30.0
# smallest tolerance of the probability
_FINEST = 1e-8
# times of a period at which the extent of V is computed
_MOMENTS = 8
# largest denominator of the ratio of two commensurate frequencies, and tolerance of that ratio
_LARGEST_DENOMINATOR, _RATIO_TOLERANCE = 12, 1e-12
# time samples of a period for a smooth V, and for one with edges
_TIMES_SMOOTH, _TIMES_SHARP = 128, 2048
# safety factor on the interference that a packet's tail inside the static potential causes
_SAFETY = 3.0
# distance at which a packet has no such tail, in widths
_FAR_WIDTHS = 1000.0


@dataclasses.dataclass(frozen=True)
class _PeriodicPotential:
    """A periodic V in a frame in which its asymptotes are constant in time.

    Attributes:
        frequency: angular frequency of V [1/time].
        shift, boost: position and momentum of the frame at time 0 [length, momentum].
        swing: amplitude, phase and frequency of the frame's motion amplitude cos(frequency t + phase).
        inner: V without the force that moves the frame.
        moments: static V at several times of a period.
    """

    frequency: float
    shift: float
    boost: float
    swing: tuple[float, float, float]
    inner: AbstractPotential
    moments: tuple[AbstractPotential, ...]

    def value(self, x: np.ndarray, time: float, mass: float) -> np.ndarray:
        amplitude, phase, frequency = self.swing
        return values_at(self.inner, x + amplitude * math.cos(frequency * time + phase), mass, time)

    def ends(self, cut: float, sign: float) -> tuple[float, float]:
        """Where V differs from its asymptotes by more than a share `cut` of its height at some time, seen from the side that `sign` names."""
        spans = [moment.support(cut) for moment in self.moments]
        left, right = min(span[0] for span in spans), max(span[1] for span in spans)
        left, right = left - abs(self.swing[0]), right + abs(self.swing[0])
        return (left, right) if sign > 0 else (-right, -left)


def periodic_theories(problem: Problem, packet: tuple[theory.Gaussian, ...]) -> dict[str, Estimate]:
    """Transmitted probability by coupled channels; empty for a V that is not periodic.

    A packet that starts close meets V cut off before it, since the channels assume that it starts outside; the error contains what a coarser
    cut changes, and the interference of a tail that starts on V.

    Args:
        problem: in one dimension, with a potential that depends on time and is flat on both sides.
        packet: the problem's state.
    """
    mass = float(problem.mass)
    periodic = _periodic_potential(problem.potential, mass)
    if periodic is None:
        return {}
    asymptotes = problem.potential.asymptotes()
    packet = tuple(
        dataclasses.replace(part, center=part.center - periodic.shift, momentum=part.momentum - periodic.boost)
        for part in packet
    )
    sign = 1.0
    if all(part.momentum < 0 for part in packet):
        sign, asymptotes = -1.0, asymptotes[::-1]
        packet = tuple(part.mirrored for part in packet)

    def share_at(cut: float) -> theory.Share | None:
        left, right = periodic.ends(cut, sign)
        return theory.floquet_share(
            lambda x, time: periodic.value(sign * x, time, mass),
            periodic.frequency,
            packet,
            left,
            right,
            mass=mass,
            v_left=asymptotes[0],
            v_right=asymptotes[1],
            times=_TIMES_SMOOTH if periodic.inner.smooth else _TIMES_SHARP,
            tolerance=max(_FINEST, cut / 10),
        )

    def distance(cut: float) -> float:
        left = periodic.ends(cut, sign)[0]
        return min((left - part.center) / part.width for part in packet)

    cut = next((cut for cut in _CUTS if distance(cut) >= _CLEAR), _CUTS[-1])
    share = share_at(cut)
    if share is None:
        return {}
    error = share.error + _SAFETY * max(_interference(moment, packet, mass, sign) for moment in periodic.moments)
    if distance(_CUTS[0]) < theory.REACH:
        coarser = share_at(_COARSER * cut)
        error += math.inf if coarser is None else abs(coarser.value - share.value)
    return {"floquet": Estimate(share.value, error)}


def _interference(frozen: AbstractPotential, packet: tuple[theory.Gaussian, ...], mass: float, sign: float) -> float:
    """Change of T of a static potential that the part of a packet that starts on it causes."""
    terrain = terrain_of(frozen, mass)
    terrain = terrain if sign > 0 else terrain.mirrored
    if not theory.reaches(terrain, packet):
        return 0.0
    distant = tuple(dataclasses.replace(part, center=part.center - _FAR_WIDTHS * part.width) for part in packet)
    near, far = (theory.transmitted_share(terrain, start, mass).value for start in (packet, distant))
    return abs(near - far)


def _periodic_potential(potential: AbstractPotential, mass: float) -> _PeriodicPotential | None:
    """The periodic V of a drive or a formula; None where it is not periodic or its asymptotes move."""
    if isinstance(potential, Driven):
        force, frequency, phase = float(potential.force), abs(float(potential.frequency)), float(potential.phase)
        if not frequency:
            return None
        if float(potential.frequency) < 0:
            phase = -phase
        # m d^2 xi/dt^2 = -force cos(frequency t + phase)
        swing = force / (mass * frequency**2)
        inner = frequency_of(potential.potential)
        if inner is not None:
            return None
        return _PeriodicPotential(
            frequency,
            swing * math.cos(phase),
            -force / frequency * math.sin(phase),
            (swing, phase, frequency),
            potential.potential,
            (potential.potential,),
        )
    frequency = frequency_of(potential)
    if frequency is None or not isinstance(potential, Expression):
        return None
    frozen = [_frozen(potential, 2 * math.pi / frequency * n / _MOMENTS) for n in range(_MOMENTS)]
    if len({tuple(np.round(moment.asymptotes(), 12)) for moment in frozen}) > 1:
        return None
    return _PeriodicPotential(frequency, 0.0, 0.0, (0.0, 0.0, 0.0), potential, tuple(frozen))


def frequency_of(potential: AbstractPotential) -> float | None:
    """Angular frequency of a formula that is periodic in t; None for any other.

    t may occur only in sines and cosines of linear functions of t.
    """
    if not isinstance(potential, Expression) or potential.static:
        return None
    tree = ast.parse(potential.formula.strip(), mode="eval").body
    arguments: list[ast.expr] = []
    if not _only_in_sines(tree, arguments):
        return None
    rates = [_rate(potential, argument) for argument in arguments]
    frequencies = [abs(rate) for rate in rates if rate is not None and rate]
    if not frequencies or None in rates:
        return None
    first = frequencies[0]
    fractions = [Fraction(rate / first).limit_denominator(_LARGEST_DENOMINATOR) for rate in frequencies]
    if any(
        abs(float(f) - rate / first) > _RATIO_TOLERANCE * max(1.0, rate / first)
        for f, rate in zip(fractions, frequencies, strict=True)
    ):
        return None
    common = math.lcm(*(f.denominator for f in fractions))
    return first * math.gcd(*(int(f * common) for f in fractions)) / common


def _only_in_sines(node: ast.AST, arguments: list[ast.expr]) -> bool:
    """Whether t occurs only in sines and cosines, whose arguments are collected in `arguments`."""
    if isinstance(node, ast.Name):
        return node.id != "t"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("sin", "cos"):
        if any(isinstance(part, ast.Name) and part.id == "t" for part in ast.walk(node.args[0])):
            arguments.append(node.args[0])
        return True
    return all(_only_in_sines(child, arguments) for child in ast.iter_child_nodes(node))


def _rate(potential: Expression, argument: ast.expr) -> float | None:
    """Slope of an argument in t; None where it is not linear in t, or the slope depends on x."""
    line = _expression(potential, argument)
    x = np.array([-1.3, 0.2, 1.7])
    samples = [values_at(line, x, time=time) for time in (0.0, 1.0, 2.0, 3.7)]
    rate = float((samples[1] - samples[0])[0])
    deviation = max(
        float(np.max(np.abs(values - samples[0] - rate * time)))
        for values, time in zip(samples, (0.0, 1.0, 2.0, 3.7), strict=True)
    )
    return rate if deviation <= 1e-12 * (abs(rate) + float(np.max(np.abs(samples[0])))) else None


def _frozen(potential: Expression, time: float) -> Expression:
    """The formula at one time, as a static potential."""

    class TimeFixed(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return ast.Constant(time) if node.id == "t" else node

    return _expression(potential, TimeFixed().visit(ast.parse(potential.formula.strip(), mode="eval").body))


def _expression(potential: Expression, tree: ast.expr) -> Expression:
    """A part of a formula, with the parameters that occur in it."""
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    parameters = {name: value for name, value in (potential.parameters or {}).items() if name in used}
    ends = potential.ends if potential.ends is not None else None
    return Expression(ast.unparse(tree), parameters, ends, potential.span)
