"""Run the programs beside this file under TensorFlow, and write down what they return.

    python tests/recorded/record.py [name ...]

runs ``programs/<name>.py``, by default all of them, and writes ``values/<name>.json``. Each module has a table
PROGRAMS of functions that take the library as ``tf`` and return tensors, variables, arrays and plain values in
lists, tuples and dicts. A program that raises is recorded by the kind of its error. `test_recorded` runs the same
programs under tapefit.
"""

from __future__ import annotations

import json
import math
import os
import runpy
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
KINDS = (
    "InvalidArgumentError",
    "OutOfRangeError",
    "FailedPreconditionError",
    "UnimplementedError",
    "ZeroDivisionError",
    "NotImplementedError",
    "RuntimeError",
    "AttributeError",
    "StopIteration",
    "IndexError",
    "KeyError",
    "TypeError",
    "ValueError",
)


def programs(name: str) -> dict[str, Any]:
    """The table of a module of programs."""
    return runpy.run_path(str(HERE / "programs" / f"{name}.py"))["PROGRAMS"]


def names() -> list[str]:
    return sorted(path.stem for path in (HERE / "programs").glob("*.py"))


def outcome(program: Any, tf: Any) -> Any:
    """What a program returns as plain data, or the kinds of the error that it raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return plain(program(tf))
        except Exception as error:
            return {"raises": [kind for kind in KINDS if kind in {c.__name__ for c in type(error).__mro__}]}


def plain(value: Any) -> Any:
    """Tensors and arrays as dtype, shape and values; structures as lists and dicts."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, (bool, int, float, str)) or value is None:
        return value
    array = np.asarray(value.numpy() if hasattr(value, "numpy") else value)
    if array.dtype.kind in "OSU":
        flat = [v.decode() if isinstance(v, bytes) else str(v) for v in array.ravel()]
        return {"dtype": "string", "shape": list(array.shape), "values": flat}
    return {"dtype": array.dtype.name, "shape": list(array.shape), "values": [_number(v) for v in array.ravel()]}


def _number(v: Any) -> Any:
    number = v.item()
    if isinstance(number, complex):
        return [number.real, number.imag]
    return number if not isinstance(number, float) or math.isfinite(number) else str(number)


def main(chosen: list[str]) -> None:
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import keras
    import tensorflow as tf

    for name in chosen or names():
        recorded = {
            "tensorflow": tf.__version__,
            "keras": keras.__version__,
            "numpy": np.__version__,
            "python": sys.version.split()[0],
            "command": f"python tests/recorded/record.py {name}",
            "values": {key: outcome(program, tf) for key, program in programs(name).items()},
        }
        lines = [f" {json.dumps(k)}: {json.dumps(v)}" for k, v in recorded["values"].items()]
        head = json.dumps({k: v for k, v in recorded.items() if k != "values"})[:-1]
        text = head + ', "values": {\n' + ",\n".join(lines) + "\n}}\n"
        (HERE / "values" / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
