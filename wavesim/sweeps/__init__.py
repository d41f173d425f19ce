"""Sweeps: one question for many parameters, answered together, in one labelled and resumable table."""

from ._account import Account as Account
from ._account import account as account
from ._answer import Answer as Answer
from ._answer import Asked as Asked
from ._answer import Status as Status
from ._axes import SweepAxis as SweepAxis
from ._check import Check as Check
from ._check import check as check
from ._export import to_csv as to_csv
from ._export import to_parquet as to_parquet
from ._file import Sweep as Sweep
from ._layout import Layout as Layout
from ._rows import asked as asked
from ._store import read as read
from ._sweep import LOG as LOG
from ._sweep import STORE as STORE
from ._sweep import sweep as sweep
from ._watch import Pace as Pace
from ._watch import Tally as Tally
from ._watch import pace as pace
from ._watch import shown as shown
from ._watch import spoken as spoken
