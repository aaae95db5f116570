"""`tapefit fit`: a linear model from a table in a file."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import click

from tapefit.cli._batches import check_batches, fit_in_batches
from tapefit.cli._limits import limit_options, limits
from tapefit.cli._losses import CONSTANTS, check_constants, find_loss, loss_options
from tapefit.cli._options import (
    as_json,
    confidence_level,
    degrees,
    freq_weights,
    missing,
    quiet,
    rate,
    split_names,
    var_weights,
)
from tapefit.cli._output import check_outputs, print_results, tell
from tapefit.cli._progress import log_lines, progress_bar
from tapefit.errors import ConvergenceWarning, DivergenceError, UsageError

if TYPE_CHECKING:
    from tapefit.cli._progress import Callback
    from tapefit.data import Poly, Table
    from tapefit.inference import RegressionResults

__all__ = ["fit"]

EPILOG = """\b
Examples:
  tapefit fit data.csv --target y
  tapefit fit data.csv --target y --features x1,region -o model.json --plot fit.png
  tapefit fit data.csv --target y --loss huber --missing drop --json
  tapefit fit data.csv --target y --penalty l1 --alpha cv
  tapefit fit data.csv --target y --bounds x1=0: --constraints 'x2 + x3 = 1'
  tapefit fit data.csv --target y --solver gd --learning-rate 0.02 --steps 1000 --log-every 100
  zcat data.csv.gz | tapefit fit - --target y
