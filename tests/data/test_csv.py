"""Delimited text: what is read from it, whatever its dialect."""

import csv
import io
import random
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tapefit.data import Categorical, Numeric, Table, Unsupported, read


def read_text(text: str | bytes, **options) -> Table:
    return read(io.BytesIO(text.encode() if isinstance(text, str) else text), **options)


def plain(table: Table) -> dict[str, list]:
    """Return the values of a table as Python lists, text as text, None for missing."""

    def values(column):
        if isinstance(column, Numeric):
            return [None if np.isnan(value) else value for value in column.values.tolist()]
        return [None if code < 0 else column.levels[code] for code in column.codes]

    return {name: values(column) for name, column in table.columns.items()}


SAME = {"x": [1.0, 2.5], "y": [3.0, -4.0]}


@pytest.mark.parametrize(
    "text",
    [
        "x,y\n1,3\n2.5,-4\n",
        "x,y\n1,3\n2.5,-4",
        "x,y\r\n1,3\r\n2.5,-4\r\n",
        "x,y\r1,3\r2.5,-4\r",
        "\ufeffx,y\n1,3\n2.5,-4\n",
        "\n  \n\nx,y\n1,3\n2.5,-4\n",
        "x,y\n1,3\n2.5,-4\n\n\n",
        "x,y\n\n1,3\n\n2.5,-4\n",
        " x , y \n1,3\n2.5,-4\n",
        '"x","y"\n"1","3"\n"2.5","-4"\n',
        '"x", "y"\n1, 3\n 2.5,-4 \n',
        "x;y\n1;3\n2.5;-4\n",
        "x;y\n1,0;3\n2,5;-4\n",
        "x\ty\n1\t3\n2.5\t-4\n",
        "x,y\n1e0,+3.\n.25E1,-4.00\n",
    ],
)
def test_dialects_read_the_same(text):
    assert plain(read_text(text)) == SAME


def test_quoted_fields_keep_commas_quotes_and_line_ends():
    table = read_text('name,y\n"a,b",1\n"say ""hi""",2\n"two\nlines",3\n')
    assert plain(table)["name"] == ["a,b", 'say "hi"', "two\nlines"]


def test_header_names_keep_commas_and_line_ends_in_quotes():
    table = read_text('"a,b","two\nlines"\n1,2\n')
    assert tuple(table.columns) == ("a,b", "two\nlines")
    assert table.row_label(0) == "line 3 of the file"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("x,y\n1,2\n3,4\n", [2, 3]),
        ("\n\nx,y\n1,2\n3,4\n", [4, 5]),
        ("x,y\n\n1,2\n\n\n3,4\n", [3, 6]),
        ("x,y\r\n\r\n1,2\r\n\r\n\r\n3,4\r\n\r\n", [3, 6]),
        ("x,y\r1,2\r\r3,4\r", [2, 4]),
        ('x,y\n"a\nb",2\n"c\r\nd",4\n', [2, 4]),
    ],
)
def test_row_label_gives_the_line_of_the_file(text, lines):
    table = read_text(text)
    assert [table.row_label(i) for i in range(table.n)] == [f"line {line} of the file" for line in lines]


@pytest.mark.parametrize("token", ["", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", '""'])
def test_null_tokens_are_missing_in_numbers_and_text(token):
    table = read_text(f"x,r,y\n1,north,1\n{token},{token},2\n")
    assert plain(table) == {"x": [1.0, None], "r": ["north", None], "y": [1.0, 2.0]}


def test_column_without_any_value_is_numeric_and_missing():
    assert plain(read_text("x,y\n,1\n,2\n"))["x"] == [None, None]


def test_booleans_are_zero_and_one():
    assert plain(read_text("b,y\ntrue,1\nFalse,2\n"))["b"] == [1.0, 0.0]


def test_infinity_is_read_as_such():
    assert read_text("x,y\ninf,1\n-Infinity,2\n1e999,3\n").columns["x"].values.tolist() == [np.inf, -np.inf, np.inf]


def test_dates_are_held_as_unsupported():
    column = read_text("d,y\n2020-01-31,1\n2020-02-01,2\n").columns["d"]
    assert isinstance(column, Unsupported)
    assert column.kind == "dates or times"


def test_levels_are_sorted_and_codes_point_at_them():
    column = read_text("r,y\nwest,1\neast,2\n,3\nwest,4\n").columns["r"]
    assert column.levels == ("east", "west")
    assert column.codes.tolist() == [1, 0, -1, 1]


def test_columns_selects_and_orders():
    assert plain(read_text("a,b,c\n1,2,3\n", columns=["c", "a"])) == {"c": [3.0], "a": [1.0]}


def test_columns_not_selected_may_be_bad():
    assert plain(read_text(b",x,caf\n0,1,caf\xe9\n", columns=["x"])) == {"x": [1.0]}


def test_categorical_keeps_leading_zeros():
    column = read_text("zip,y\n01,1\n1,2\n", categorical=["zip"]).columns["zip"]
    assert isinstance(column, Categorical)
    assert column.levels == ("01", "1")
    assert column.declared


def test_type_follows_from_all_rows_not_the_first_block():
    rows = "1,2\n" * 400_000
    assert isinstance(read_text(f"x,y\n{rows}1.5,2\n").columns["x"], Numeric)
    assert isinstance(read_text(f"x,y\n{rows}abc,2\n").columns["x"], Categorical)


def test_row_longer_than_a_block_is_read():
    long = "a" * 3_000_000
    assert plain(read_text(f"r,y\n{long},1\nb,2\n"))["r"] == [long, "b"]


def test_thousand_columns():
    names = [f"c{j}" for j in range(1000)]
    table = read_text(",".join(names) + "\n" + ",".join(map(str, range(1000))) + "\n")
    assert tuple(table.columns) == tuple(names)
    assert plain(table)["c999"] == [999.0]


def test_decimals_are_rounded_to_the_nearest_float64():
    draw = random.Random(0)
    texts = ["9007199254740993.0", "2.2250738585072011e-308", "5e-324", "2e-324", "0.1", "1e23", "8.5e-317"]
    texts += [f"{draw.uniform(-1, 1):.{draw.randint(1, 40)}e}" for _ in range(2000)]
    texts += [repr(struct.unpack("d", struct.pack("Q", draw.getrandbits(62)))[0]) for _ in range(2000)]
    values = read_text("x\n" + "\n".join(texts)).columns["x"].values
    assert values.tobytes() == np.array([float(text) for text in texts]).tobytes()


@pytest.mark.parametrize(("value", "exact"), [(2**53, True), (2**53 + 1, False), (2**60, True), (-(2**53) - 1, False)])
def test_exact_tells_whether_integers_survive(value, exact):
    assert read_text(f"x,y\n{value},1\n").columns["x"].exact is exact


finite = st.floats(allow_nan=False, allow_infinity=False)
words = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1).map(lambda text: "level " + text)


@settings(deadline=None)
@given(st.lists(st.tuples(finite, words, finite), min_size=1, max_size=30), st.sampled_from(",;\t"), st.booleans())
def test_round_trip_is_bit_equal(rows, delimiter, crlf):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n" if crlf else "\n")
    writer.writerow(["x", "r", "y"])
    writer.writerows((repr(x), r, repr(y)) for x, r, y in rows)
    table = read_text(out.getvalue())
    back = plain(table)
    assert back["r"] == [r for _, r, _ in rows]
    for name, column in (("x", 0), ("y", 2)):
        assert table.columns[name].values.tobytes() == np.array([row[column] for row in rows]).tobytes()
