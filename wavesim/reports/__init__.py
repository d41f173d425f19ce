"""Reports of a run: the table for people, report.json for scripts, and whether the expectations are met."""

from .. import _face
from ._csv import curve_tables as curve_tables, number_table as number_table
from ._design import design_json as design_json
from ._expect import Outcome as Outcome, judge as judge
from ._json import as_json as as_json, dumps as dumps
from ._sensitivity import sensitivities_json as sensitivities_json, sensitivities_text as sensitivities_text
from ._study import (
    StudyOutcomes as StudyOutcomes,
    judge_study as judge_study,
    study_json as study_json,
    study_text as study_text,
)
from ._verification import (
    verification_json as verification_json,
    verification_text as verification_text,
    verification_warnings as verification_warnings,
)
from ._words import predictions_text as predictions_text, report_text as report_text, shown as shown

_face.listed(globals())
