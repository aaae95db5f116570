"""Model files: exact, atomic, strict, and never executed."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tapefit import RegressionResults, fit, load
from tapefit.errors import DataError, OutputError

RNG = np.random.default_rng(0)
X = RNG.standard_normal((30, 2))
Y = X @ [1.0, -2.0] + RNG.standard_normal(30)
REGION = np.array(["north", "south", "west"])[np.arange(30) % 3]


def same(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray):
        return bool(np.array_equal(a, b, equal_nan=True))
    if hasattr(a, "__dataclass_fields__"):
        return all(same(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))
    return bool(a == b or (a != a and b != b))


MODELS = {
    "plain": lambda: fit(X, Y),
    "text columns": lambda: fit({"region": REGION, "x ünï": X[:, 0], "y": Y}),
    "dropped terms": lambda: fit(np.column_stack([X, X[:, 0]]), Y, on_collinear="drop"),
    "NaN everywhere": lambda: fit(X[:3], Y[:3]),
    "no intercept": lambda: fit(X, Y, intercept=False, cov_type="HC3"),
    "absolute": lambda: fit(X, Y, loss="mae"),
    "huber": lambda: fit(X, Y, loss="huber", delta=0.5),
    "a loss of one's own": lambda: fit(X, Y, loss=lambda y, f: (y - f) ** 4),
    "extreme units": lambda: fit(X * [1e-250, 1e250], Y),
    "ridge": lambda: fit(X, Y, penalty="l2", alpha=0.3),
    "lasso": lambda: fit(X, Y, penalty="l1", alpha=0.3),
    "constraints": lambda: fit(X, Y, bounds={"x2": (-1, None)}, constraints="x1 <= 5"),
    "fixed, with corners": lambda: fit(X, Y, loss="mae", bounds={"x2": (-1, None)}),
    "infinite": lambda: replace(fit(X, Y), condition_number=float("inf"), loss_value=float("-inf")),
}


@pytest.mark.parametrize("name", MODELS)
def test_every_field_comes_back_as_it_was(name: str, tmp_path: Path) -> None:
    results = MODELS[name]()
    results.save(tmp_path / "model.json")
    again = load(tmp_path / "model.json")
    for field in fields(RegressionResults):
        assert same(getattr(results, field.name), getattr(again, field.name)), field.name
    assert str(again) == str(results)
    again.save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "model.json").read_bytes()


@pytest.mark.parametrize("name", MODELS)
def test_files_and_dicts_are_standard_json(name: str, tmp_path: Path) -> None:
    results = MODELS[name]()
    results.save(tmp_path / "model.json")

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    json.loads((tmp_path / "model.json").read_text(encoding="utf-8"), parse_constant=refuse)
    json.dumps(results.to_dict(), allow_nan=False)


def saved(tmp_path: Path) -> dict[str, Any]:
    fit(X, Y).save(tmp_path / "model.json")
    return json.loads((tmp_path / "model.json").read_text())  # type: ignore[no-any-return]


DAMAGE: dict[str, Any] = {
    "an unknown field": lambda m: m | {"__class__": "os.system"},
    "a missing field": lambda m: {k: v for k, v in m.items() if k != "theta"},
    "another schema": lambda m: m | {"schema": "tapefit.linear/999"},
    "no schema": lambda m: {k: v for k, v in m.items() if k != "schema"},
    "text for a number": lambda m: m | {"params": ["1.0", 2.0, 3.0]},
    "too few parameters": lambda m: m | {"params": m["params"][:2]},
    "too many scales": lambda m: m | {"scale": [*m["scale"], 1.0]},
    "a ragged covariance": lambda m: m | {"cov_theta": [[1.0], [1.0, 2.0], [1.0, 2.0, 3.0]]},
    "a short covariance": lambda m: m | {"cov_theta": m["cov_theta"][:2]},
    "a ragged root": lambda m: m | {"cov_root": [[1.0], [1.0, 2.0], [1.0, 2.0, 3.0]]},
    "a term beyond the last": lambda m: m | {"dropped": [3]},
    "a term before the first": lambda m: m | {"dropped": [-1]},
    "rows below zero": lambda m: m | {"rows": [-1, 2, 3]},
    "two numbers of rows": lambda m: m | {"rows": [1, 2]},
    "a confidence level of 95": lambda m: m | {"confidence_level": 95.0},
    "half a row": lambda m: m | {"statistics": m["statistics"] | {"nobs": 29.5}},
    "no rows": lambda m: m | {"statistics": m["statistics"] | {"nobs": None}},
    "a statistic missing": lambda m: m | {"statistics": {k: v for k, v in m["statistics"].items() if k != "llf"}},
    "a statistic too many": lambda m: m | {"statistics": m["statistics"] | {"power": 1.0}},
    "a list": lambda m: [m],
    "a number": lambda m: 3,
    "nothing": lambda m: None,
    "a feature without levels": lambda m: m | {"features": [["x1", []], ["x2", None]]},
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_file_is_refused_with_one_sentence(name: str, tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_text(json.dumps(DAMAGE[name](saved(tmp_path))))
    with pytest.raises(DataError) as caught:
        load(path)
    message = str(caught.value)
    assert message.startswith(f"'{path}' is not a model file")
    assert "\n" not in message
    assert len(message) < 400


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\x80\x04\x95",
        bytes(range(256)),
        b"a,b\n1,2\n",
        b"null",
        b"[" * 100_000,
        b'{"schema": NaN}',
        b"\xff\xfe{}",
    ],
    ids=["empty", "cut", "pickle", "binary", "csv", "null", "deep", "NaN", "utf-16"],
)
def test_other_files_are_refused_with_one_sentence(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_bytes(content)
    with pytest.raises(DataError, match="is not a model file") as caught:
        load(path)
    assert "\n" not in str(caught.value)


def test_a_file_cut_anywhere_is_refused(tmp_path: Path) -> None:
    saved(tmp_path)
    whole = (tmp_path / "model.json").read_bytes().rstrip()
    for end in range(0, len(whole) - 1, 97):
        (tmp_path / "cut.json").write_bytes(whole[:end])
        with pytest.raises(DataError):
            load(tmp_path / "cut.json")


def test_a_huge_file_is_refused_without_reading_it_all(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    with path.open("wb") as file:
        file.truncate((1 << 28) + 10)
    with pytest.raises(DataError, match="too large"):
        load(path)


@pytest.mark.parametrize("name", ["missing.json", "", "a\0b"])
def test_a_name_that_is_no_file_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot read the model"):
        load(f"{tmp_path}/{name}")


def test_loading_runs_nothing(tmp_path: Path) -> None:
    saved(tmp_path)
    events: list[str] = []
    watching = [True]

    def hook(event: str, args: tuple[object, ...]) -> None:
        if watching and (
            event.startswith(("pickle", "os.system", "subprocess", "socket")) or event in ("exec", "compile", "import")
        ):
            events.append(event)

    load(tmp_path / "model.json")  # what is imported late is imported now
    sys.addaudithook(hook)
    load(tmp_path / "model.json")
    watching.clear()
    assert events == []


def test_saving_keeps_the_old_file_when_it_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "model.json"
    path.write_text("old")

    def broken(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OutputError, match="No space left"):
        fit(X, Y).save(path)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["model.json"]


@pytest.mark.parametrize("name", ["", "nowhere/model.json"])
def test_a_place_that_cannot_be_written_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot write"):
        fit(X, Y).save(f"{tmp_path}/{name}")


def test_predictions_from_a_file_are_those_of_the_fit(tmp_path: Path) -> None:
    results = fit({"region": REGION, "x": 1e8 + X[:, 0], "y": Y})
    results.save(tmp_path / "model.json")
    new = {"x": 1e8 + np.array([0.5, -0.5]), "region": ["west", "north"]}
    assert np.array_equal(load(tmp_path / "model.json").predict(new), results.predict(new))
