"""The live page: a scenario with sliders, in a browser or a notebook, computed by this package's own steps.

Starlette and uvicorn are imported when a page is served, anywidget when a notebook shows one.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._widget import Explorer as Explorer

__all__ = ["Explorer", "explore"]


def explore(
    scenario: str | os.PathLike[str] = "rectangular_barrier",
    port: int = 0,
    open_browser: bool = True,
    say: Any = print,
) -> None:
    """Open a live page on a scenario, and serve it until Ctrl-C: ``explore("double_barrier")``.

    The server listens on this machine alone, and answers only pages that were opened with the link that it prints.

    Args:
        scenario: a shipped scenario, a file, or a link such as ``#s=rectangular_barrier&potential.height=0.75``.
        port: 0 for any free port.
        open_browser: whether to open the page in the browser.
        say: prints the link.

    Raises:
        WavesimError: if the scenario cannot be shown live, the port is in use, or no browser can be opened.
    """
    from ._opening import opened
    from ._server import explore as serve
    from .figures._kinds import check_live

    begin = opened(scenario)
    check_live(*begin)
    serve(begin, port, open_browser, say)


def __getattr__(name: str) -> Any:
    if name == "Explorer":
        try:
            import anywidget
        except ImportError:
            # a stand-in, because help(wavesim) and `from wavesim import *` look up every name
            from ._no_widget import Explorer as Refusing

            return Refusing
        del anywidget
        from ._widget import Explorer

        return Explorer
    raise AttributeError(f"module 'wavesim.explorer' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
