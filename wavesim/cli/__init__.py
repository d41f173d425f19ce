"""The command line: ``wavesim run rectangular_barrier``. Heavy packages are imported only when a command needs them."""

import atexit
import gc
import os

# new objects between two runs of the garbage collector: importing makes hundreds of thousands, and nearly all of them stay
_OBJECTS = 500_000


def main() -> None:
    """Entry point of the ``wavesim`` command."""
    # before numpy is imported: for matrices as small as here a second thread gains nothing, and beside another program it spins for whole time
    # slices (a driven double well took 280 s instead of 18)
    for library in ("OPENBLAS", "MKL"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    gc.set_threshold(_OBJECTS)
    # the last collection, at the end of the process, would scan all imported objects for nothing (half a second)
    atexit.register(gc.freeze)
    from ._stop import listen

    # first of all, so that Ctrl-C during imports gives no traceback
    listen()
    from ._streams import open_streams

    open_streams()
    from ._app import app

    app()
