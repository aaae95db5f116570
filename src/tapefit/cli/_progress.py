"""What a user sees while a fit runs: log lines, or a bar when it takes long."""

from __future__ import annotations

import contextlib
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Callback = Callable[[int, float, NDArray[np.float64]], None]

__all__ = ["log_line", "log_lines", "progress_bar"]

PATIENCE = 1.0  # seconds without a bar


def log_line(step: int, loss: float, weights: dict[str, float]) -> str:
    """Return a log line in the form of the post that the package grew from.

    Examples
    --------
    >>> log_line(100, 0.0872255340218544, {"w0": 3.43482, "w1": 3.71669})
    'STEP: 100 - loss: 0.0872255340218544, w0: 3.4348, w1: 3.7167'
    """
    return f"STEP: {step} - loss: {loss}" + "".join(f", {name}: {value:.4f}" for name, value in weights.items())


def log_lines(names: Sequence[str], every: int) -> Callback:
    """Return a callback that prints a log line on standard error every so many steps."""

    def log(step: int, loss: float, params: NDArray[np.float64]) -> None:
        if step % every == 0:
            click.echo(log_line(step, float(loss), dict(zip(names, params.tolist(), strict=True))), err=True)

    return log


@contextlib.contextmanager
def progress_bar(total: int | None) -> Iterator[list[Callback]]:
    """Give the callbacks that draw a bar on a terminal once a second has gone by; none elsewhere.

    Parameters
    ----------
    total : int or None
        The most steps there can be, where known.
    """
    if not sys.stderr.isatty():
        yield []
        return
    from tqdm import tqdm

    with (
        tqdm(total=total, unit=" steps", delay=PATIENCE, leave=False, file=sys.stderr) as bar,
        warnings.catch_warnings(),
    ):
        say = warnings.showwarning

        def say_on_a_clear_line(*arguments: Any, **more: Any) -> None:
            bar.clear()
            say(*arguments, **more)

        warnings.showwarning = say_on_a_clear_line

        def advance(step: int, loss: float, params: NDArray[np.float64]) -> None:
            bar.update()

        yield [advance]
