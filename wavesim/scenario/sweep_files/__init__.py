"""Keys of sweep files, and of [vary]."""

from ._sweep_axes import SweepAxis as SweepAxis, axes_of as axes_of
from ._sweep_grammar import parse_sweep as parse_sweep, unknown as unknown
from ._sweep_values import MOST_ROWS as MOST_ROWS, refuse_too_many as refuse_too_many, sample_values as sample_values
from ._vary import cases_of as cases_of, refuse_varied as refuse_varied, varied as varied
