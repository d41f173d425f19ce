"""Counting what JAX compiles."""

from __future__ import annotations

import jax.monitoring


class Compilations:
    """How many programs were compiled since it was made."""

    def __init__(self) -> None:
        self.count = 0
        jax.monitoring.register_event_duration_secs_listener(self.heard)

    def heard(self, event: str, duration_secs: float, **rest: str | int) -> None:
        """JAX's report of something that it did."""
        self.count += event == "/jax/core/compile/backend_compile_duration"
