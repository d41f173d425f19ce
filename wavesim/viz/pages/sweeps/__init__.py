"""Pictures of sweeps: a line, a map, a sample."""

from ._sweep_summary import sweep_summary as sweep_summary
