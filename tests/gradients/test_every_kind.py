"""Gradients through a run against finite differences of the same run, for every float of every kind of potential."""

from __future__ import annotations

import dataclasses

import pytest

import wavesim as ws
from wavesim import potentials as P
from wavesim.analysis import Motion, Transmission, parameter_at, parameters_of, with_value
from wavesim.errors import WavesimError
from wavesim.potentials import AbstractPotential
from wavesim.propagation import Numerics
from wavesim.scenario.schema._schema import POTENTIALS
from wavesim.schemes import SCHEMES, Chebyshev, chebyshev_terms
from wavesim.states import GaussianPacket, Product, Trapped
from wavesim.unfolding import unfolded, unfolded_grid

# one series for all of them, so that they share their programs
LOWEST, HIGHEST, DT, STEPS = -8.0, 140.0, 0.1, 16
SERIES = Chebyshev(LOWEST, HIGHEST, chebyshev_terms((HIGHEST - LOWEST) * DT / 2))
LINE, PLANE = ws.Grid.line(-6.0, 6.0, 48), ws.Grid.product(*2 * [ws.Grid.line(-6.0, 6.0, 30)])
PACKET = GaussianPacket(-1.2, 0.6, 0.8)
RECTANGLE, BUMP = P.RectangularBarrier(0.8, 1.3, 0.23), P.GaussianBarrier(0.6, 0.8, -0.3)
WELL, QUARTIC = P.Harmonic(0.7, 0.3), P.QuarticDoubleWell(0.4, 1.8, 0.1, 0.2)
TABLE = (0.0, 0.0, 0.3, 0.7, 0.4, 0.5, 0.0, 0.0)
PLATEAU = ((6.0, 5.0, 5.0, 6.0), (5.0, 0.3, 0.5, 5.0), (5.0, 0.1, 0.8, 5.0), (6.0, 5.0, 5.0, 6.0))

# no edge lies on a point of the grid, where the run itself has two derivatives; deltas do, for they must
KINDS: dict[str, AbstractPotential] = {
    "free": P.Free(),
    "step": P.Step(0.3, 0.4),
    "rectangle": RECTANGLE,
    "gaussian": BUMP,
    "eckart": P.EckartBarrier(0.7, 0.9, 0.1),
    "double barrier": P.DoubleBarrier(1.0, 0.73, 2.51, 0.33),
    "triangle": P.TriangularBarrier(1.0, 2.1, 0.2),
    "parabola": P.ParabolicBarrier(0.9, 1.17, 0.2),
    "delta": P.DeltaBarrier(0.8, 0.25),
    "delta well": P.DeltaWell(1.2, 0.25),
    "two deltas": P.DoubleDeltaWell(1.0, 2.5, 0.25),
    "harmonic": WELL,
    "box": P.InfiniteSquareWell(9.0, 0.3),
    "quartic": QUARTIC,
    "square wells": P.SquareDoubleWell(2.0, 1.53, 1.03, 0.22),
    "gaussian wells": P.GaussianWells(2.0, 0.7, 3.2, 0.2),
    "wall and barrier": P.WellBehindBarrier(1.5, 1.23, 2.54, 0.3),
    "coulomb": P.CoulombBarrier(0.2, 1.83, 3.0, 0.1),
    "leaky well": P.LeakySquareWell(1.5, 1.07, 1.18, 0.12),
    "sharp formula": P.Expression(
        "A*exp(-((x - c)/a)^2) + where(abs(x) < b, B, 0)", {"A": 0.6, "c": 0.5, "a": 1.1, "b": 0.8, "B": 0.3}
    ),
    "table": P.Sampled(TABLE, -3.19, 2.94),
    "straight table": P.Sampled(TABLE, -3.19, 2.94, interpolation="linear"),
    "layers": P.Layers(((1.0, 0.8), (1.53, -0.3), (0.71, 0.9)), left=-0.42, before=0.02, after=0.1),
    "driven well": P.Driven(WELL, 0.3, 0.5, 0.4),
    "moving formula": P.Expression(
        "A*exp(-((x - c)/a)^2)*(1 + b*cos(w*t))", {"A": 0.6, "c": 0.5, "a": 1.1, "b": 0.8, "w": 1.3}
    ),
    "sum": P.Sum((RECTANGLE, P.GaussianBarrier(0.6, 0.8, 2.0), P.DeltaBarrier(0.2, -2.0))),
    "separable": P.Separable((WELL, QUARTIC)),
    "slits": P.DoubleSlit(5.0, 0.63, 0.83, 3.04, 0.21),
    "two particles": P.TwoParticles(BUMP),
    "table of the plane": P.SampledPlane(PLATEAU, lower=(-2.2, -2.0), upper=(2.2, 2.1)),
}
# a run refuses a delta off its point, and a wall off the middle of the grid
UNMOVED = {
    "delta": {"potential.center"},
    "delta well": {"potential.center"},
    "two deltas": {"potential.center", "potential.separation"},
    "sum": {"potential.terms.2.center"},
    "wall and barrier": {"potential.center"},
    "coulomb": {"potential.center"},
    "box": {"potential.center", "potential.width"},
}


