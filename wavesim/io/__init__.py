"""Results as xarray datasets and netCDF files."""

from .. import _face
from ._codec import encoded as encoded
from ._dataset import to_xarray as to_xarray
from ._files import attributes as attributes, load as load, load_with_curves as load_with_curves, save as save

_face.listed(globals())
