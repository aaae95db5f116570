"""The houses with made-up groups, and what statsmodels finds about them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tapefit
from tapefit.data import Categorical, read

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def statsmodels() -> dict[str, Any]:
    """Recorded by tests/inference/reference/statsmodels_houses.py, which says with which versions."""
    return json.loads((ROOT / "tests/inference/reference/statsmodels_houses.json").read_text())  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def houses() -> dict[str, Any]:
    table = read(ROOT / "examples/houses.csv")
    i = np.arange(table.n)
    columns = {
        name: np.array(column.levels)[column.codes] if isinstance(column, Categorical) else column.values
        for name, column in table.columns.items()
    }
    return {**columns, "block": i % 9, "year": i // 11}


@pytest.fixture(scope="session")
def plain(houses: dict[str, Any]) -> tapefit.RegressionResults:
    return tapefit.fit(houses, target="price", features=["area", "age", "region"])
