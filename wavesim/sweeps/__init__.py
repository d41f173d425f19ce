"""Sweeps: one question for many parameters, answered together, in one labelled and resumable table."""

from .. import _face
from ..scenario import SweepAxis as SweepAxis
from ._account import Account as Account, account as account
from ._answer import Answer as Answer, RowRequest as RowRequest, Status as Status
from ._check import Check as Check, check as check
from ._export import to_csv as to_csv, to_parquet as to_parquet
from ._file import Sweep as Sweep
from ._layout import Layout as Layout
from ._sweep import LOG as LOG, STORE as STORE, sweep as sweep
from ._watch import Pace as Pace, Tally as Tally, pace as pace, shown as shown
from .store._store import read as read

_face.listed(globals())
