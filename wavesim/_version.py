"""The installed version."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("wavesim")
except PackageNotFoundError:  # run from a bare checkout
    __version__ = "0+unknown"
