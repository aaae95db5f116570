"""What reading imports: pandas takes most of a second, and PyArrow fetches it at the least touch."""

import subprocess
import sys

import pytest

SCRIPT = """
import sys
import tapefit.data as data
assert not {{"pyarrow", "narwhals", "pandas", "scipy"}} & set(sys.modules), "import tapefit.data loads NumPy only"
table = data.read({source!r})
encoding = data.learn_encoding(table, "y")
block, rows = data.encode(table, encoding, missing="drop")
data.check_design(block, encoding)
assert rows.dropped == 2, rows
loaded = {{"pandas", "sklearn", "scipy", "matplotlib"}} & set(sys.modules)
assert not loaded, loaded
"""
CSV = """\
x,whole,flag,r,y
1.5,1,true,a,1
2.5,2,false,b,3
,3,true,a,2
4,,true,b,2
6,5,false,b,7
7,6,true,a,8
9,1,true,a,8
"""


@pytest.mark.parametrize("name", ["data.csv", "data.parquet"])
def test_reading_a_file_does_not_import_pandas(name, tmp_path):
    path = tmp_path / name
    path.write_text(CSV)
    if name.endswith("parquet"):
        import pyarrow.csv
        import pyarrow.parquet

        pyarrow.parquet.write_table(pyarrow.csv.read_csv(path), path)
    done = subprocess.run([sys.executable, "-c", SCRIPT.format(source=str(path))], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_pyarrow_table_does_not_import_pandas():
    script = """
import sys, io, pyarrow.csv, tapefit.data
table = pyarrow.csv.read_csv(io.BytesIO(b"x,r,y\\n1,a,2\\n,b,3\\n"))
tapefit.data.read(table)
assert "pandas" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
