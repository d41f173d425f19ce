"""Small records for the tests of pictures, written down rather than propagated."""

from __future__ import annotations

import numpy as np

from wavesim import potentials as P, states as S
from wavesim._typing import DIMENSIONLESS, ENERGY, Dimension
from wavesim.absorbers import Absorber
from wavesim.analysis import Curve, Quantity, Report
from wavesim.grid import Grid
from wavesim.problem import Problem
from wavesim.propagation import Numerics, Result
from wavesim.schemes import SCHEMES


def record(problem: Problem, grid: Grid, psi: np.ndarray, absorber: Absorber | None = None) -> Result:
    """A result with these amplitudes at times 0, 1, 2, ..."""
    frames = len(psi) - 1
    numerics = Numerics(grid, 0.1, 10 * max(frames, 1), max(frames, 1), next(iter(SCHEMES.values())), absorber)
    absorbed = np.zeros((frames + 1, 2))
    return Result(problem, numerics, np.arange(frames + 1.0), psi, {}, absorbed, psi[-1], True, 0.1, "cpu")


def gaussian(x: np.ndarray, center: float, momentum: float) -> np.ndarray:
    """A packet of width 1."""
    return (2 * np.pi) ** -0.25 * np.exp(-((x - center) ** 2) / 4 + 1j * momentum * x)


def drifting(
    frames: int = 4,
    height: float = 1.0,
    passed: float = 0.5,
    layer: float = 0.0,
    potential: P.AbstractPotential | None = None,
) -> Result:
    """A packet that comes from the left to a barrier 1.5 wide; the share `passed` jumps to the other side at half time."""
    grid = Grid.line(-20.0, 20.0, 160)
    x = np.asarray(grid.x)
    before = [gaussian(x, -8.0 + k, 1.0) for k in range(frames // 2 + 1)]
    after = [
        np.sqrt(1 - passed) * gaussian(x, -7.0 - k, -1.0) + np.sqrt(passed) * gaussian(x, 7.0 + k, 1.0)
        for k in range(frames - frames // 2)
    ]
    barrier = potential or P.RectangularBarrier(height, 1.5)
    problem = Problem(barrier, S.GaussianPacket(center=-8.0, width=1.0, momentum=1.0))
    absorber = Absorber(width=layer, energy=0.5) if layer else None
    return record(problem, grid, np.array([*before, *after]), absorber)


def double_well(frames: int = 4) -> Result:
    """A particle that goes over from the left square well to the right one."""
    grid = Grid.line(-8.0, 8.0, 128)
    x = np.asarray(grid.x)
    shares = np.linspace(0, np.pi / 2, frames + 1)
    left, right = (np.where(abs(x - c) < 3, np.exp(-((x - c) ** 2)), 0) for c in (-1.75, 1.75))
    psi = np.array([np.cos(a) * left + 1j * np.sin(a) * right for a in shares], complex)
    psi /= np.sqrt((np.abs(psi) ** 2).sum(axis=1, keepdims=True) * float(grid.spacing[0]))
    return record(Problem(P.SquareDoubleWell(2.0, 2.0, 1.5), S.LeftLocalized()), grid, psi)


def channel(dimension: int, frames: int = 2) -> Result:
    """A packet in two or three dimensions that comes to an Eckart barrier across a harmonic channel."""
    grid = Grid.product(Grid.line(-10.0, 10.0, 48), *[Grid.line(-6.0, 6.0, 24)] * (dimension - 1))
    x, *others = (np.asarray(axis) for axis in grid.position)
    across = np.prod(np.broadcast_arrays(*[gaussian(y, 0.0, 0.0) for y in others]), axis=0)
    psi = np.array([gaussian(x, -4.0 + k, 1.0) * across for k in range(frames + 1)])
    packets = (S.GaussianPacket(center=-4.0, width=1.0, momentum=1.0),)
    packets += (S.GaussianPacket(center=0.0, width=1.0, momentum=0.0),) * (dimension - 1)
    potential = P.Separable((P.EckartBarrier(1.0, 1.0), *[P.Harmonic(0.5)] * (dimension - 1)))
    return record(Problem(potential, S.Product(packets)), grid, psi)


def spectrum(result: Result | None) -> Report:
    """T(E) and R(E) at 21 energies, T off by half of its error bar, and two theories."""
    energies = np.linspace(0.5, 2.5, 21)
    exact = 1 / (1 + np.exp(-4 * (energies - 1)))
    bar = 1e-4 * np.linspace(1, 2, 21)
    along = ("energy", ENERGY)
    curves = {
        "transmission": Curve(
            "transmission", energies, exact + bar / 2, DIMENSIONLESS, {"scattering": exact, "wkb": exact**2}, bar, along
        ),
        "reflection": Curve("reflection", energies, 1 - exact, DIMENSIONLESS, {"scattering": 1 - exact}, bar, along),
    }
    return report_of({"transmitted_probability": (0.5, 1e-4, DIMENSIONLESS, {"scattering": 0.50005})}, result, curves)


def report_of(
    numbers: dict[str, tuple[float, float, Dimension, dict[str, float]]],
    result: Result | None = None,
    curves: dict[str, Curve] | None = None,
) -> Report:
    """A report of these values, error bars, dimensions and theories."""
    quantities = {
        name: Quantity(name, value, error, dimension, {}, theory)
        for name, (value, error, dimension, theory) in numbers.items()
    }
    return Report(result, 1e-4, quantities, curves or {}, (), 3 if result is not None else 0, 1, 0.1)
