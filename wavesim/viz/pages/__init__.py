"""Still pictures: of a run, a study, a sweep."""

from ._design import design_summary as design_summary
from ._states_picture import states_picture as states_picture
from ._study import study_summary as study_summary
from ._summary import picture as picture, summary as summary
from .sweeps import sweep_summary as sweep_summary
