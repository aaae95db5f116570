"""The encoding: learned once, the same wherever it is applied."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tapefit.data import Encoding, Feature, RowCount, encode, learn_encoding, read
from tapefit.errors import UsageError

TRAIN = {
    "x": [1.0, 2.0, 4.0, 7.0],
    "r": ["b", "a", "c", "a"],
    "y": [1.0, 0.0, 5.0, 2.0],
    "z": [True, False, True, True],
}
ENCODING = Encoding("y", (Feature("x"), Feature("r", ("a", "b", "c")), Feature("z")), True)
DESIGN = [[1, 1, 0, 1], [2, 0, 0, 0], [4, 0, 1, 1], [7, 0, 0, 1]]


def test_learned_encoding_is_plain_data():
    assert learn_encoding(read(TRAIN), "y") == ENCODING
    assert ENCODING.term_names == ("intercept", "x", "r[b]", "r[c]", "z")
    assert ENCODING.feature_names == ("x", "r", "z")
    assert ENCODING.categorical_names == ("r",)


def test_encoding_survives_json():
    assert msgspec.json.decode(msgspec.json.encode(ENCODING), type=Encoding) == ENCODING


def test_design_has_numbers_and_indicators_without_the_intercept():
    X, kept = ENCODING.design(read(TRAIN))
    assert X.tolist() == DESIGN
    assert X.dtype == np.float64
    assert X.flags.f_contiguous
    assert kept.tolist() == [True] * 4


def test_features_come_in_the_order_given():
    encoding = learn_encoding(read(TRAIN), "y", features=["r", "x"])
    assert encoding.term_names == ("intercept", "r[b]", "r[c]", "x")
    assert learn_encoding(read(TRAIN), "y", features="x").term_names == ("intercept", "x")
    assert learn_encoding(read(TRAIN), "y", features=[]).term_names == ("intercept",)


def test_without_intercept_the_first_categorical_feature_keeps_its_reference():
    table = read({"r": ["a", "b"], "s": ["u", "v"], "y": [1, 2]})
    encoding = learn_encoding(table, "y", intercept=False)
    assert encoding.term_names == ("r[a]", "r[b]", "s[v]")
    assert encoding.design(table)[0].tolist() == [[1, 0, 0], [0, 1, 1]]


def test_encode_gives_block_and_counts():
    block, rows = encode(read(TRAIN), ENCODING)
    assert block.X.tolist() == DESIGN
    assert block.y.tolist() == TRAIN["y"]
    assert block.weight is None
    assert block.offset is None
    assert rows == RowCount(4, 4, 0)


def test_design_without_features_has_no_columns():
    X, _ = Encoding("y", (), True).design(read(TRAIN))
    assert X.shape == (4, 0)


@given(st.permutations(list(TRAIN)), st.permutations(range(4)))
def test_order_of_columns_does_not_matter_and_rows_follow_the_table(names, rows):
    table = read({name: [TRAIN[name][i] for i in rows] for name in names})
    assert ENCODING.design(table)[0].tolist() == [DESIGN[i] for i in rows]


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=20))
def test_rows_are_encoded_one_by_one_as_together(levels):
    encoding = Encoding("y", (Feature("r", ("a", "b", "c")),), True)
    together = encoding.design(read({"r": levels}))[0]
    one_by_one = [encoding.design(read({"r": [level]}))[0][0] for level in levels]
    assert np.array_equal(together, one_by_one)
    assert np.array_equal(together, encoding.design(read({"r": levels}))[0])


@given(st.lists(st.text(max_size=5), min_size=2, max_size=20).filter(lambda levels: len(set(levels)) > 1))
def test_indicators_mark_the_level_of_each_row(levels):
    table = read({"r": levels, "y": range(len(levels))}, categorical=["r"])
    encoding = learn_encoding(table, "y")
    X, _ = encoding.design(table)
    reference, *others = encoding.features[0].levels
    assert sorted({*levels}) == [reference, *others]
    assert [others[int(row.argmax())] if row.any() else reference for row in X] == levels


def test_predict_rows_need_no_target_and_may_have_a_level_or_two():
    X, _ = ENCODING.design(read({"z": [0], "r": ["c"], "x": [3], "extra": ["?"]}))
    assert X.tolist() == [[3, 0, 1, 0]]


UNFIT = {
    "column missing": ({"x": [1], "R": ["a"], "z": [1]}, "'r' is not in the mapping", "'x', 'R', 'z'", "mean 'R'?"),
    "unseen level": ({"x": [1, 2], "r": ["a", "west"], "z": [1, 0]}, "'r'", "'west'", "row 1", "'a', 'b', 'c'"),
    "text where a number was": ({"x": ["1", "abc"], "r": ["a", "a"], "z": [1, 1]}, "'x'", "'abc'", "row 1"),
    "numeric text where a number was": ({"x": ["1", "2"], "r": ["a", "a"], "z": [1, 1]}, "'x'", "'1'", "row 0"),
    "number where text was": ({"x": [1], "r": [7], "z": [1]}, "'r'", "such as 'a'", "7 on row 0", "categorical=['r']"),
    "dates": ({"x": np.array(["2020-01-01"], "M8[D]"), "r": ["a"], "z": [1]}, "'x'", "dates or times"),
    "missing number": ({"x": [1, None], "r": ["a", "a"], "z": [1, 1]}, "'x' has no value on row 1", "--missing drop"),
    "missing text": ({"x": [1, 1], "r": [None, "a"], "z": [1, 1]}, "'r' has no value on row 0", 'missing="drop"'),
    "column without a value": (
        {"x": [1], "r": [None], "z": [1]},
        "'r' of the mapping has no finite value in any row",
        "fill it in",
    ),
    "infinite": ({"x": [1, np.inf], "r": ["a", "a"], "z": [1, 1]}, "'x' has an infinite value on row 1"),
}


@pytest.mark.parametrize("name", UNFIT)
def test_rows_that_do_not_fit_the_model_are_refused(name, refuses):
    data, *parts = UNFIT[name]
    refuses(lambda: ENCODING.design(read(data)), *parts)


def test_text_in_a_file_is_named_with_its_line(tmp_path, refuses):
    path = tmp_path / "new.csv"
    path.write_text("x,r,z\n1,a,0\n\n2,b,1\noops,a,1\n")
    refuses(lambda: ENCODING.design(read(path)), "'x'", "'oops' on line 5 of new.csv")


def test_codes_of_digits_survive_a_file_read_with_the_encoding(tmp_path):
    path = tmp_path / "codes.csv"
    path.write_text("zip,y\n01,1\n02,2\n")
    encoding = learn_encoding(read(path, categorical=["zip"]), "y")
    path.write_text("zip\n02\n")
    table = read(path, columns=encoding.feature_names, categorical=encoding.categorical_names)
    assert encoding.design(table)[0].tolist() == [[1]]


GAPS = {"x": [1, np.nan, 3, np.inf, 5], "r": ["a", "b", None, "a", "b"], "y": [1, 2, 3, 4, 5]}


def test_drop_leaves_out_rows_with_gaps_and_counts_them():
    table = read(GAPS)
    block, rows = encode(table, learn_encoding(table, "y"), missing="drop")
    assert block.X.tolist() == [[1, 0], [5, 1]]
    assert block.y.tolist() == [1, 5]
    assert rows == RowCount(read=5, used=2, dropped=3)


def test_drop_counts_gaps_in_the_target_but_design_does_not_look_at_it():
    table = read({"x": [1, 2], "y": [np.nan, 2]})
    encoding = learn_encoding(table, "y")
    assert encode(table, encoding, missing="drop")[1] == RowCount(2, 1, 1)
    assert encoding.design(table)[1].all()


def test_gaps_in_columns_that_are_not_used_do_not_matter():
    table = read({**GAPS, "full": [1, 2, 3, 4, 6]})
    block, rows = encode(table, learn_encoding(table, "y", features=["full"]))
    assert rows.dropped == 0
    assert len(block.y) == 5


def test_first_gap_is_named_with_how_many_more(refuses):
    table = read(GAPS)
    encoding = learn_encoding(table, "y", features=["x"])
    refuses(lambda: encode(table, encoding), "'x' has no value on row 1 of the mapping and one more row")
    many = read({"x": [1.0] + [np.nan] * 1500, "y": np.arange(1501)})
    refuses(lambda: encode(many, encoding), "row 1 of the mapping and 1,499 more rows")


def test_no_complete_row_is_refused(refuses):
    table = read({"x": [1, None], "r": [None, "a"], "y": [1, 2]})
    encoding = learn_encoding(table, "y")
    refuses(lambda: encode(table, encoding, missing="drop"), "the mapping has none")


@pytest.mark.parametrize("missing", ["error", "drop"])
def test_column_without_any_value_is_named(missing, refuses):
    table = read({"x": [1, 2], "e": [None, np.nan], "y": [1, 2]})
    encoding = learn_encoding(table, "y")
    refuses(lambda: encode(table, encoding, missing=missing), "'e' of the mapping has no finite value in any row")


def test_levels_are_learned_from_complete_rows():
    table = read({"x": [1, 2, None], "r": ["a", "b", "c"], "y": [1, 2, 3]})
    assert learn_encoding(table, "y").features[1].levels == ("a", "b")


def test_dropped_rows_may_have_unseen_levels():
    X, kept = ENCODING.design(read({"x": [1, None], "r": ["a", "west"], "z": [0, 0]}), missing="drop")
    assert X.tolist() == [[1, 0, 0, 0]]
    assert kept.tolist() == [True, False]


def test_unknown_way_with_missing_values_is_refused(refuses):
    refuses(lambda: ENCODING.design(read(TRAIN), missing="skip"), "'error' or 'drop'", "'skip'", error=UsageError)