"""


@dataclass(frozen=True)
class Settings:
    """The options of one run, as click hands them over."""

    file: str
    target: str
    features: list[str]  # empty for all others
    categorical: list[str]
    poly: dict[str, int]
    intercept: bool
    loss: str | Callable[..., Any]
    huber_delta: float | None  # None for the default, as for the next ones
    quantile: float | None
    level: float | None
    power: float | None
    link: str | None
    offset: str | None
    exposure: str | None
    freq_weights: str | None
    var_weights: str | None
    limits: dict[str, Any]  # penalty and constraints, by their names in tapefit.fit
    missing: Literal["error", "drop"]
    on_collinear: Literal["error", "drop"]
    solver: Literal["auto", "gd", "momentum", "adam", "sgd"]
    learning_rate: float | Literal["auto"]
    steps: int | None
    batch_size: int | None
    batch_rows: int | None
    seed: int
    log_every: int | None
    cov_type: str | None
    groups: list[str]
    confidence_level: float
    output: str | None
    plot: str | None
    as_json: bool
    quiet: bool


@click.command("fit", epilog=EPILOG)
@click.argument("file")
@click.option("-t", "--target", metavar="COLUMN", help="The column to explain.")
@click.option(
    "-f",
    "--features",
    metavar="A,B",
    multiple=True,
    callback=split_names,
    help="The columns to explain it by; may be repeated. All others when left out.",
)
@click.option(
    "--categorical",
    metavar="A,B",
    multiple=True,
    callback=split_names,
    help="Columns to take as categories although they look like numbers; may be repeated.",
)
@click.option(
    "--poly",
    metavar="COLUMN=DEGREE",
    multiple=True,
    callback=degrees,
    help="A column that enters by its powers up to DEGREE; may be repeated.",
)
@click.option("--intercept/--no-intercept", default=True, show_default=True, help="Fit a constant term.")
@loss_options
@limit_options
@freq_weights
@var_weights
@missing
@click.option(
    "--on-collinear",
    type=click.Choice(["error", "drop"]),
    default="error",
    show_default=True,
    help="What to do with a column that others make up: stop and name it, or leave it out and say so.",
)
@click.option(
    "--solver",
    type=click.Choice(["auto", "gd", "momentum", "adam", "sgd"]),
    default="auto",
    show_default=True,
    help="auto solves to full accuracy; the others are descents to watch.",
)
@click.option(
    "--learning-rate",
    type=rate,
    metavar="NUMBER|auto",
    default="auto",
    show_default=True,
    help="What the gradient is multiplied by at each step of a descent.",
)
@click.option(
    "--steps",
    type=click.IntRange(1),
    metavar="N",
    help="The last step, counted from 0 as in the log lines; for sgd, the passes.",
)
@click.option("--batch-size", type=click.IntRange(1), metavar="N", help="Rows that a step of sgd looks at.")
@click.option(
    "--batch-rows",
    type=click.IntRange(1),
    metavar="N",
    help="Read so many rows at a time, for a file that fits no memory; for --loss mse.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    metavar="N",
    default=0,
    show_default=True,
    help="Of the order in which sgd takes the rows.",
)
@click.option("--log-every", type=click.IntRange(1), metavar="N", help="Print a log line every N steps.")
@click.option(
    "--cov-type",
    type=click.Choice(["nonrobust", "HC0", "HC1", "HC2", "HC3", "cluster"]),
    help="How standard errors are computed; HC0 to HC3 allow for unequal variances, cluster for rows that belong "
    "together.",
)
@click.option(
    "--groups",
    metavar="A[,B]",
    multiple=True,
    callback=split_names,
    help="The column that says which rows belong together, or two; for --cov-type cluster.",
)
@confidence_level
@click.option("-o", "--output", metavar="MODEL", help="Write the model here, as JSON.")
@click.option("--plot", metavar="FILE", help="Write a picture of the fit here; ends in .png, .svg or .pdf.")
@as_json
@quiet
def fit(file: str, target: str | None, **options: Any) -> None:
    """Fit a linear model to the table in FILE, and print its summary.

    FILE is a .csv, .tsv, .csv.gz, .parquet or .feather file, or - for CSV on standard input.
    Columns of text become indicators of their levels, the first level being the reference.
    """
    if target is None:
        raise _no_target(file)
    options["loss"], options["limits"] = find_loss(options["loss"]), limits(options)
    run(Settings(file, target, **options))


def _no_target(file: str) -> UsageError:
    """The error that lists what there is to choose from."""
    from tapefit.data import read

    *others, last = read(file).columns
    return UsageError(
        f"--target must name the column to explain, one of {', '.join([*others, last])}; pass --target {last}, say."
    )


def run(settings: Settings) -> None:
    """Check, read, fit, write, print, in this order: nothing is written unless all went well."""
    check(settings)
    if settings.batch_rows is None:
        table = read_table(settings)
        results = _settled(fit_table(table, settings))
    else:
        table, results = None, fit_in_batches(settings, features)
    write(results, table, settings)
    print_results(results, as_json=settings.as_json)


def _settled(results: RegressionResults) -> RegressionResults:
    """The results, unless they are what a descent passed on its way to infinity."""
    if results.status == "diverged":
        raise DivergenceError(results.message)
    return results


def check(settings: Settings) -> None:
    """Raise for what cannot work, before any data are read."""
    from tapefit.report import picture_format

    if settings.plot is not None:
        picture_format(settings.plot)
    _check_pairs(settings)
    check_batches(settings)
    constants(settings)
    check_outputs([settings.output, settings.plot], inputs=[settings.file])


def _check_pairs(settings: Settings) -> None:
    """Raise for an option that would do nothing beside the others."""
    descends = settings.solver != "auto"
    pairs = (
        ("--learning-rate", settings.learning_rate != "auto", descends, "a descent, such as --solver gd"),
        ("--log-every", settings.log_every is not None, descends, "a descent, such as --solver gd"),
        ("--batch-size", settings.batch_size is not None, settings.solver == "sgd", "--solver sgd"),
    )
    for option, given, fits, partner in pairs:
        if given and not fits:
            raise UsageError(f"{option} belongs to {partner}, which was not asked for; add that, or leave it out.")


def constants(settings: Settings) -> dict[str, Any]:
    """The constants of the loss that are given."""
    return check_constants(settings.loss, {option: getattr(settings, option) for option in CONSTANTS})


def read_table(settings: Settings) -> Table:
    """Read the columns that the fit uses; of the others nothing is asked, not even that they can be read."""
    from tapefit.data import read

    names = [name for name in (*beside(settings), *settings.features, *settings.poly) if name is not None]
    used = list(dict.fromkeys(names)) if settings.features else None
    return read(settings.file, columns=used, categorical=settings.categorical)


def fit_table(table: Table, settings: Settings) -> RegressionResults:
    """Fit the table, with log lines or a bar on standard error."""
    from tapefit.regression import fit

    with callbacks(table, settings) as watch, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The descent diverged", ConvergenceWarning)  # `run` makes it an error
        return fit(
            table,
            target=settings.target,
            features=features(table, settings),
            intercept=settings.intercept,
            loss=settings.loss,
            link=settings.link,
            offset=settings.offset,
            exposure=settings.exposure,
            freq_weights=settings.freq_weights,
            var_weights=settings.var_weights,
            missing=settings.missing,
            on_collinear=settings.on_collinear,
            solver=settings.solver,
            learning_rate=settings.learning_rate,
            max_iter=most_steps(settings),
            batch_size=settings.batch_size,
            random_state=settings.seed,
            cov_type=settings.cov_type,
            groups=settings.groups or None,
            **constants(settings),
            **settings.limits,
            confidence_level=settings.confidence_level,
            callbacks=watch,
        )


def beside(settings: Settings) -> tuple[str | None, ...]:
    """The columns that are no features unless they are named as such."""
    s = settings
    return (s.target, s.offset, s.exposure, s.freq_weights, s.var_weights, *s.groups)


def features(table: Table, settings: Settings) -> list[str | Poly] | None:
    """The features, polynomials among them; None for all others without any."""
    from tapefit.data import poly

    if not settings.poly:
        return list(settings.features) or None
    names = settings.features or [name for name in table.columns if name not in beside(settings)]
    return [
        poly(name, settings.poly[name]) if name in settings.poly else name
        for name in dict.fromkeys([*names, *settings.poly])
    ]


def most_steps(settings: Settings) -> int | None:
    """The steps to take at most: the log of a descent counts from 0 up to and with the number given."""
    counted_from_0 = settings.solver in ("gd", "momentum", "adam")
    return settings.steps + 1 if settings.steps is not None and counted_from_0 else settings.steps


@contextlib.contextmanager
def callbacks(table: Table, settings: Settings) -> Iterator[list[Callback]]:
    """Give what the fit calls at each step."""
    from tapefit.data import features_beside, learn_encoding

    if settings.quiet:
        yield []
    elif settings.log_every is not None:
        used = features(table, settings) or features_beside(table, beside(settings))
        encoding = learn_encoding(table, settings.target, features=used, intercept=settings.intercept)
        yield [log_lines(encoding.term_names, settings.log_every)]
    else:
        with progress_bar(most_steps(settings)) as bar:
            yield bar


def write(results: RegressionResults, table: Table | None, settings: Settings) -> None:
    """Write model and picture; the picture takes its name only once the model has."""
    from tapefit.files import replacing
    from tapefit.report import draw_figure, picture_format, plot_fit

    with contextlib.ExitStack() as stack:
        if settings.plot is not None and table is not None:
            figure = plot_fit(results, table, confidence_level=settings.confidence_level)
            draw_figure(figure, stack.enter_context(replacing(settings.plot)), picture_format(settings.plot))
        if settings.output is not None:
            results.save(settings.output)
    for what, path in (("Model", settings.output), ("Picture", settings.plot)):
        if path is not None:
            tell(f"{what}: {path}", quiet=settings.quiet)
