"""`tapefit fit --batch-rows`: a file that fits no memory, some rows at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tapefit.errors import UsageError

if TYPE_CHECKING:
    from tapefit.cli._fit import Settings
    from tapefit.data import Poly, Table
    from tapefit.inference import RegressionResults

__all__ = ["check_batches", "fit_in_batches"]


def check_batches(settings: Settings) -> None:
    """Raise for an option that needs all rows at once.

    Raises
    ------
    UsageError
        If there is one beside --batch-rows; the first is named.
    """
    if settings.batch_rows is None:
        return
    s, limits = settings, settings.limits
    needs = {
        "--loss": s.loss != "mse",
        "--link": s.link is not None,
        "--exposure": s.exposure is not None,
        "--solver": s.solver != "auto",
        "--steps": s.steps is not None,
        "--cov-type": s.cov_type not in (None, "nonrobust"),
        "--groups": bool(s.groups),
        "--penalty": limits["penalty"] is not None,
        "--bounds": limits["bounds"] is not None,
        "--positive": limits["positive"],
        "--constraints": limits["constraints"] is not None,
        "--plot": s.plot is not None,
    }
    for option, given in needs.items():
        if given:
            raise UsageError(
                f"{option} needs all rows at once, and --batch-rows has but some of them; leave one of the two out."
            )


def fit_in_batches(
    settings: Settings, features: Callable[[Table, Settings], list[str | Poly] | None]
) -> RegressionResults:
    """Fit the file; `features` says which of a table's columns are features."""
    from tapefit.data import batches
    from tapefit.regression._batches import fit_batches

    rows: Any = settings.batch_rows
    used: list[Any] | None = list(settings.features) or None
    if settings.poly:
        if settings.file == "-":
            raise UsageError(
                "--poly and --batch-rows need a file that can be read twice, got standard input; name one."
            )
        used = features(next(batches(settings.file, rows=1).start()), settings)
    return fit_batches(
        settings.file,
        target=settings.target,
        features=used,
        categorical=settings.categorical,
        intercept=settings.intercept,
        missing=settings.missing,
        on_collinear=settings.on_collinear,
        freq_weights=settings.freq_weights,
        var_weights=settings.var_weights,
        offset=settings.offset,
        confidence_level=settings.confidence_level,
        batch_rows=rows,
    )
