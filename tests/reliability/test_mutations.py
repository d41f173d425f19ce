"""The list of mutations stays true: each line stands in its file once. They are tried by hand: `python -m tests.reliability.mutations`."""

from __future__ import annotations

import pytest

from tests.reliability.mutations import HOME, MUTATIONS, Mutation, places


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: f"{mutation.file}: {mutation.line[:30]}")
def test_each_line_stands_there_once(mutation: Mutation) -> None:
    assert places(mutation) == 1
    assert mutation.wrong != mutation.line
    for name in mutation.tests.split():
        assert (HOME / name).is_file()
