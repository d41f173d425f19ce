"""Pictures and movies of runs. Nothing here touches Matplotlib's global state, and pyplot is never imported."""

# first, because importing Matplotlib fails where MPLBACKEND names a backend that does not exist
from .. import _face
from ._backend import import_matplotlib as import_matplotlib
from .draw import Picture as Picture, check_png as check_png
from .movie import (
    MOST as MOST,
    SIZES as SIZES,
    Look as Look,
    Moment as Moment,
    Movie as Movie,
    Multiples as Multiples,
    animate as animate,
    bytes_of as bytes_of,
    check_suffix as check_suffix,
    size_for_video as size_for_video,
    size_of as size_of,
    small_multiples as small_multiples,
    spread as spread,
)
from .pages import (
    design_summary as design_summary,
    picture as picture,
    states_picture as states_picture,
    study_summary as study_summary,
    summary as summary,
    sweep_summary as sweep_summary,
)

_face.listed(globals())
