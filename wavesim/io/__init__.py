"""Results in and out: xarray datasets, netCDF files."""

from ._dataset import to_xarray as to_xarray
from ._files import attributes as attributes
from ._files import load as load
from ._files import save as save
