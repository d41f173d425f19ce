"""The command line: ``wavesim run rectangular_barrier``. Nothing heavy is imported before a verb needs it."""

from ._app import main as main
