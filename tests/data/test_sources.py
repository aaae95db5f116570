"""Sources: paths, standard input, files, formats."""

import gzip
import io
import sys

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from tapefit.data import Table, read

CSV = b"region,x,y\nnorth,1,2\nsouth,1.5,3\n,,4\n"


def check(table: Table, source: str, third_row: str) -> None:
    assert table.source == source
    assert tuple(table.columns) == ("region", "x", "y")
    assert table.columns["region"].levels == ("north", "south")
    assert table.columns["region"].codes.tolist() == [0, 1, -1]
    assert np.array_equal(table.columns["x"].values, [1, 1.5, np.nan], equal_nan=True)
    assert table.columns["y"].values.tolist() == [2, 3, 4]
    assert table.row_label(2) == f"{third_row} of {source}"


def arrow() -> pa.Table:
    return pa.table({"region": ["north", "south", None], "x": [1, 1.5, None], "y": pa.array([2, 3, 4], pa.int32())})


def write_ipc_stream(table, path):
    with pa.ipc.new_stream(path, table.schema) as stream:
        stream.write_table(table)


def compress(codec):
    def write(table, path):
        with pa.CompressedOutputStream(str(path), codec) as out:
            out.write(CSV)

    return write


WRITERS = {
    "data.csv": (lambda table, path: path.write_bytes(CSV), "line 4"),
    "data.tsv": (lambda table, path: path.write_bytes(CSV.replace(b",", b"\t")), "line 4"),
    "data.csv.gz": (compress("gzip"), "line 4"),
    "data.csv.bz2": (compress("bz2"), "line 4"),
    "data.csv.zst": (compress("zstd"), "line 4"),
    "two_members.csv.gz": (
        lambda table, path: path.write_bytes(gzip.compress(CSV[:15]) + gzip.compress(CSV[15:])),
        "line 4",
    ),
    "data.parquet": (pa.parquet.write_table, "row 2"),
    "dictionary.parquet": (
        lambda table, path: pa.parquet.write_table(table.set_column(0, "region", table[0].dictionary_encode()), path),
        "row 2",
    ),
    "data.feather": (lambda table, path: pa.feather.write_feather(table, str(path)), "row 2"),
    "data.arrow": (write_ipc_stream, "row 2"),
    "misnamed.txt": (pa.parquet.write_table, "row 2"),
}


@pytest.mark.parametrize("name", WRITERS)
def test_file_formats_read_the_same(name, tmp_path):
    write, third_row = WRITERS[name]
    write(arrow(), tmp_path / name)
    check(read(tmp_path / name), name, third_row)
    check(read(str(tmp_path / name)), name, third_row)


@pytest.mark.parametrize("name", ["data.parquet", "data.feather", "data.arrow"])
def test_columns_selects_from_binary_files(name, tmp_path, refuses):
    WRITERS[name][0](arrow(), tmp_path / name)
    assert tuple(read(tmp_path / name, columns=["y", "x"]).columns) == ("y", "x")
    refuses(lambda: read(tmp_path / name, columns=["z"]), "'z' is not in", "'region', 'x', 'y'")


def test_truncated_gzip_is_refused(tmp_path, refuses):
    path = tmp_path / "cut.csv.gz"
    path.write_bytes(gzip.compress(CSV * 100)[:-12])
    refuses(lambda: read(path), "cut.csv.gz")


def test_duplicate_columns_in_parquet_are_refused(tmp_path, refuses):
    path = tmp_path / "twice.parquet"
    pa.parquet.write_table(pa.table([[1], [2]], names=["a", "a"]), path)
    refuses(lambda: read(path), "'a' 2 times")


def test_parquet_without_rows_is_refused(tmp_path, refuses):
    path = tmp_path / "none.parquet"
    pa.parquet.write_table(arrow().slice(0, 0), path)
    refuses(lambda: read(path), "none.parquet has none")


class Unseekable(io.RawIOBase):
    """Bytes as a pipe gives them."""

    def __init__(self, data: bytes) -> None:
        self.below = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        return self.below.readinto(buffer)


@pytest.mark.parametrize(
    "file",
    [io.BytesIO(CSV), io.StringIO(CSV.decode()), io.TextIOWrapper(io.BytesIO(CSV)), io.BufferedReader(Unseekable(CSV))],
    ids=["bytes", "text", "wrapped", "pipe"],
)
def test_open_files(file):
    check(read(file), "the file", "line 4")


def test_file_object_with_a_name_is_called_by_it_and_stays_open(tmp_path):
    path = tmp_path / "named.csv"
    path.write_bytes(CSV)
    with path.open("rb") as file:
        check(read(file), "named.csv", "line 4")
        assert not file.closed


@pytest.mark.parametrize("data", [CSV, gzip.compress(CSV)], ids=["plain", "gzip"])
def test_dash_is_standard_input(data, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(Unseekable(data))))
    check(read("-"), "standard input", "line 4")


def test_closed_standard_input_is_refused(monkeypatch, refuses):
    monkeypatch.setattr(sys, "stdin", None)
    refuses(lambda: read("-"), "standard input")


def test_table_is_returned_as_it_is():
    table = read({"x": [1.0]})
    assert read(table) is table


def test_directory_is_refused(tmp_path, refuses):
    refuses(lambda: read(tmp_path), str(tmp_path), "is a directory")


def test_missing_file_is_refused_with_a_similar_one(tmp_path, refuses):
    (tmp_path / "norris.csv").write_bytes(CSV)
    refuses(lambda: read(tmp_path / "noris.csv"), "there is no file", "did you mean 'norris.csv'?")
    refuses(lambda: read(tmp_path / "nowhere" / "x.csv"), "there is no file", "check the path")


def test_impossible_path_is_refused(refuses):
    refuses(lambda: read("a\0b"), "cannot be read")


@pytest.mark.parametrize("value", [5, [1, 2], np.eye(2), None, b"x,y"])
def test_what_is_no_source_is_refused(value, refuses):
    refuses(lambda: read(value), type(value).__name__, "a path, a file, a dataframe or a mapping")
