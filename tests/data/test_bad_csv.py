"""Delimited text that cannot be read: one sentence each, with the line."""

import io

import pytest

from tapefit.data import read

BAD = {
    "empty": (b"", "the file is empty"),
    "byte order mark only": (b"\xef\xbb\xbf", "the file is empty"),
    "blank lines only": (b"\n \n\r\n  ", "the file is empty"),
    "header only": (b"x,y\n", "rows below the header", "the file has none"),
    "header only, no line end": (b"x,y", "rows below the header"),
    "header and blank lines": (b"x,y\n\n \n", "rows below the header"),
    "too few fields": (b"x,y\n1,2\n3\n4,5\n", "line 3 of the file has 1 field but the header has 2"),
    "too many fields": (b"x,y\n1,2\n3,4,5\n", "line 3 of the file has 3 fields", "a comma needs quotes"),
    "ragged after blank line": (b"x,y\n\n1,2\n3\n", "line 4 of the file"),
    "ragged after quoted line end": (b'x,y\n"a\nb",2\n3\n', "line 4 of the file"),
    "ragged with semicolons": (b"x;y\n1;2;3\n", "line 2 of the file", "a semicolon needs quotes"),
    "ragged far down": (b"x,y\n" + b"1,2\n" * 500_000 + b"3\n", "line 500002 of the file"),
    "repeated name": (b"x,y,x\n1,2,3\n", "'x' 2 times", "columns 1 and 3"),
    "name repeated but for blanks": (b"x, x\n1,2\n", "'x' 2 times"),
    "empty name": (b",y\n1,2\n", "column 1 of the file has none", "index=False"),
    "quote never closed": (b'x,y\n1,2\n3,"4\n5,6\n', "line 3 of the file has a quote"),
    "quote never closed, quotes below": (b'x,y\n1,2\n3,"4\n5,"6"\n', "line 3 of the file has a quote"),
    "quote never closed in header": (b'x,"y\n1,2\n', "the header of the file opens a quote"),
    "Latin-1": (b"x,y\n1,2\n3,caf\xe9\n", "UTF-8", "line 3 of the file has the byte 0xe9", "byte 14 "),
    "Latin-1 header": (b"x,caf\xe9\n1,2\n", "UTF-8", "line 1 of the file has the byte 0xe9"),
    "Latin-1 in a ragged file": (b"x,y\n1,caf\xe9\n2\n", "UTF-8", "line 2 of the file"),
    "UTF-16": ("x,y\n1,2\n".encode("utf-16"), "UTF-16", "save it as UTF-8"),
    "UTF-16 without mark": ("x,y\n1,2\n".encode("utf-16-le"), "zero bytes", "save it as UTF-8"),
    "workbook": (b"PK\x03\x04" + bytes(40), "an Excel workbook or a zip archive", "save it as CSV"),
    "damaged gzip": (b"\x1f\x8b" + b"12345678", "damaged or incomplete"),
    "damaged Parquet": (b"PAR1" + b"12345678", "damaged or incomplete"),
    "damaged Arrow file": (b"ARROW1\0\0" + b"12345678", "damaged or incomplete"),
}


@pytest.mark.parametrize(("data", "parts"), [(case[0], case[1:]) for case in BAD.values()], ids=list(BAD))
def test_bad_text_is_refused(data, parts, refuses):
    refuses(lambda: read(io.BytesIO(data)), *parts)


def test_wanted_column_that_is_not_there_is_named_with_the_columns(refuses):
    refuses(
        lambda: read(io.BytesIO(b"price,area\n1,2\n"), columns=["Prise"]),
        "'Prise' is not in the file",
        "'price', 'area'",
        "did you mean 'price'?",
    )


def test_many_columns_are_not_all_listed(refuses):
    header = ",".join(f"c{j}" for j in range(100))
    data = f"{header}\n{header}\n".encode()
    refuses(lambda: read(io.BytesIO(data), columns=["target"]), "'c9' and 90 more")


def test_unknown_categorical_is_named(refuses):
    refuses(lambda: read(io.BytesIO(b"zip,y\n1,2\n"), categorical=["zap"]), "'zap'", "did you mean 'zip'?")


def test_quote_in_the_middle_of_a_field_is_no_fault():
    table = read(io.BytesIO(b'r,y\n5" pipe,1\n6 pipe,2\n'))
    assert table.columns["r"].levels == ('5" pipe', "6 pipe")
