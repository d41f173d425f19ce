"""Error bars: repetitions of a run, residuals of its gradients, and the report."""

from ._accuracy import combined as combined, rounding as rounding, spacing_order as spacing_order
from ._measured import (
    end_of_series as end_of_series,
    measured_numbers as measured_numbers,
    measured_readings as measured_readings,
    note_on as note_on,
)
from ._question import (
    AbstractQuestion as AbstractQuestion,
    CurvePredictions as CurvePredictions,
    Parts as Parts,
    Predictions as Predictions,
    Reading as Reading,
)
from ._record import AbstractRecordQuestion as AbstractRecordQuestion
from ._refine import MOST_WORK as MOST_WORK, Measured as Measured, Verdict as Verdict, refine as refine
from ._repeat import (
    Trial as Trial,
    above as above,
    disagreement as disagreement,
    least_pairs as least_pairs,
    refined as refined,
    run_trial as run_trial,
    warnings_of as warnings_of,
)
from ._report import (
    BoundStates as BoundStates,
    Curve as Curve,
    Estimate as Estimate,
    Quantity as Quantity,
    Report as Report,
    error_of as error_of,
)
from ._runs import (
    Measurement as Measurement,
    ProgressNote as ProgressNote,
    RunRequest as RunRequest,
    Runs as Runs,
    run_here as run_here,
    with_residuals as with_residuals,
)
from ._study import Axis as Axis, Study as Study, ratios as ratios
from ._words import (
    aligned as aligned,
    barred as barred,
    inputs_text as inputs_text,
    report_lines as report_lines,
    report_rows as report_rows,
    shown as shown,
    spoken as spoken,
    unit_text as unit_text,
)
