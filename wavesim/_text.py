"""Foreign text made safe to print, on one line and without control characters; quoting, suggestions and durations."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Collection, Iterable, Sequence

# Unicode categories: control, format (direction marks and overrides included), surrogate, private, line and paragraph separators
_ACTING = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
# longest text quoted in full, in characters
_LONGEST = 100
# longest list of choices printed before the suggestion, in characters
_FEW = 60


def clean(text: str, keep: str = "") -> str:
    r"""Text with control and direction characters escaped: ``"\x1b[31m"`` becomes ``"\u001b[31m"``.

    Args:
        text: text of a file, a command line, or a file's name (undecodable bytes included).
        keep: characters left as they are, such as ``"\n"``.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(char) if char not in keep and _acts(char) else char for char in text)


def printable(text: str) -> bool:
    """Whether `clean` leaves the text unchanged."""
    return not any(map(_acts, text))


def brief(value: object, longest: int = _LONGEST) -> str:
    """A value as an error message quotes it: its repr, truncated if long; never fails."""
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 1000:
        # Python refuses to write integers of thousands of digits
        return f"a number of about {value.bit_length() * 3 // 10:,} digits"
    if isinstance(value, str):
        cut = value[:longest]
        return repr(cut) if len(value) <= longest else f"{cut!r}... ({len(value):,} characters)"
    if isinstance(value, list | tuple | dict) and len(value) > longest:
        return f"a {'table' if isinstance(value, dict) else 'list'} of {len(value):,} entries"
    try:
        text = repr(value)
    except (ValueError, RecursionError):
        # a huge integer inside, or a value nested beyond what Python can write
        return f"a {type(value).__name__} that is too large to show"
    return text if len(text) <= longest else f"{text[:longest]}..."


def choice(given: object, choices: Sequence[str], listed: str = "") -> str:
    """Message for a word that is none of the choices: ``must be one of right, left, but is 'up'.``

    For a long list, a similar choice is suggested first: ``must be one of 29 words, but is 'freee'; did you mean 'free'?
    They are free, step, ...``

    Args:
        given: the word given.
        choices: the words allowed.
        listed: text that lists the choices; by default all of them.
    """
    listing = listed or ", ".join(choices)
    near = nearest(str(given), choices)
    if near and len(listing) > _FEW:
        return (
            f"must be one of {len(choices)} words, but is {brief(given)}; did you mean {near[0]!r}? They are {listing}."
        )
    return f"must be one of {listing}, but is {brief(given)}; {f'did you mean {near[0]!r}?' if near else 'choose one of them.'}"


def nearest(given: str, names: Iterable[str], count: int = 1, cutoff: float = 0.6) -> list[str]:
    """Names similar to a misspelt or unfinished one: those that begin with it, then those that resemble it.

    Args:
        given: the name given.
        names: the names allowed.
        count: greatest number of names.
        cutoff: least similarity, from 0 to 1.
    """
    given, names = given[:_LONGEST], list(names)
    begun = [name for name in names if len(given) > 1 and name.startswith(given)]
    alike = difflib.get_close_matches(given, names, count, cutoff)
    return [*begun, *(name for name in alike if name not in begun)][:count]


def meant(given: str, likely: Collection[str], every: Collection[str]) -> str:
    """The name most similar to a misspelt one, a likely name before all others; "" for none.

    For a name of two letters a similar likely name is preferred to an equal one in another case.
    """
    given = given[:_LONGEST]

    def same(names: Collection[str]) -> list[str]:
        return [name for name in names if name.lower() == given.lower()]

    near = (
        same(likely)
        or (same(every) if len(given) > 2 else [])
        or difflib.get_close_matches(given, likely, 1, cutoff=0.5)
        or same(every)
        or difflib.get_close_matches(given, every, 1)
    )
    return near[0] if near else ""


def first_line(error: BaseException) -> str:
    """The first line of an error's message, cleaned; the name of its class if it has no message."""
    line = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return brief_text(clean(line.strip()))


def described(error: BaseException) -> str:
    """A foreign error: its class and its message."""
    name, line = type(error).__name__, first_line(error)
    return name if line == name else f"{name}: {line}"


def brief_text(text: str, longest: int = 500) -> str:
    """Text, truncated if long."""
    return text if len(text) <= longest else f"{text[:longest]}... ({len(text):,} characters)"


def duration_text(seconds: float) -> str:
    """A duration in s, min or h."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _acts(char: str) -> bool:
    return unicodedata.category(char) in _ACTING


def _escaped(char: str) -> str:
    code = ord(char)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
