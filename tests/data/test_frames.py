"""Dataframes of each library."""

import datetime

import numpy as np
import pyarrow as pa
import pytest

from tapefit.data import Categorical, Numeric, Unsupported, from_arrays, learn_encoding, read


def numbers(table, name):
    column = table.columns[name]
    assert isinstance(column, Numeric)
    return [None if np.isnan(value) else value for value in column.values.tolist()]


def texts(table, name):
    column = table.columns[name]
    assert isinstance(column, Categorical)
    return [None if code < 0 else column.levels[code] for code in column.codes]


def pandas_columns(pd):
    return {
        "float": (pd.Series([1.5, np.nan]), [1.5, None]),
        "int": (pd.Series([1, 2]), [1, 2]),
        "Int64": (pd.array([1, None], dtype="Int64"), [1, None]),
        "Float32": (pd.array([1.5, None], dtype="Float32"), [1.5, None]),
        "bool": (pd.Series([True, False]), [1, 0]),
        "boolean": (pd.array([True, None], dtype="boolean"), [1, None]),
        "object of numbers": (pd.Series([1, 2.5], dtype=object), [1, 2.5]),
        "sparse": (pd.arrays.SparseArray([0.0, 1.0]), [0, 1]),
        "str": (pd.Series(["b", "a"]), ["b", "a"]),
        "object": (pd.Series(["b", None], dtype=object), ["b", None]),
        "string": (pd.array(["b", None], dtype="string"), ["b", None]),
        "category": (pd.Categorical(["b", None], categories=["z", "b"]), ["b", None]),
        "category of ints": (pd.Categorical([10, 9]), ["10", "9"]),
        "codes": (pd.Series(["01", "1"]), ["01", "1"]),
    }


def test_pandas_dtypes():
    pd = pytest.importorskip("pandas")
    columns = pandas_columns(pd)
    table = read(pd.DataFrame({name: values for name, (values, _) in columns.items()}))
    for name, (_, expected) in columns.items():
        of = texts if isinstance(next(filter(None, expected)), str) else numbers
        assert of(table, name) == expected, name
    assert table.source == "DataFrame"
    assert table.row_label(1) == "row 1 of DataFrame"


def test_pandas_categories_that_do_not_occur_are_no_levels():
    pd = pytest.importorskip("pandas")
    table = read(pd.DataFrame({"r": pd.Categorical(["b", "a"], categories=["a", "b", "c"])}))
    assert table.columns["r"].levels == ("a", "b")
    assert table.columns["r"].declared


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, "a"], "values of mixed types"),
        ([1 + 2j, 3], "complex numbers"),
        ([datetime.datetime(2020, 1, 1)] * 2, "dates or times"),
        ([datetime.timedelta(1)] * 2, "dates or times"),
        ([[1], [2]], "nested values"),
        ([b"a", b"b"], "bytes"),
        ([{1}, 2], "values of mixed types"),
    ],
)
def test_pandas_columns_of_no_use_are_refused_only_when_used(values, kind, refuses):
    pd = pytest.importorskip("pandas")
    table = read(pd.DataFrame({"y": [1.0, 2.0], "x": [1.0, 3.0], "odd": values}))
    assert isinstance(table.columns["odd"], Unsupported)
    assert learn_encoding(table, "y", features=["x"]).feature_names == ("x",)
    refuses(lambda: learn_encoding(table, "y"), "'odd' of DataFrame", kind, "leave it out")


def test_pandas_index_is_no_column_and_rows_are_counted_by_position():
    pd = pytest.importorskip("pandas")
    table = read(pd.DataFrame({"x": [1.0, 2.0]}, index=[5, 9]))
    assert tuple(table.columns) == ("x",)
    assert table.row_label(1) == "row 1 of DataFrame"


def test_pandas_names_that_are_not_text_become_text():
    pd = pytest.importorskip("pandas")
    assert tuple(read(pd.DataFrame(np.eye(2))).columns) == ("0", "1")


def test_pandas_duplicate_columns_are_refused(refuses):
    pd = pytest.importorskip("pandas")
    refuses(lambda: read(pd.DataFrame([[1, 2]], columns=["a", "a"])), "'a' 2 times", "DataFrame")
    refuses(lambda: read(pd.DataFrame([[1, 2]], columns=[1, "1"])), "'1' 2 times", "DataFrame")


def test_column_called_read_does_not_make_a_file_of_a_frame():
    pd = pytest.importorskip("pandas")
    assert tuple(read(pd.DataFrame({"read": [1.0]})).columns) == ("read",)


