"""Theory for a packet that meets a periodically driven barrier: never that of the frozen one."""

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

# V is over where it is this share of its height from what it becomes
_FAINT = 1e-12
# moments of a period at which its extent is looked up
_MOMENTS = 8
# frequencies are multiples of a common one if their ratio is a fraction of such small numbers
_LARGEST_DENOMINATOR, _ALIKE = 12, 1e-12
_TIMES_SMOOTH, _TIMES_SHARP = 128, 2048
# how many times what a tail changes that starts on the potential at rest, and how many widths away nothing does
_SURE, _AWAY = 3.0, 1000.0


@dataclasses.dataclass(frozen=True)
class _Shaken:
    """A periodic V in a frame in which it is at rest far away.

    Attributes:
        frequency: of its repetition.
        shift, boost: what the frame takes from the positions and the momenta at time 0.
        left, right: where V settles at all times, in that frame.
        swing: amplitude, phase and frequency of the frame's motion, which is amplitude cos(frequency t + phase).
        inner: V without the force that moves the frame.
        moments: V at rest, as it is at some times.
    """

    frequency: float
    shift: float
    boost: float
    left: float
    right: float
    swing: tuple[float, float, float]
    inner: AbstractPotential
    moments: tuple[AbstractPotential, ...]

    def value(self, x: np.ndarray, time: float, mass: float) -> np.ndarray:
        amplitude, phase, frequency = self.swing
        return values_at(self.inner, x + amplitude * math.cos(frequency * time + phase), mass, time)


def periodic_theories(problem: Problem, packet: tuple[theory.Gaussian, ...]) -> dict[str, Estimate]:
    """The transmitted probability by coupled channels; empty where V does not repeat itself, or the packet starts on it.

    Args:
        problem: in one dimension, with a potential that depends on time and is flat on both sides.
        packet: its state.
    """
    mass = float(problem.mass)
    shaken = _shaken(problem.potential, mass)
    if shaken is None:
        return {}
    ends = problem.potential.asymptotes()
    packet = tuple(
        dataclasses.replace(part, center=part.center - shaken.shift, momentum=part.momentum - shaken.boost)
        for part in packet
    )
    sign = 1.0
    left, right = shaken.left, shaken.right
    if all(part.momentum < 0 for part in packet):
        sign, left, right, ends = -1.0, -right, -left, ends[::-1]
        packet = tuple(part.mirrored for part in packet)
    found = theory.floquet_share(
        lambda x, time: shaken.value(sign * x, time, mass),
        shaken.frequency,
        packet,
        left,
        right,
        mass=mass,
        v_left=ends[0],
        v_right=ends[1],
        times=_TIMES_SMOOTH if shaken.inner.smooth else _TIMES_SHARP,
    )
    if found is None:
        return {}
    interference = max(_interference(one, packet, mass, sign) for one in shaken.moments)
    return {"floquet": Estimate(found.value, found.error + _SURE * interference)}


def _interference(frozen: AbstractPotential, packet: tuple[theory.Gaussian, ...], mass: float, sign: float) -> float:
    """What the part of a packet that starts on a potential at rest changes of what it lets through."""
    terrain = terrain_of(frozen, mass)
    terrain = terrain if sign > 0 else terrain.mirrored
    if not theory.reaches(terrain, packet):
        return 0.0
    away = tuple(dataclasses.replace(part, center=part.center - _AWAY * part.width) for part in packet)
    here, there = (theory.transmitted_share(terrain, one, mass).value for one in (packet, away))
    return abs(here - there)


def _shaken(potential: AbstractPotential, mass: float) -> _Shaken | None:
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
        left, right = potential.potential.support(_FAINT)
        return _Shaken(
            frequency,
            swing * math.cos(phase),
            -force / frequency * math.sin(phase),
            left - abs(swing),
            right + abs(swing),
            (swing, phase, frequency),
            potential.potential,
            (potential.potential,),
        )
    frequency = frequency_of(potential)
    if frequency is None or not isinstance(potential, Expression):
        return None
    frozen = [_frozen(potential, 2 * math.pi / frequency * n / _MOMENTS) for n in range(_MOMENTS)]
    if len({tuple(np.round(one.asymptotes(), 12)) for one in frozen}) > 1:
        return None
    spans = [one.support(_FAINT) for one in frozen]
    left, right = min(span[0] for span in spans), max(span[1] for span in spans)
    return _Shaken(frequency, 0.0, 0.0, left, right, (0.0, 0.0, 0.0), potential, tuple(frozen[::2]))


def frequency_of(potential: AbstractPotential) -> float | None:
    """The frequency with which a formula repeats itself: t stands in sines and cosines of straight lines in t alone. None where it does not."""
    if not isinstance(potential, Expression) or potential.static:
        return None
    tree = ast.parse(potential.formula.strip(), mode="eval").body
    arguments: list[ast.expr] = []
    if not _periodic(tree, arguments):
        return None
    rates = [_rate(potential, argument) for argument in arguments]
    known = [abs(rate) for rate in rates if rate is not None and rate]
    if not known or None in rates:
        return None
    first = known[0]
    fractions = [Fraction(rate / first).limit_denominator(_LARGEST_DENOMINATOR) for rate in known]
    if any(
        abs(float(f) - rate / first) > _ALIKE * max(1.0, rate / first) for f, rate in zip(fractions, known, strict=True)
    ):
        return None
    common = math.lcm(*(f.denominator for f in fractions))
    return first * math.gcd(*(int(f * common) for f in fractions)) / common


def _periodic(node: ast.AST, arguments: list[ast.expr]) -> bool:
    """Whether t stands nowhere but in sines and cosines, whose arguments are collected."""
    if isinstance(node, ast.Name):
        return node.id != "t"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("sin", "cos"):
        if any(isinstance(part, ast.Name) and part.id == "t" for part in ast.walk(node.args[0])):
            arguments.append(node.args[0])
        return True
    return all(_periodic(child, arguments) for child in ast.iter_child_nodes(node))


def _rate(potential: Expression, argument: ast.expr) -> float | None:
    """How fast an argument grows with t; None where it does so unevenly, or differently from place to place."""
    line = _expression(potential, argument)
    x = np.array([-1.3, 0.2, 1.7])
    at = [values_at(line, x, time=time) for time in (0.0, 1.0, 2.0, 3.7)]
    rate = float((at[1] - at[0])[0])
    off = max(
        float(np.max(np.abs(values - at[0] - rate * time)))
        for values, time in zip(at, (0.0, 1.0, 2.0, 3.7), strict=True)
    )
    return rate if off <= 1e-12 * (abs(rate) + float(np.max(np.abs(at[0])))) else None


def _frozen(potential: Expression, time: float) -> Expression:
    """The formula at one time, as a static potential."""

    class Stopped(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return ast.Constant(time) if node.id == "t" else node

    return _expression(potential, Stopped().visit(ast.parse(potential.formula.strip(), mode="eval").body))


def _expression(potential: Expression, tree: ast.expr) -> Expression:
    """A part of a formula with those of its parameters that stand in it."""
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    parameters = {name: value for name, value in (potential.parameters or {}).items() if name in used}
    ends = potential.ends if potential.ends is not None else None
    return Expression(ast.unparse(tree), parameters, ends, potential.span)
