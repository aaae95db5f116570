"""Programs written for TensorFlow return under tapefit what TensorFlow returned: dtypes, shapes, values, errors."""

import json
import runpy
from pathlib import Path

import numpy as np
import pytest

import tapefit as tf

HERE = Path(__file__).parent
record = runpy.run_path(str(HERE / "record.py"))
TABLES = {name: record["programs"](name) for name in record["names"]()}
VALUES = {name: json.loads((HERE / "values" / f"{name}.json").read_text(encoding="utf-8")) for name in TABLES}
# Four units in the last place: NumPy's and Eigen's exp, cos and pow are within one of the truth.
RTOL = {"float16": 2e-3, "float32": 4.8e-7, "float64": 9e-16, "complex64": 1e-6, "complex128": 1e-14}


def numbers(values, dtype):
    pairs = [complex(*v) if isinstance(v, list) else v for v in values]
    return np.array([v if isinstance(v, complex) else float(v) if isinstance(v, str) else v for v in pairs], dtype)


def check(got, wanted, where, loose):
    if isinstance(wanted, dict) and "dtype" in wanted and isinstance(got, dict):
        assert (got["dtype"], got["shape"]) == (wanted["dtype"], wanted["shape"]), where
        if wanted["dtype"] == "string":
            assert got["values"] == wanted["values"], where
            return
        a, b = (numbers(x["values"], x["dtype"]) for x in (got, wanted))
        rtol = RTOL.get(wanted["dtype"], 0) * loose
        scale = np.max(np.abs(b), initial=0.0, where=np.isfinite(b)) if b.dtype.kind in "fc" else 0
        np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol * scale, err_msg=where)
    elif isinstance(wanted, dict):
        assert isinstance(got, dict), where
        assert sorted(got) == sorted(wanted), where
        for key in wanted:
            check(got[key], wanted[key], f"{where}[{key!r}]", loose)
    elif isinstance(wanted, list):
        assert isinstance(got, list), where
        assert len(got) == len(wanted), where
        for i, (g, w) in enumerate(zip(got, wanted, strict=True)):
            check(g, w, f"{where}[{i}]", loose)
    elif isinstance(wanted, float):
        assert got == pytest.approx(wanted, rel=5e-7 * loose, nan_ok=True), where
    else:
        assert (type(got), got) == (type(wanted), wanted), where


@pytest.mark.parametrize(("module", "name"), [(m, n) for m, table in TABLES.items() for n in table])
def test_a_program_returns_what_tensorflow_returned(module, name):
    got, wanted = record["outcome"](TABLES[module][name], tf), VALUES[module]["values"][name]
    if isinstance(wanted, dict) and "raises" in wanted:
        assert isinstance(got, dict), got
        assert set(wanted["raises"]) <= set(got.get("raises", ())), got
        return
    loose = getattr(TABLES[module][name], "loose", 1.0)
    check(got, wanted, name, loose)


@pytest.mark.parametrize("module", sorted(TABLES))
def test_what_is_recorded_says_where_from(module):
    values = VALUES[module]
    assert values["tensorflow"].startswith("2.21")
    assert values["command"] == f"python tests/recorded/record.py {module}"
    assert sorted(values["values"]) == sorted(TABLES[module])
