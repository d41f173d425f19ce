"""Derivatives of numbers, of every potential by every float, against differences of what shares nothing with wavesim."""

from ._cases import CASES as CASES, Case as Case
from ._main import main as main
from ._verdict import AIM as AIM, Row as Row, Verdict as Verdict, judged as judged, verdicts as verdicts
