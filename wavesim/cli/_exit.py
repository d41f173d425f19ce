"""Exit codes of commands, with a sentence on standard error instead of a traceback."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

import typer

from .._cures import words_of_files
from .._text import described
from ..errors import BrokenOffError, WavesimError
from ._stop import exit_code, inside, stopped
from ._streams import OutputError, complain as complain, discard_output, print_data as print_data, say as say

DONE, NOT_MET, BAD_INPUT, FAILED, MISSING = range(5)


@contextlib.contextmanager
def exit_on_error(failure: int = FAILED) -> Iterator[None]:
    """Context that turns an error into a sentence and an exit code; ``WAVESIM_DEBUG=1`` shows the traceback.

    Args:
        failure: exit code of errors not caused by the user.
    """
    try:
        with inside(), words_of_files():
            yield
    except (typer.Exit, SystemExit):
        raise
    except KeyboardInterrupt as interruption:
        complain(str(interruption) or "interrupted; nothing was kept.")
        raise typer.Exit(exit_code()) from None
    except BrokenPipeError:
        # the reader of a pipe has gone, as in `wavesim list | head`
        discard_output()
        raise typer.Exit(DONE) from None
    except OutputError as error:
        complain(f"{error}; what was written to files is kept.")
        raise typer.Exit(failure) from None
    except WavesimError as error:
        complain(str(error))
        raise typer.Exit(failure if isinstance(error, BrokenOffError) else BAD_INPUT) from None
    except Exception as error:
        if stopped():
            # a library has replaced the interruption by another error
            complain("interrupted; nothing was kept.")
            raise typer.Exit(exit_code()) from None
        if os.environ.get("WAVESIM_DEBUG"):
            raise
        complain(f"failed: {described(error)} (WAVESIM_DEBUG=1 shows where)")
        raise typer.Exit(failure) from None
