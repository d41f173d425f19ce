"""The errors that wavesim raises: each is a ``ValueError`` whose text says what must hold, what was given, and the cure."""

from __future__ import annotations

from ._face import public


class WavesimError(ValueError):
    """Base of all wavesim errors, so that ``except ValueError`` catches them too."""


class ArgumentError(WavesimError):
    """A field or argument that breaks its own rule.

    Attributes:
        argument: the name of the field, which a scenario turns into its full path (``potential.width``).
        reason: the sentence without the name.
    """

    def __init__(self, argument: str, reason: str) -> None:
        self.argument = argument
        self.reason = reason
        Exception.__init__(self, f"`{argument}` {reason}")


class NumericsError(WavesimError):
    """Numerics that cannot represent the physics: a packet outside the box, a momentum beyond the grid, a precision that is off."""


class TooLargeError(NumericsError):
    """A run that does not fit into memory."""


class UnboundError(NumericsError):
    """A bound level that does not exist in the potential."""


class BrokenOffError(WavesimError):
    """Work that had begun and cannot go on: a full disk, a lost scheduler. What was done is kept."""


class StoppedError(WavesimError):
    """Work that was cancelled by its caller."""


class ScenarioError(WavesimError):
    """A scenario file that cannot be read or understood."""


class MissingPackage(WavesimError):
    """An optional package is needed for what was asked, and is not installed."""


def __dir__() -> list[str]:
    return public(globals())
