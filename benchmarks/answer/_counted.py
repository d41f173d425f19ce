"""A command of wavesim that ends with how many programs it compiled or loaded: `python -m benchmarks.answer._counted WORDS...`."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import sys

_MADE, _LOADED = "/jax/core/compile/backend_compile_duration", "/jax/compilation_cache/cache_hits"


@dataclasses.dataclass
class Programs:
    """Programs of XLA that this process has asked for since it listens.

    Args:
        asked: compiled, or loaded from the folder of programs.
        loaded: of these, loaded.
    """

    asked: int = 0
    loaded: int = 0

    def listen(self) -> None:
        """Count from now on; JAX is imported."""
        import jax.monitoring

        jax.monitoring.register_event_duration_secs_listener(self._asked)
        jax.monitoring.register_event_listener(self._loaded)

    def _asked(self, event: str, duration_secs: float, **kwargs: str | int) -> None:
        del duration_secs, kwargs
        self.asked += event == _MADE

    def _loaded(self, event: str, **kwargs: str | int) -> None:
        del kwargs
        self.loaded += event == _LOADED


def main() -> None:
    """The command line, which starts JAX as it always does; the count is the last line."""
    from wavesim._programs import keep_programs

    keep_programs()
    programs = Programs()
    programs.listen()
    from wavesim.cli import main as command

    with contextlib.suppress(SystemExit):
        command()
    print(json.dumps(dataclasses.asdict(programs)), file=sys.stdout)


if __name__ == "__main__":
    main()