def set_up(kind: str) -> tuple[ws.Problem, Numerics]:
    """A packet on top of the potential (in a well beside a wall its own state), and sixteen steps of 0.1 in a periodic box."""
    potential, grid = KINDS[kind], LINE
    if potential.dimension > 1:
        problem, grid = ws.Problem(potential, Product((PACKET, GaussianPacket(0.4, 0.7, -0.3)))), PLANE
    elif isinstance(potential, P.AbstractMetastable) and potential.wall is not None:
        problem, middle = ws.Problem(potential, Trapped()), float(potential.wall) + 0.125
        grid = ws.Grid.line(middle - 6, middle + 6, 48)
    elif kind == "box":
        problem = ws.Problem(potential, GaussianPacket(-0.5, 0.45, 0.8))
        both = unfolded_grid(ws.Grid.line(-4.2, 4.8, 24), problem)
        assert both is not None
        grid = both
    else:
        problem = ws.Problem(potential, PACKET)
    method = SERIES if potential.static else SCHEMES["g6t4"]
    return dataclasses.replace(problem, duration=DT * STEPS), Numerics(grid, DT, STEPS, STEPS, method)


def by_differences(
    problem: ws.Problem, numerics: Numerics, question: Motion | Transmission, of: str, path: str
) -> float:
    """(8 (Q(h) - Q(-h)) - (Q(2h) - Q(-2h)))/(12 h) of four runs, h = 1e-3 of the parameter."""
    measured = dataclasses.replace(problem, measure=question.observables(problem))
    value = parameter_at(problem, question, path).value
    step = 1e-3 * (abs(value) or 1.0)

    def number(offset: int) -> float:
        changed, _ = with_value(measured, question, path, value + offset * step)
        return question.readings(ws.propagate(unfolded(changed), numerics))[of].value

    return (8 * (number(1) - number(-1)) - (number(2) - number(-2))) / (12 * step)


def test_every_kind_is_here() -> None:
    """But those with a mass by position, which no grid holds."""
    assert {type(potential) for potential in KINDS.values()} | {P.Heterostructure, P.GradedStructure} == set(POTENTIALS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_float_equals_differences_of_the_run(kind: str) -> None:
    """dQ/dp, Q the mean position (beside a wall, where it is 0 by symmetry, the spread) at t = 1.6, p every float of V and of the start, and the mass.

    Budget: reverse mode is the derivative of the very run: 1e-6 of the larger of dQ/dp and 1, of which differences of fourth order with h = 1e-3
    leave some 1e-8 (h^4 f^(5)/30) where the samples of an edge bend. The run's own steps backward take an integral over 16 samples of what
    a packet on top of an edge does: within the error bar that it states.
    """
    problem, numerics = set_up(kind)
    of = "position_spread" if isinstance(problem.state, Trapped) else "mean_position"
    question = Motion()
    known = [path for path in parameters_of(problem, question) if path != "duration" and not path.startswith("find")]
    paths = [path for path in known if path not in UNMOVED.get(kind, set())]
    assert len(paths) >= 2
    exact, back = (
        ws.gradient(problem, known, of, find=question, adjoint=adjoint, numerics=numerics)
        for adjoint in ("checkpointed", "reversible")
    )
    differences = {path: by_differences(problem, numerics, question, of, path) for path in paths}
    assert max(map(abs, differences.values())) > 0.1
    for path, difference in differences.items():
        assert exact[path].derivative == pytest.approx(difference, rel=1e-6, abs=1e-6), path
        assert abs(back[path].derivative - difference) <= back[path].error, path


def test_with_an_absorber() -> None:
    """The share of a packet that passes a formula with edges and is absorbed behind it; the mass acts on p^2/2m between the dampings.

    Budget: as above, 1e-6; run backward, its own bar.
    """
    series = Chebyshev(-1.0, 40.0, chebyshev_terms(10.5))
    numerics = Numerics(ws.Grid.line(-30.0, 30.0, 160), 0.5, 48, 48, series, ws.Absorber.designed(0.9, 1e-6))
    problem, of = ws.Problem(KINDS["sharp formula"], GaussianPacket(-10.0, 1.5, 1.4)), "transmitted_probability"
    paths = ["particle.mass", "potential.parameters.a", "potential.parameters.b", "state.momentum"]
    exact, back = (
        ws.gradient(problem, paths, of, find=Transmission(), adjoint=adjoint, numerics=numerics)
        for adjoint in ("checkpointed", "reversible")
    )
    for path in paths:
        difference = by_differences(problem, numerics, Transmission(), of, path)
        assert exact[path].derivative == pytest.approx(difference, rel=1e-6, abs=1e-6), path
        assert abs(back[path].derivative - difference) <= back[path].error, path


def test_a_wall_that_would_move_the_grid_is_named() -> None:
    problem, numerics = set_up("box")
    found = ws.gradient(problem, None, "mean_position", find=Motion(), adjoint="checkpointed", numerics=numerics)
    assert "moves a wall" in found.missing["potential.width"]
    with pytest.raises(WavesimError, match="endless line"):
        problem.hamiltonian(numerics.grid)
