"""The progress of a run: any callable that takes (done, total), or a bar on standard error."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from ..errors import StoppedError

Progress = Callable[[int, int], None]


@contextlib.contextmanager
def reporter(progress: bool | Progress, title: str = "propagating") -> Iterator[Progress]:
    """A report function: the caller's own, a rich progress bar on standard error for True, or one that is silent."""
    if progress is False:
        yield lambda done, total: None
        return
    if progress is not True:
        yield progress
        return
    from rich import progress as rich_progress
    from rich.console import Console

    columns = (
        rich_progress.TextColumn("{task.description}"),
        rich_progress.BarColumn(),
        rich_progress.TaskProgressColumn(),
        rich_progress.TimeElapsedColumn(),
        rich_progress.TimeRemainingColumn(),
    )
    with rich_progress.Progress(*columns, console=Console(stderr=True)) as bar:
        # the total is unknown until the first report: the bar then only shows activity
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def heeding(report: Progress, stop: Callable[[], bool] | None) -> Progress:
    """The report function, which also ends the work once `stop` returns True.

    Raises:
        StoppedError: at the next report, from inside the work.
    """
    if stop is None:
        return report

    def stoppable(done: int, total: int) -> None:
        if stop():
            raise StoppedError("the work was to go on until its end, but `stop` called it off; ask again for the rest.")
        report(done, total)

    return stoppable