def test_frames_without_rows_are_refused(refuses):
    pd = pytest.importorskip("pandas")
    refuses(lambda: read(pd.DataFrame({"x": []})), "DataFrame has none")
    refuses(lambda: read(pa.table({"x": pa.array([], pa.float64())})), "Table has none")


def test_a_series_is_no_table(refuses):
    pd = pytest.importorskip("pandas")
    refuses(lambda: read(pd.Series([1, 2])), "Series")


@pytest.mark.parametrize("lazy", [False, True])
def test_polars_dtypes(lazy):
    pl = pytest.importorskip("polars")
    day = datetime.date(2020, 1, 1)
    frame = pl.DataFrame(
        {"s": ["x", None], "i": [1, None], "f": [1.5, float("nan")], "b": [True, None], "d": [day, day]}
    )
    frame = frame.with_columns(
        pl.col("s").cast(pl.Categorical).alias("cat"),
        pl.col("s").cast(pl.Enum(["x", "z"])).alias("enum"),
        pl.col("i").cast(pl.Decimal(10, 2)).alias("decimal"),
    )
    table = read(frame.lazy() if lazy else frame)
    for name in ("s", "cat", "enum"):
        assert texts(table, name) == ["x", None]
    for name, expected in {"i": [1, None], "f": [1.5, None], "b": [1, None], "decimal": [1, None]}.items():
        assert numbers(table, name) == expected
    assert isinstance(table.columns["d"], Unsupported)
    assert table.columns["enum"].levels == ("x",)


def test_polars_series_in_a_mapping_and_as_target():
    pl = pytest.importorskip("polars")
    assert numbers(read({"x": pl.Series([1, None])}), "x") == [1, None]
    assert numbers(from_arrays(np.ones(2), pl.Series([1, 2])), "y") == [1, 2]


ARROW = {
    "int8": (pa.array([1, None], pa.int8()), [1, None]),
    "uint64": (pa.array([1, 2], pa.uint64()), [1, 2]),
    "half": (pa.array([np.float16(1.5), None], pa.float16()), [1.5, None]),
    "decimal": (pa.array([1, None]).cast(pa.decimal128(30, 2)), [1, None]),
    "null": (pa.nulls(2), [None, None]),
    "bool": (pa.array([None, True]), [None, 1]),
    "sliced": (pa.array([9, None, 3])[1:], [None, 3]),
    "string": (pa.array(["a", None]), ["a", None]),
    "large": (pa.array(["a", None], pa.large_string()), ["a", None]),
    "view": (pa.array(["a", None], pa.string_view()), ["a", None]),
    "dictionary": (pa.array(["b", None]).dictionary_encode(), ["b", None]),
    "sliced dictionary": (pa.array(["b", "a", None]).dictionary_encode()[1:], ["a", None]),
    "empty text": (pa.array(["", "a"]), ["", "a"]),
}


@pytest.mark.parametrize("name", ARROW)
def test_arrow_types(name):
    array, expected = ARROW[name]
    table = read(pa.table({"c": array}))
    assert (texts if any(isinstance(value, str) for value in expected) else numbers)(table, "c") == expected
    assert table.source == "Table"


def test_arrow_chunks_with_different_dictionaries():
    chunks = pa.chunked_array([pa.array(["b", "a"]).dictionary_encode(), pa.array(["c", "a"]).dictionary_encode()])
    assert texts(read(pa.table({"c": chunks})), "c") == ["b", "a", "c", "a"]


def test_arrow_record_batches_and_readers():
    batch = pa.RecordBatch.from_pydict({"x": [1.0, 2.0]})
    assert numbers(read(batch), "x") == [1, 2]
    assert numbers(read(pa.RecordBatchReader.from_batches(batch.schema, [batch, batch])), "x") == [1, 2, 1, 2]


def test_arrow_duplicate_columns_are_refused(refuses):
    refuses(lambda: read(pa.table([[1], [2]], names=["a", "a"])), "'a' 2 times")


def test_declared_numbers_become_levels():
    table = read(pa.table({"c": [1, 2, None], "f": [1.0, 2.5, None]}), categorical=["c", "f"])
    assert texts(table, "c") == ["1", "2", None]
    assert texts(table, "f") == ["1", "2.5", None]


def test_nan_is_no_level():
    assert texts(read(pa.table({"c": [1.0, float("nan")]}), categorical=["c"]), "c") == ["1", None]


def test_select_from_frames(refuses):
    frame = pa.table({"a": [1], "b": [2]})
    assert tuple(read(frame, columns=["b"]).columns) == ("b",)
    refuses(lambda: read(frame, columns=["c"]), "'c' is not in Table", "'a', 'b'")
