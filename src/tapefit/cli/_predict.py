"""`tapefit predict`: what a saved model says about new rows."""

from __future__ import annotations

import json
from math import isfinite
from typing import TYPE_CHECKING, Literal

import click

from tapefit.cli._options import as_json, confidence_level, missing, quiet
from tapefit.cli._output import check_outputs, print_text, tell
from tapefit.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tapefit.data import Table
    from tapefit.inference import RegressionResults

    Columns = dict[str, NDArray[np.float64]]

__all__ = ["predict"]

# what --interval calls them: what the prediction frame calls them
INTERVALS = {"confidence": "mean_ci", "prediction": "obs_ci"}

EPILOG = """\b
Examples:
  tapefit predict model.json new.csv
  tapefit predict model.json new.csv --interval prediction -o predictions.csv
  cut -d, -f1-3 new.csv | tapefit predict model.json - --json
"""


@click.command("predict", epilog=EPILOG)
@click.argument("model")
@click.argument("file")
@click.option("-o", "--output", metavar="FILE", help="Write here instead of to standard output.")
@missing
@click.option(
    "--interval",
    type=click.Choice(list(INTERVALS)),
    help="Add columns lower and upper: of the fitted mean, or of a new row.",
)
@confidence_level
@as_json
@quiet
def predict(
    model: str,
    file: str,
    output: str | None,
    missing: Literal["error", "drop"],
    interval: str | None,
    confidence_level: float,
    as_json: bool,
    quiet: bool,
) -> None:
    """Predict the rows of FILE by MODEL, and print them as CSV.

    MODEL is a file that `tapefit fit -o` wrote; FILE is a table, or - for CSV on standard
    input. Columns are found by name: their order does not matter, nor do further ones.
    The output has one column, prediction, and a row for each row of FILE, in its order; its
    numbers have all the digits that it takes to read them back exactly.
    """
    from tapefit.regression import load

    check_outputs([output], inputs=[model, file])
    results = load(model)
    table = _read(file, results)
    columns = _predict(results, table, missing, interval, confidence_level)
    if columns["prediction"].size < table.n:
        tell(
            f"Warning: {table.n - columns['prediction'].size:,} of {table.n:,} rows of {table.source} have a "
            "missing or infinite value and were left out of the output."
        )
    text = _json(columns, results.target, table.n) if as_json else _csv(columns)
    _write(text, output)
    if output is not None:
        tell(f"Predictions: {output}", quiet=quiet)


def _read(file: str, results: RegressionResults) -> Table:
    """Read the columns that the model uses, as it used them; what else stands in the file does not matter."""
    from tapefit.data import read

    added = [name for name in (results.offset, results.exposure) if name]
    names = list(dict.fromkeys([*results.encoding.feature_names, *added]))
    return read(file, columns=names, categorical=results.encoding.categorical_names)


def _predict(
    results: RegressionResults,
    table: Table,
    missing: Literal["error", "drop"],
    interval: str | None,
    level: float,
) -> Columns:
    """The columns to write, one value for each row that is used."""
    import numpy as np

    if interval is None:
        return {"prediction": results.predict(table, missing=missing)}
    frame = results.get_prediction(table, missing=missing).summary_frame(level)
    lower, upper = (frame[f"{INTERVALS[interval]}_{side}"] for side in ("lower", "upper"))
    if np.isnan(lower).all():
        raise UsageError(
            f"--interval {interval} needs a known spread, but a fit of loss {results.loss} with {results.df_resid} "
            "residual degrees of freedom gives none; leave the option out, or fit by --loss mse to more rows."
        )
    return {"prediction": frame["mean"], "lower": lower, "upper": upper}


def _csv(columns: Columns) -> str:
    """CSV with a header; `repr` writes the shortest digits that read back as the same float64."""
    lines = [",".join(columns)]
    lines += map(",".join, zip(*(map(repr, values.tolist()) for values in columns.values()), strict=True))
    return "\n".join(lines)


def _json(columns: Columns, target: str, read: int) -> str:
    used = columns["prediction"].size
    rows = {"read": read, "used": used, "dropped": read - used}
    lists = {name: [x if isfinite(x) else None for x in values.tolist()] for name, values in columns.items()}
    return json.dumps({"target": target, "rows": rows, **lists}, allow_nan=False)


def _write(text: str, output: str | None) -> None:
    from tapefit.files import replacing

    if output is None:
        print_text(text)
        return
    with replacing(output) as file:
        file.write(f"{text}\n".encode())
