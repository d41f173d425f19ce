"""Drawing functions shared by pictures and movies."""

from ._curves import (
    DASHED as DASHED,
    FURTHER as FURTHER,
    decades as decades,
    draw_bundle as draw_bundle,
    draw_lines as draw_lines,
    draw_residuals as draw_residuals,
    legend_above as legend_above,
    suits_log_scale as suits_log_scale,
)
from ._hills import draw_hills as draw_hills
from ._page import (
    ABOVE_TABLE as ABOVE_TABLE,
    HEIGHT as HEIGHT,
    TABLE_TOP as TABLE_TOP,
    WIDTH as WIDTH,
    Picture as Picture,
    check_png as check_png,
    draw_footer as draw_footer,
    page as page,
    sheet as sheet,
)
from ._panels import (
    COLUMNS as COLUMNS,
    ROWS as ROWS,
    draw_bar as draw_bar,
    draw_density as draw_density,
    draw_plane as draw_plane,
    draw_potential as draw_potential,
)
from ._spikes import draw_spikes as draw_spikes
from ._table import MOST_ROWS as MOST_ROWS, draw_cases as draw_cases, draw_table as draw_table
from ._walls import draw_walls as draw_walls
