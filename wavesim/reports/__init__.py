"""What a run says: the table for people, report.json for scripts, and whether the expectations were met."""

from ._expect import Outcome as Outcome
from ._expect import judge as judge
from ._json import as_json as as_json
from ._json import dumps as dumps
from ._study import StudyOutcomes as StudyOutcomes
from ._study import judge_study as judge_study
from ._study import study_json as study_json
from ._study import study_text as study_text
from ._verified import verification_json as verification_json
from ._verified import verification_text as verification_text
from ._verified import verification_warnings as verification_warnings
from ._words import predictions_text as predictions_text
from ._words import report_text as report_text
from ._words import shown as shown
