"""Pictures and movies of runs. Nothing here touches Matplotlib's global state, and pyplot is never imported."""

from ._movie import Movie as Movie
from ._movie import animate as animate
from ._study import study_summary as study_summary
from ._summary import summary as summary
from ._sweep_movie import Multiples as Multiples
from ._sweep_movie import small_multiples as small_multiples
from ._sweep_movie import spread as spread
from ._sweep_summary import sweep_summary as sweep_summary
