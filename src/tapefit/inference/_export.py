"""Results as plain data: a dict for JSON, columns for a dataframe, tables in Markdown and LaTeX."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from tapefit.errors import UsageError
from tapefit.inference._summary import fixed, number, probability

if TYPE_CHECKING:
    from tapefit.inference._results import RegressionResults

BACKENDS = ("pandas", "polars", "pyarrow")


def to_dict(r: RegressionResults) -> dict[str, Any]:
    """The results as plain numbers, lists and texts for JSON; what is not defined is None."""
    columns = summary_frame(r, r.confidence_level)
    rows = zip(*columns.values(), strict=True)
    return {
        "target": r.target,
        "loss": r.loss,
        "loss_value": plain(r.loss_value),
        "coefficients": [dict(zip(columns, map(plain, row), strict=True)) for row in rows],
        "confidence_level": r.confidence_level,
        "cov_type": r.cov_type,
        "rows": {"read": r.rows.read, "used": r.rows.used, "dropped": r.rows.dropped},
        **{name: plain(getattr(r.statistics, name)) for name in r.statistics.__dataclass_fields__},
        **_limits(r),
        "solver": r.solver,
        "n_iter": r.n_iter,
        "converged": r.converged,
        "status": r.status,
        "message": r.message,
        "condition_number": plain(r.condition_number),
        "warnings": list(r.warnings),
    }


def _limits(r: RegressionResults) -> dict[str, Any]:
    """The penalty and the constraints, if there are any."""
    out: dict[str, Any] = {"penalty": r.penalty, "alpha": plain(r.alpha)} if r.penalty else {}
    if r.constraints is not None:
        rows = zip(r.constraints.labels, r.constraints.active, r.constraints.multipliers.tolist(), strict=True)
        out["constraints"] = [{"constraint": a, "active": b, "multiplier": plain(c)} for a, b, c in rows]
    return out


def summary_frame(r: RegressionResults, confidence_level: float | None) -> dict[str, Any]:
    """The table of coefficients as columns."""
    low, high = r.conf_int(confidence_level).T
    return {
        "term": list(r.names),
        "coef": r.params,
        "std_err": r.bse,
        "t" if r.use_t else "z": r.tvalues,
        "p_value": r.pvalues,
        "ci_lower": low,
        "ci_upper": high,
    }


def as_frame(columns: dict[str, Any], backend: str) -> Any:
    """The columns as a dataframe of a library.

    Raises
    ------
    UsageError
        If the library is not one of `BACKENDS`, or is not installed.
    """
    if backend not in BACKENDS:
        raise UsageError(f"Expected a backend of {', '.join(BACKENDS)}, got {backend!r}; choose one of them.")
    import narwhals.stable.v2 as nw

    try:
        return nw.from_dict(columns, backend=backend).to_native()  # type: ignore[arg-type]
    except ImportError as error:
        raise UsageError(
            f"The backend {backend!r} is not installed; install it, or leave backend out for a dict of columns."
        ) from error


def markdown(r: RegressionResults) -> str:
    """The table of coefficients, and below it what the fit is as a whole."""
    head, body = cells(r)
    below = [_footer(r), *(f"Warning: {text}" for text in r.warnings)]
    return "\n\n".join([markdown_table(head, body), *(_escaped(text, _MARKDOWN) for text in below)])


def latex(r: RegressionResults) -> str:
    """A tabular of the coefficients with rules of booktabs, and below it what the fit is as a whole."""
    head, body = cells(r)
    return latex_table(head, body, foot=_footer(r))


def cells(r: RegressionResults) -> tuple[list[str], list[list[str]]]:
    """Head and rows of the table of coefficients, as texts; empty where a number is not defined."""
    sign = "t" if r.use_t else "z"
    edge = (1 - r.confidence_level) / 2
    head = ["", "coef", "std err", sign, f"P>|{sign}|", f"[{edge:.4g}", f"{1 - edge:.4g}]"]
    shown: tuple[Callable[[Any], str], ...] = (str, number, number, fixed, probability, number, number)
    rows = zip(*summary_frame(r, None).values(), strict=True)
    body = [["" if cell != cell else show(cell) for show, cell in zip(shown, row, strict=True)] for row in rows]
    for j in r.dropped:
        body[j] = [r.names[j], "dropped", *[""] * 5]
    for j in r.fixed:
        body[j] = [*body[j][:2], "fixed", *[""] * 4]
    return head, body


def _footer(r: RegressionResults) -> str:
    kind = "R-squared" if r.basis.intercept else "R-squared (uncentred)"
    facts = [f"Target {r.target}", f"loss {r.loss}", f"{r.nobs:,} rows", f"covariance {r.cov_type}"]
    if r.penalty:
        facts.append(f"penalty {r.penalty} with alpha {number(r.alpha)}")
    if r.constraints is not None:
        facts.append(f"{sum(r.constraints.active)} of {len(r.constraints.active)} constraints active")
    if math.isfinite(r.rsquared):
        facts.append(f"{kind} {r.rsquared:.6g}")
    return ", ".join(facts) + "."


# -- tables of texts ---------------------------------------------------------------------------

_NEGATIVE = re.compile(r"-[\d.]+(e[+-]\d+)?|-inf")
_MARKDOWN = {"\\": "\\\\", "|": "\\|", "*": "\\*", "_": "\\_", "`": "\\`", "<": "&lt;"}
_LATEX = {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    **{c: f"\\{c}" for c in "&%$#_{}"},
}


def markdown_table(head: list[str], body: list[list[str]]) -> str:
    """A table whose first column is aligned left and whose others are aligned right."""
    table = [[_escaped(cell, _MARKDOWN) for cell in row] for row in (head, *body)]
    widths = [max(3, *(len(row[j]) for row in table)) for j in range(len(head))]
    rule = ["-" * widths[0], *("-" * (w - 1) + ":" for w in widths[1:])]
    lines = [_aligned(row, widths) for row in (table[0], rule, *table[1:])]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def latex_table(head: list[str], body: list[list[str]], *, foot: str = "", rule_before: int | None = None) -> str:
    """A tabular with a rule above, below and after its head, and before one row more if that is asked for."""
    lines = [f"\\begin{{tabular}}{{l{'r' * (len(head) - 1)}}}", "\\toprule", _latex_row(head), "\\midrule"]
    for i, row in enumerate(body):
        lines += (["\\midrule"] if i == rule_before else []) + [_latex_row(row)]
    lines.append("\\bottomrule")
    if foot:
        lines.append(f"\\multicolumn{{{len(head)}}}{{l}}{{\\footnotesize {_escaped(foot, _LATEX)}}} \\\\")
    return "\n".join([*lines, "\\end{tabular}"])


def _latex_row(row: list[str]) -> str:
    return " & ".join(map(_latex_cell, row)) + r" \\"


def _latex_cell(text: str) -> str:
    """A bracket that came first in a row would be read as the option of the \\ before it; a hyphen is no minus."""
    if text[:1] == "[":
        return f"{{{_escaped(text, _LATEX)}}}"
    return f"$-${text[1:]}" if _NEGATIVE.fullmatch(text) else _escaped(text, _LATEX)


def _aligned(row: list[str], widths: list[int]) -> list[str]:
    return [row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))]


def _escaped(text: str, table: dict[str, str]) -> str:
    return "".join(table.get(c, c if c.isprintable() else "?") for c in text)


def plain(value: Any) -> Any:
    """A Python number, text or None for JSON."""
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value
