"""Speed and memory of wavesim, measured: `python -m benchmarks`. Records with their hardware lie in `records/`."""
