"""Scenario files: physics written down in TOML, checked against the classes it becomes."""

from ._build import Expectation as Expectation
from ._build import Scenario as Scenario
from ._build import load_scenario as load_scenario
from ._build import read_scenario as read_scenario
from ._library import find_scenario as find_scenario
from ._library import shipped as shipped
from ._paths import assign as assign
from ._quantities import QUANTITIES as QUANTITIES
from ._schema import json_schema as json_schema
