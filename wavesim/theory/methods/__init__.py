"""Numerical methods of the theories: slices, cells, turning points, node counting, quadrature."""

from ._airy import scaled_airy as scaled_airy
from ._cell_waves import CellWaves as CellWaves
from ._entire import horner as horner, scaled_cosh_sinhc as scaled_cosh_sinhc
from ._faddeeva import faddeeva as faddeeva
from ._node_counting import (
    Cells as Cells,
    count_nodes as count_nodes,
    counted_levels as counted_levels,
    fitted_cells as fitted_cells,
    gauss_values as gauss_values,
)
from ._quadrature import integrated as integrated, on_panels as on_panels
from ._slices import (
    Potential as Potential,
    SliceMatrix as SliceMatrix,
    across as across,
    as_function as as_function,
    blocks as blocks,
    breakpoints as breakpoints,
    evaluate as evaluate,
    flat_segments as flat_segments,
    refine as refine,
    sample_slices as sample_slices,
    slice_matrices as slice_matrices,
)
from ._terrain import NODES as NODES, Terrain as Terrain, polynomial_at as polynomial_at, surveyed as surveyed
from ._tracing import (
    Array as Array,
    fixed as fixed,
    floats as floats,
    is_traced as is_traced,
    namespace as namespace,
    require_double as require_double,
)
from ._turning import (
    UNIT_NODES as UNIT_NODES,
    UNIT_WEIGHTS as UNIT_WEIGHTS,
    Landmarks as Landmarks,
    SmoothPotential as SmoothPotential,
    landmarks as landmarks,
    panels as panels,
    turning_points as turning_points,
    values as values,
)
