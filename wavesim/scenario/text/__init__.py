"""Text of scenario files: TOML, paths of values, the library of shipped files, and writing."""

from ._library import (
    canonical as canonical,
    examples as examples,
    find_design as find_design,
    find_scenario as find_scenario,
    find_sweep as find_sweep,
    fingerprint as fingerprint,
    shipped as shipped,
    shipped_designs as shipped_designs,
    shipped_sweeps as shipped_sweeps,
    text_of as text_of,
)
from ._paths import (
    assign as assign,
    assign_value as assign_value,
    assignment_of as assignment_of,
    found_at as found_at,
)
from ._toml import toml as toml
from ._writer import written as written
