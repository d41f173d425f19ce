"""The command line: ``wavesim run rectangular_barrier``. Nothing heavy is imported before a verb needs it."""


def main() -> None:
    """Entry point of the ``wavesim`` command."""
    from ._stop import listen

    # before anything that takes time: Ctrl-C while packages are imported is no traceback
    listen()
    from ._streams import open_streams

    open_streams()
    from ._app import app

    app()
