"""The command line: ``wavesim run rectangular_barrier``. Nothing heavy is imported before a verb needs it."""

import atexit
import gc
import os

# new objects between two rounds of Python's garbage collector: importing makes hundreds of thousands, and nearly all of them stay
_OBJECTS = 500_000


def main() -> None:
    """Entry point of the ``wavesim`` command."""
    # before numpy is imported: on matrices as small as ours a second thread gains nothing, and beside another program it spins for whole time
    # slices (a driven double well took 280 s instead of 18)
    for library in ("OPENBLAS", "MKL"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    gc.set_threshold(_OBJECTS)
    # the last round, at the end of the process, would look at everything that is imported only to find that all of it goes (half a second)
    atexit.register(gc.freeze)
    from ._stop import listen

    # before anything that takes time: Ctrl-C while packages are imported is no traceback
    listen()
    from ._streams import open_streams

    open_streams()
    from ._app import app

    app()
