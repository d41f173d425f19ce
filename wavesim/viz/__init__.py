"""Pictures and movies of runs. Nothing here touches Matplotlib's global state, and pyplot is never imported."""

from ._movie import Movie as Movie
from ._movie import animate as animate
from ._study import study_summary as study_summary
from ._summary import summary as summary
