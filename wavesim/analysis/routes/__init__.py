"""Independent routes to the same number."""

from ._theory_routes import Route as Route
from ._verify import Verification as Verification, verify as verify
