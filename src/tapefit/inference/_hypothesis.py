"""Linear hypotheses: text such as "x1 = 0, x2 = x3", or a matrix, to rows R and values q of ``R b = q``.

The text is read by a grammar of five rules; nothing in it is ever evaluated as Python::

    hypotheses = equation {"," equation}
    equation   = sum {"=" sum}                  a sum alone means that it is 0; in constraints also "<=" and ">="
    sum        = product {("+" | "-") product}
    product    = factor {("*" | "/") factor}    linear: at most one factor has a coefficient in it
    factor     = number | name | ("+" | "-") factor | "(" sum ")"
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tapefit.errors import UsageError

Floats = NDArray[np.float64]

_NUMBER = re.compile(r"(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_QUOTED = re.compile(r"`([^`]*)`|'([^']*)'|\"([^\"]*)\"")
_DEEPEST = 50  # parentheses and signs within each other


@dataclass(frozen=True, eq=False)
class Hypotheses:
    """``R b = q``, a row each.

    Attributes
    ----------
    R
        (m, k) what each takes of the coefficients.
    q
        (m,) what that should be.
    labels
        Each as text.
    """

    R: Floats
    q: Floats
    labels: tuple[str, ...]


def hypotheses(given: Any, names: Sequence[str]) -> Hypotheses:
    """The hypotheses that a text, a matrix (m, k), or a pair (matrix, values) states.

    Parameters
    ----------
    given
        A text as in the module's grammar, a sequence of such texts, an array R (q is then 0), or a pair (R, q).
    names
        The k coefficients' names. One that reads like a number or an expression can be put in quotes or backticks.

    Raises
    ------
    UsageError
        If it cannot be read, or its shape does not fit the coefficients.

    Examples
    --------
    >>> read = hypotheses("x1 = 0, 2 * (x2 - x1) = 3", ["x1", "x2"])
    >>> read.R.tolist(), read.q.tolist()
    ([[1.0, 0.0], [-2.0, 2.0]], [0.0, 3.0])
    """
    if isinstance(given, str):
        return _from_text(given, names)
    if isinstance(given, (list, tuple)) and given and all(isinstance(text, str) for text in given):
        return _from_text(", ".join(given), names)
    R, q = given if isinstance(given, tuple) and len(given) == 2 else (given, None)
    return _from_arrays(R, q, names)


class Relation(NamedTuple):
    """``row @ b = value``, or with "<=" or ">=" for the sign.

    Attributes
    ----------
    row
        (k,)
    sign
        "=", "<=" or ">=".
    value
        What stands on the other side.
    label
        The relation as text.
    """

    row: Floats
    sign: str
    value: float
    label: str


def linear_relations(text: str, names: Sequence[str]) -> list[Relation]:
    """The equations and inequalities that a text states; a chain such as ``0 <= a <= b`` states two.

    Raises
    ------
    UsageError
        If it cannot be read, or one of them holds no coefficient.

    Examples
    --------
    >>> [(r.row.tolist(), r.sign, r.value) for r in linear_relations("0 <= x1 <= 2 * x2", ["x1", "x2"])]
    [([-1.0, 0.0], '<=', 0.0), ([1.0, -2.0], '<=', 0.0)]
    """
    found = [
        Relation(form[:-1], sign, float(0.0 - form[-1]), label)
        for form, sign, label in _Reader(text, names, "constraint", ("=", "<=", ">=")).read()
    ]
    for relation in found:
        if not relation.row.any():
            raise UsageError(f"The constraint {relation.label!r} holds no coefficient; name one of {', '.join(names)}.")
    return found


def _from_arrays(R: Any, q: Any, names: Sequence[str]) -> Hypotheses:
    k = len(names)
    try:
        matrix = np.atleast_2d(np.asarray(R, dtype=np.float64))
        values = np.zeros(len(matrix)) if q is None else np.atleast_1d(np.asarray(q, dtype=np.float64))
    except (TypeError, ValueError):
        raise UsageError(
            f"Expected hypotheses as text such as '{names[-1]} = 0' or as a matrix with {k} columns, got {R!r}; "
            "pass one of them."
        ) from None
    if matrix.ndim != 2 or matrix.shape[1] != k or not len(matrix):
        raise UsageError(
            f"Expected a matrix of hypotheses with {k} columns ({', '.join(names)}), got shape {matrix.shape}; "
            "give a row a hypothesis and a column a coefficient."
        )
    if values.shape not in ((len(matrix),), (1,)):
        raise UsageError(f"Expected {len(matrix)} values beside the matrix, got shape {values.shape}; give one a row.")
    if not (np.isfinite(matrix).all() and np.isfinite(values).all()):
        raise UsageError("Expected finite numbers in the hypotheses, got NaN or infinity; correct them.")
    values = np.broadcast_to(values, (len(matrix),)).copy()
    return Hypotheses(matrix, values, tuple(_label(row, v, names) for row, v in zip(matrix, values, strict=True)))


def _from_text(text: str, names: Sequence[str]) -> Hypotheses:
    read = _Reader(text, names, "hypothesis", ("=",)).read()
    forms, labels = [form for form, _, _ in read], [label for _, _, label in read]
    matrix = np.array([form[:-1] for form in forms])
    empty = np.flatnonzero(~matrix.any(axis=1))
    if len(empty):
        raise UsageError(f"The hypothesis {labels[empty[0]]!r} holds no coefficient; name one of {', '.join(names)}.")
    return Hypotheses(matrix, np.array([0.0 - form[-1] for form in forms]), tuple(labels))


def _label(row: Floats, value: float, names: Sequence[str]) -> str:
    """A hypothesis as text: ``x1 - 2*x2 = 0``."""
    out = ""
    for weight, name in zip(row, names, strict=True):
        if weight:
            sign = ("-" if weight < 0 else "") if not out else (" - " if weight < 0 else " + ")
            out += sign + ("" if abs(weight) == 1 else f"{abs(weight):g}*") + name
    return f"{out or '0'} = {value:g}"


class _Reader:
    """One pass through a text; a form is (k + 1,): the coefficients' weights, then the constant."""

    def __init__(self, text: str, names: Sequence[str], noun: str, signs: tuple[str, ...]) -> None:
        self.text, self.names, self.noun, self.signs = text, list(names), noun, signs
        self.tokens = list(self._split())
        self.at = self.depth = 0

    def read(self) -> list[tuple[Floats, str, str]]:
        """The forms that are 0, or at most or at least 0: each with its sign and its text."""
        found: list[tuple[Floats, str, str]] = []
        while True:
            found += self._equation()
            if self._next("") or not self._next(","):
                break
        if not self._is(""):
            raise self._fault(f"'{self.tokens[self.at][1]}'")
        return found

    # -- tokens: (kind, text, value, start, end); kind is the text itself for signs, "" at the end -------------

    def _split(self) -> Any:
        # The longest name wins, so that "x", "x^2" and "a b" may all be names.
        ordered = sorted(range(len(self.names)), key=lambda j: -len(self.names[j]))
        i, text = 0, self.text
        while i < len(text):
            if text[i].isspace():
                i += 1
                continue
            j = next((j for j in ordered if self._name_at(self.names[j], i)), None)
            if j is not None:
                yield "name", self.names[j], j, i, (i := i + len(self.names[j]))
            elif match := _QUOTED.match(text, i):
                yield "name", match.group(), self._position(match), i, (i := match.end())
            elif match := _NUMBER.match(text, i):
                yield "number", match.group(), float(match.group()), i, (i := match.end())
            elif text[i : i + 2] in self.signs:
                yield text[i : i + 2], text[i : i + 2], None, i, (i := i + 2)
            elif text[i] in "+-*/=(),":
                yield text[i], text[i], None, i, (i := i + 1)
            else:
                word = re.split(r"[\s+\-*/=(),]", text[i:], maxsplit=1)[0] or text[i]
                raise self._fault(f"{word!r}")
        yield "", "the end", None, len(text), len(text)

    def _name_at(self, name: str, i: int) -> bool:
        end = i + len(name)
        if not name or not self.text.startswith(name, i) or _NUMBER.fullmatch(name):
            return False
        return not (_is_word(name[-1]) and end < len(self.text) and _is_word(self.text[end]))

    def _position(self, match: re.Match[str]) -> int:
        name = next(group for group in match.groups() if group is not None)
        if name not in self.names:
            raise self._fault(f"{name!r}")
        return self.names.index(name)

    def _is(self, kind: str) -> bool:
        return bool(self.tokens[self.at][0] == kind)

    def _next(self, kind: str) -> bool:
        """Whether the next token is of this kind; if so, it is taken."""
        if not self._is(kind):
            return False
        self.at += kind != ""
        return True

    # -- rules ---------------------------------------------------------------------------------

    def _equation(self) -> list[tuple[Floats, str, str]]:
        if self._is("(") and self._holds_equation():
            self.at += 1
            found = self._equation()
            self._close()
            return found
        sides, signs = [self._side()], list[str]()
        while (sign := self.tokens[self.at][0]) in self.signs:
            self.at += 1
            signs.append(sign)
            sides.append(self._side())
        if not signs and self.noun == "hypothesis":
            return [(sides[0][0], "=", f"{sides[0][1]} = 0")]
        if not signs:
            raise self._fault(f"no {', '.join(self.signs[:-1])} or {self.signs[-1]}")
        steps = zip(sides, signs, sides[1:], strict=False)
        return [(left - right, sign, f"{a} {sign} {b}") for (left, a), sign, (right, b) in steps]

    def _side(self) -> tuple[Floats, str]:
        """A sum, and its text."""
        start = self.at
        form = self._sum()
        return form, self.text[self.tokens[start][3] : self.tokens[self.at - 1][4]]

    def _holds_equation(self) -> bool:
        """Whether an equals sign stands within the parenthesis that opens here."""
        depth = 0
        for kind, *_ in self.tokens[self.at :]:
            depth += (kind == "(") - (kind == ")")
            if depth == 0:
                return False
            if kind in self.signs:
                return True
        return False

    def _sum(self) -> Floats:
        form = self._product()
        while self._is("+") or self._is("-"):
            sign = 1.0 if self._next("+") else -float(self._next("-"))
            form = form + sign * self._product()
        return form

    def _product(self) -> Floats:
        form = self._factor()
        while self._is("*") or self._is("/"):
            form = self._times(form, self._factor()) if self._next("*") else self._over(form)
        return form

    def _times(self, left: Floats, right: Floats) -> Floats:
        if left[:-1].any() and right[:-1].any():
            raise UsageError(
                f"The {self.noun} {self.text!r} multiplies two coefficients; only linear ones can be used."
            )
        return np.asarray(left * right[-1] if left[:-1].any() else right * left[-1])

    def _over(self, form: Floats) -> Floats:
        self.at += 1
        by = self._factor()
        if by[:-1].any() or by[-1] == 0:
            what = "a coefficient" if by[:-1].any() else "0"
            raise UsageError(f"The {self.noun} {self.text!r} divides by {what}; only linear ones can be used.")
        return np.asarray(form / by[-1])

    def _factor(self) -> Floats:
        kind, text, value, *_ = self.tokens[self.at]
        form = np.zeros(len(self.names) + 1)
        if kind in ("name", "number"):
            self.at += 1
            form[value if kind == "name" else -1] = 1.0 if kind == "name" else value
            return form
        if kind not in ("(", "+", "-"):
            raise self._fault(f"'{text}'" if kind else text)
        self.at += 1
        self.depth += 1
        if self.depth > _DEEPEST:
            raise UsageError(f"Expected at most {_DEEPEST} levels of parentheses in a {self.noun}, got more; simplify.")
        if kind == "(":
            form = self._sum()
            self._close()
        else:
            form = self._factor() * (-1.0 if kind == "-" else 1.0)
        self.depth -= 1
        return form

    def _close(self) -> None:
        if not self._next(")"):
            raise self._fault("no closing parenthesis")

    def _fault(self, what: str) -> UsageError:
        many = "constraints" if self.noun == "constraint" else "hypotheses"
        return UsageError(
            f"Expected {many} such as '{self.names[-1]} {self.signs[-1]} 0' of {', '.join(self.names)}, got {what} in "
            f"{self.text!r}; correct it there."
        )


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"
