"""Design: optimization of the parameters of a problem for given targets, by gradients, with certified results."""

from .. import _face
from ._design import (
    METHODS as METHODS,
    ROUTES as ROUTES,
    Achieved as Achieved,
    Design as Design,
    Varied as Varied,
    design as design,
)
from ._gradient import ADJOINTS as ADJOINTS, gradient as gradient
from ._target import Target as Target
from ._words import design_text as design_text, named as named, scale_of as scale_of, unit_of as unit_of

_face.listed(globals())
