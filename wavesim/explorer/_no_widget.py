"""The stand-in for the notebook's page where anywidget is not installed."""

from __future__ import annotations

from typing import Any

from ..errors import MissingPackage


class Explorer:
    """The live page in a notebook, for which anywidget is not installed here: ``pip install 'wavesim[notebook]'``.

    Raises:
        MissingPackage: always.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        del given, named
        raise MissingPackage(
            "a live page in a notebook needs anywidget, but it is not installed; pip install 'wavesim[notebook]', or run wavesim explore."
        )
