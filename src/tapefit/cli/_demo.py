"""`tapefit demo`: the program of "Linear regression from scratch with tf.GradientTape"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from tapefit.cli._options import as_json, positive, quiet
from tapefit.cli._output import check_outputs, print_json, print_text
from tapefit.cli._progress import log_line
from tapefit.errors import DivergenceError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tapefit import Tensor

    Column = NDArray[np.float64]  # (n, 1)

__all__ = ["demo"]

SLOPE, INTERCEPT = 3.0, 4.0
LOG_EVERY = 100
DRAWN = (0, 3, 10, 30, 100, 300)  # steps whose line the picture shows

EPILOG = """\b
Examples:
  tapefit demo
  tapefit demo --learning-rate 0.1 --steps 200 -o fast.svg
"""


@click.command("demo", epilog=EPILOG)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    metavar="N",
    default=0,
    show_default=True,
    help="Of the random data.",
)
@click.option(
    "--rows",
    type=click.IntRange(3),
    metavar="N",
    default=100,
    show_default=True,
    help="Rows of data to make.",
)
@click.option(
    "--steps",
    type=click.IntRange(0),
    metavar="N",
    default=1000,
    show_default=True,
    help="The last step's number.",
)
@click.option(
    "--learning-rate",
    type=positive,
    metavar="NUMBER",
    default=0.02,
    show_default=True,
    help="What the gradient is multiplied by at each step.",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    default="tapefit-demo.png",
    show_default=True,
    help="The picture to write; ends in .png, .svg or .pdf.",
)
@quiet
@as_json
def demo(seed: int, rows: int, steps: int, learning_rate: float, output: str, quiet: bool, as_json: bool) -> None:
    """Fit a line by gradient descent on the tape, and draw how it went.

    Makes data around y = 3 x + 4, descends the mean squared error from w0 = w1 = 0, prints a
    log line every 100 steps, compares with the exact least-squares line, and writes a
    picture: the data, the line on its way, and the loss.
    """
    from tapefit.report import picture_format, plot_descent

    picture_format(output)
    check_outputs([output])
    X, Y = linear_like_data(rows, SLOPE, INTERCEPT, seed)
    descent = descend(X, Y, steps, learning_rate, (lambda line: None) if quiet or as_json else print_text)
    exact = exact_line(X, Y)
    way = [(step, descent.lines[step]) for step in DRAWN if step < steps]
    plot_descent(X[:, 0], Y[:, 0], descent.lines[-1], descent.curve, output, least=exact["loss"], way=way)
    if as_json:
        print_json(_report(descent, exact, seed, rows, learning_rate, output))
        return
    print_text(f"EXACT LEAST SQUARES - loss: {exact['loss']}, w0: {exact['w0']:.4f}, w1: {exact['w1']:.4f}")
    print_text(f"Picture: {output}")


def linear_like_data(n: int, w0: float, w1: float, seed: int) -> tuple[Column, Column]:
    """Return the post's data: x in [0, 2), y = w0 x + w1 + noise in [0, 0.5); both (n, 1).

    The numbers are those that the post's own code draws after `np.random.seed(seed)`.
    """
    import numpy as np

    random = np.random.RandomState(seed)
    X = 2 * random.rand(n, 1)
    Y = w0 * X + w1 + 0.5 * random.rand(n, 1)
    return X, Y


@dataclass(frozen=True)
class Descent:
    """What a descent leaves: the loss before each step and (w0, w1) after it."""

    curve: NDArray[np.float64]  # (steps + 1,)
    lines: list[tuple[float, float]]
    loss: float  # at the last line


def descend(X: Column, Y: Column, steps: int, learning_rate: float, log: Callable[[str], None]) -> Descent:
    """Descend the mean squared error of w0 X + w1 from nought: the loop of the post.

    1. Compute the gradient of the loss with respect to the weights on the tape.
    2. Move each weight against its gradient, times the learning rate.

    Raises
    ------
    DivergenceError
        When the loss is no longer finite: the learning rate is too large for these data.
    """
    import numpy as np

    import tapefit as tf

    w0, w1 = tf.Variable(0.0), tf.Variable(0.0)
    curve, lines = np.empty(steps + 1), []
    with np.errstate(over="ignore", invalid="ignore"):
        for step in range(steps + 1):
            with tf.GradientTape() as tape:
                loss = mean_squared_error(X, Y, w0, w1)
            dw0, dw1 = tape.gradient(loss, [w0, w1])  # 1.
            w0.assign_sub(dw0 * learning_rate)  # 2.
            w1.assign_sub(dw1 * learning_rate)
            curve[step] = loss.numpy()
            lines.append((float(w0.numpy()), float(w1.numpy())))
            if not np.isfinite(curve[step]):
                raise _diverged(X, learning_rate, step)
            if step % LOG_EVERY == 0:
                loss = mean_squared_error(X, Y, w0, w1)
                log(log_line(step, float(loss.numpy()), {"w0": lines[-1][0], "w1": lines[-1][1]}))
        return Descent(curve, lines, float(mean_squared_error(X, Y, w0, w1).numpy()))


def mean_squared_error(X: Column, Y: Column, w0: Any, w1: Any) -> Tensor:
    """Return the mean of (w0 X + w1 - Y)**2, on the tape when one listens."""
    import tapefit as tf

    return tf.reduce_mean((w0 * X + w1 - Y) ** 2)


def exact_line(X: Column, Y: Column) -> dict[str, float]:
    """Return w0, w1 and the loss of the least-squares line, as `tapefit.fit` finds it."""
    from tapefit.regression import fit

    results = fit({"x": X[:, 0], "y": Y[:, 0]}, target="y")
    weights = dict(zip(results.names, results.params.tolist(), strict=True))
    return {"w0": weights["x"], "w1": weights["intercept"], "loss": float(results.loss_value)}


def _diverged(X: Column, learning_rate: float, step: int) -> DivergenceError:
    """The error that names the largest stable rate, 2 / the largest eigenvalue of the Hessian."""
    import numpy as np

    A = np.column_stack([X, np.ones_like(X)])  # (n, 2)
    limit = 2.0 / np.linalg.eigvalsh(2.0 * A.T @ A / len(A))[-1]
    return DivergenceError(
        f"the descent needs a learning rate below {limit:.4g} on these data, got {learning_rate:g}, "
        f"and left all bounds at step {step}; pass --learning-rate {limit / 2:.2g}."
    )


def _report(
    descent: Descent, exact: dict[str, float], seed: int, rows: int, learning_rate: float, output: str
) -> dict[str, Any]:
    w0, w1 = descent.lines[-1]
    return {
        "rows": rows,
        "seed": seed,
        "steps": len(descent.lines) - 1,
        "learning_rate": learning_rate,
        "descent": {"w0": w0, "w1": w1, "loss": descent.loss},
        "exact": exact,
        "picture": output,
    }
