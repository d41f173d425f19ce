"""Movies: their frames, layouts and files."""

from ._look import SIZES as SIZES, Look as Look, size_of as size_of
from ._max_size import bytes_of as bytes_of
from ._movie import Movie as Movie, animate as animate
from ._own_axes import Moment as Moment
from ._writer import check_suffix as check_suffix, ffmpeg as ffmpeg, size_for_video as size_for_video
from .cases import MOST as MOST, Multiples as Multiples, small_multiples as small_multiples, spread as spread
