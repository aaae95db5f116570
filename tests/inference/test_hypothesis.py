from __future__ import annotations

import numpy as np
import pytest

from tapefit.errors import UsageError
from tapefit.inference import hypotheses

NAMES = ("intercept", "x1", "x10", "a b", "x^2", "region[north]", "2")


@pytest.mark.parametrize(
    ("text", "row", "value"),
    [
        ("x1 = 0", {"x1": 1}, 0),
        ("x1", {"x1": 1}, 0),
        ("x10 = x1", {"x10": 1, "x1": -1}, 0),
        ("2 * x1 - 3 = x10 / 4", {"x1": 2, "x10": -0.25}, 3),
        ("-(x1 + 2*(a b - 1)) = 1e2", {"x1": -1, "a b": -2}, 98),
        ("x^2=.5", {"x^2": 1}, 0.5),
        ("`2` + '2' = 2", {"2": 2}, 2),
        ('"region[north]" = region[north] * 3', {"region[north]": -2}, 0),
        ("(x1 = 1)", {"x1": 1}, 1),
        ("+-+x1 = --1", {"x1": -1}, 1),
        ("x1/4*2 = 0", {"x1": 0.5}, 0),
    ],
)
def test_a_text_is_read_as_algebra(text: str, row: dict[str, float], value: float) -> None:
    read = hypotheses(text, NAMES)
    assert read.R.tolist() == [[row.get(name, 0.0) for name in NAMES]]
    assert read.q.tolist() == [value]


def test_several_equations_and_chains() -> None:
    read = hypotheses("x1 = x10 = 2, (a b = 1)", NAMES)
    assert read.labels == ("x1 = x10", "x10 = 2", "a b = 1")
    assert read.q.tolist() == [0, 2, 1]
    again = hypotheses(["x1 = x10", "x10 = 2", "a b = 1"], NAMES)
    np.testing.assert_array_equal(read.R, again.R)


def test_a_matrix_is_taken_as_it_is() -> None:
    R = np.eye(7)[1:3]
    assert hypotheses(R, NAMES).labels == ("x1 = 0", "x10 = 0")
    read = hypotheses((R - 2 * np.eye(7)[3], [1, 2]), NAMES)
    assert read.labels == ("x1 - 2*a b = 1", "x10 - 2*a b = 2")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("x1 * x10 = 0", "multiplies two coefficients"),
        ("1 / x1 = 0", "divides by a coefficient"),
        ("x1 / 0 = 1", "divides by 0"),
        ("x1 == 0", "got '='"),
        ("x1 =", "got the end"),
        ("x2 = 0", "got 'x2'"),
        ("x1 = 0; import os", "got '0;'|got ';'"),
        ("__import__('os')", "got '__import__'"),
        ("1 = 2", "holds no coefficient"),
        ("(x1 = 0", "no closing parenthesis"),
        ("x1 x10", "got 'x10'"),
        ("`nobody` = 0", "got 'nobody'"),
        ("", "got the end"),
        ("(" * 5000 + "x1" + ")" * 5000, "levels of parentheses"),
        ("-" * 5000 + "x1", "levels of parentheses"),
        (np.eye(3), "with 7 columns"),
        ((np.eye(7), [1, 2]), "7 values"),
        (np.full((1, 7), np.nan), "finite"),
        (object(), "as text such as"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_sentence(given: object, words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        hypotheses(given, NAMES)
    assert "\n" not in str(caught.value)
