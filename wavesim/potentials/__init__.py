"""Potentials: barriers, wells, and what is made of them. Each gives its samples on a grid, not only V(x)."""

from ._barriers import DoubleBarrier as DoubleBarrier
from ._barriers import EckartBarrier as EckartBarrier
from ._barriers import Free as Free
from ._barriers import GaussianBarrier as GaussianBarrier
from ._barriers import RectangularBarrier as RectangularBarrier
from ._barriers import Step as Step
from ._base import AbstractPotential as AbstractPotential
from ._base import AbstractSharpPotential as AbstractSharpPotential
from ._base import AbstractSmoothPotential as AbstractSmoothPotential
from ._combined import Driven as Driven
from ._combined import Separable as Separable
from ._combined import SmoothFunction as SmoothFunction
from ._combined import Sum as Sum
from ._deltas import DeltaBarrier as DeltaBarrier
from ._deltas import DeltaWell as DeltaWell
from ._deltas import DoubleDeltaWell as DoubleDeltaWell
from ._expression import Expression as Expression
from ._sampled import Sampled as Sampled
from ._slopes import ParabolicBarrier as ParabolicBarrier
from ._slopes import TriangularBarrier as TriangularBarrier
from ._wells import AbstractDoubleWell as AbstractDoubleWell
from ._wells import GaussianWells as GaussianWells
from ._wells import Harmonic as Harmonic
from ._wells import QuarticDoubleWell as QuarticDoubleWell
from ._wells import SquareDoubleWell as SquareDoubleWell
