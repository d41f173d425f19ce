"""An oracle of its own for what a scenario can ask: numpy, scipy and mpmath alone; nothing here knows the package.

A scenario's table goes in as it stands in the file (`answers`); definitions, units and methods are written once more. Scattering, bound
states, decay and driven wells all stand on one thing, Legendre's spectral elements cut at every edge (`_line`), which nothing in the
package resembles: no grid, no Fourier transform, no slices. Closed forms and other codes' methods judge it in tests/theory/test_oracle.py.
"""

from ._answers import answers as answers
from ._asked import Answers as Answers, question as question
from ._bound import bound_states as bound_states
from ._formula import Formula as Formula
from ._reading import line_of as line_of
from ._scattering import Gaussian as Gaussian, Scatterer as Scatterer, shares as shares
from ._units import number as number
from ._wells import beat as beat, top_between_wells as top_between_wells
