"""Batches: files, datasets and iterables, some rows at a time, with the labels that their rows have in the file."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tapefit.data import batches, read
from tapefit.errors import DataError, UsageError

CSV = 'x,r,y\n1,a,2\n\n2,"b\nc",3\n3,a,\n4,d,5.5\n5,a,1\n'


def values(found: Any, name: str) -> list[float]:
    return np.concatenate([table.columns[name].values for table in found.start()]).tolist()


def write(folder: Path, kind: str) -> Path:
    """A file of seven rows of y by x, as csv, csv.gz, parquet, feather or an Arrow stream."""
    import pyarrow as pa
    import pyarrow.feather
    import pyarrow.parquet

    path, table = folder / f"data.{kind}", pa.table({"x": [1.0, 2, 3, 4, 5, 6, 7], "y": [2.0, 4, 6, 8, 10, 12, 14]})
    text = ("x,y\n" + "".join(f"{x},{2 * x}\n" for x in range(1, 8))).encode()
    if kind == "csv":
        path.write_bytes(text)
    elif kind == "csv.gz":
        path.write_bytes(gzip.compress(text))
    elif kind == "parquet":
        pyarrow.parquet.write_table(table, path)
    elif kind == "feather":
        pyarrow.feather.write_feather(table, path)
    else:
        with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, table.schema) as writer:
            writer.write_table(table)
    return path


@pytest.mark.parametrize("rows", [1, 2, 3, 7, 100])
@pytest.mark.parametrize("kind", ["csv", "csv.gz", "parquet", "feather", "arrows"])
def test_a_file_comes_in_batches_of_so_many_rows(kind: str, rows: int, tmp_path: Path) -> None:
    found = batches(write(tmp_path, kind), rows=rows)
    assert values(found, "x") == [1, 2, 3, 4, 5, 6, 7]
    assert values(found, "y") == [2, 4, 6, 8, 10, 12, 14]  # and from the start again
    assert max(table.n for table in found.start()) == min(rows, 7)


@pytest.mark.parametrize("rows", [1, 2, 3, 4, 50])
def test_rows_of_a_text_keep_their_lines(rows: int, tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    path.write_text(CSV)
    whole = read(path)
    labels = [table.row_label(i) for table in batches(path, rows=rows).start() for i in range(table.n)]
    assert labels == [whole.row_label(i) for i in range(whole.n)]
    assert labels[-1] == "line 8 of lines.csv"


def test_a_ragged_row_is_told_with_the_line_its_batch_begins_at(tmp_path: Path) -> None:
    path = tmp_path / "ragged.csv"
    path.write_text("x,y\n1,2\n3,4\n5,6,7\n")
    with pytest.raises(DataError, match=r"ragged\.csv from line 4 on"):
        list(batches(path, rows=2).start())


def test_iterables_of_tables_and_datasets(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.dataset

    parts = [{"x": [1.0, 2.0], "y": [1.0, 2.0]}, {"x": [3.0], "y": [5.0]}]
    several = batches(parts, rows=10)
    assert several.again
    assert values(several, "x") == values(several, "x") == [1, 2, 3]
    once = batches(iter(parts), rows=10)
    assert not once.again
    assert values(once, "y") == [1, 2, 5]
    table = pa.table({"x": [1.0, 2.0, 3.0], "y": [1.0, 2.0, 5.0]})
    assert values(batches(table.to_reader(max_chunksize=2), rows=10), "x") == [1, 2, 3]
    dataset = pyarrow.dataset.dataset(write(tmp_path, "parquet"))
    assert [t.n for t in batches(dataset, rows=3, columns=["y"]).start()] == [3, 3, 1]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "is empty"),
        ("x,y\n", "has none"),
        ("x,x\n1,2\n", "'x' 2 times"),
        ("PK\x03\x04 and so on", "Excel workbook"),
    ],
)
def test_files_without_rows_are_refused_as_by_read(text: str, part: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=part):
        list(batches(path, rows=2).start())


@pytest.mark.parametrize("rows", [0, -1, 2.5, True, "3", None])
def test_a_batch_has_a_row_or_more(rows: Any) -> None:
    with pytest.raises(UsageError, match="batches of 1 row or more"):
        batches("data.csv", rows=rows)


@pytest.mark.parametrize("source", [3, {"x": [1.0]}, None, np.ones(3)])
def test_what_is_no_source_of_batches_is_refused(source: Any) -> None:
    with pytest.raises(DataError, match="expected a path"):
        list(batches(source, rows=2).start())


def test_a_missing_file_is_named() -> None:
    with pytest.raises(DataError, match=r"there is no file 'nowhere\.csv'"):
        list(batches("nowhere.csv", rows=2).start())
