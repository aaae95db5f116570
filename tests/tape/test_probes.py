"""What TensorFlow printed for 513 probes against what tapefit prints: equal, or a row of docs/differences.md.

The probes and TensorFlow's answers stand beside a clone, not in it; elsewhere these tests are skipped.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import tapefit

ROOT = Path(__file__).resolve().parents[2]
PROBES = ROOT.parent / "shared" / "reference" / "tensorflow"
NUMBERS = (1, 2, 3, 4, 5, 7, 8)

# The beginning of a row's first cell in docs/differences.md, and the probes that it accounts for.
DIFFERENCES = {
    "gradient of `norm`": ["norm at 0", "euclidean_norm 0"],
    "gradient of `reduce_std`": ["reduce_std const"],
    "gradient of `x**0`": ["0**0"],
    "gradient of `cumprod`": ["cumprod with 0"],
    "gradient of `reduce_logsumexp`": ["reduce_logsumexp -inf"],
    "gradient of `atan2(0, 0)`": ["atan2 0,0"],
    "`where(x > 0, log(x), 0)`": ["where naive", "where naive 1/x"],
    "gradient of `x * log(x)`": ["x*log(x) 0"],
    "gradient of `0 / 0`": ["divide 0/0"],
    "gradient of `xlogy(0, y)`": ["xlogy 0,2"],
    "gradient of `det`": ["det singular"],
    "gradients of `lu`": ["unique grad", "lstsq fast=False", "lu", "logm", "qr full"],
    "a target or source that is": [
        "target float", "target numpy", "source float", "source numpy", "np object src", "jac float target",
        "loss is python float (no vars)", "loss is list of py floats", "FA jvp bad",
    ],
    "a list as the target of `jacobian`": ["jac list target", "jac target list", "batch_jacobian list source"],
    "`output_gradients` of another shape": [
        "output_gradients list of 2 floats for 1 target", "output_gradients scalar for vec",
        "output_gradients bad shape", "output_gradients bad dtype", "scalar og on +: broadcast?",
        "og extra dim on mul", "og extra dim on exp (unary: no shape check?)", "og wrong len on exp",
    ],
    "None among `output_gradients`": ["output_gradients [None,5]"],
    "`watch` on a tape that was never entered": ["never entered .watch"],
    "`batch_jacobian` of what is not connected": [
        "bjac unconnected", "persistent jac then grad then bjac of new tensors",
    ],
    "`jacobian` with `experimental_use_pfor=False`": [
        "jac nopfor nonpersist", "bjac nopfor", "bjac parallel_iterations nonpersist",
        "jac parallel_iterations=1 nonpersist",
    ],
    "warnings of retracing": [],
    "NumPy functions of a tensor": [
        "np.sum(t)", "np.exp(t)", "np.mean(var)", "np op breaks", "np.sin(tensor)", "np.dot(tensor)",
    ],
    "`InvalidArgumentError`": ["errors InvalidArgument is ValueError?"],
    "`custom_gradient` whose gradient has the wrong shape": ["cg wrong shape grad"],
    "`custom_gradient` that returns a Python number": ["cg python float grad"],
    "`round(t)`": ["round()"],
    "`t[[0, 1]]`": ["idx list"],
    "values that `v.assign_add` returns": ["return value of assign_add"],
    "shapes": ["jac shapes", "t.shape", "idx newaxis"],
    "lists in a `tf.Module`": ["module.variables n"],
    "gradients of `gather`": [
        "gather var", "embedding_lookup var", "gather const tensor", "two gathers + convert", "IndexedSlices*2",
        "IndexedSlices.numpy()", "assign_sub(0.1*IndexedSlices)", "SGD apply IndexedSlices",
    ],
    "names of classes and modules": [
        "x=x+1 pitfall", "grad type", "keras SGD", "tf.optimizers", "tf.losses", "tf.metrics", "GT api",
    ],
    "`tf.gradients`, `tf.hessians`": ["gradients fn v1", "tf.hessians eager"],
    "registries of gradients, `tf.train`": ["tf.train", "RegisterGradient/no_gradient", "test.compute_gradient"],
    "devices, sessions, graphs": ["ragged", "sparse_dense_matmul", "bf16"],
}  # fmt: skip
KNOWN = {probe: row for row, probes in DIFFERENCES.items() for probe in probes}
NUMBER = re.compile(r"-?(?:\d+\.?\d*(?:e[+-]?\d+)?|nan|inf)")


def answers(text: str) -> dict[str, tuple[str, str]]:
    """For each probe, whether it returned or raised, and what."""
    out: dict[str, tuple[str, str]] = {}
    name = ""
    for line in text.splitlines():
        match = re.match(r"^\[(.*?)\] (->|!!) (.*)$", line)
        if match:
            name = match[1]
            out[name] = (match[2], match[3].split("   LOG:")[0].strip())
        elif name:
            out[name] = (out[name][0], out[name][1] + "\n" + line)
    return out


def same(theirs: tuple[str, str], ours: tuple[str, str]) -> bool:
    """Equal words and numbers close to float32's last digits; errors of the same class, whatever their text."""
    if theirs[0] != ours[0]:
        return False
    if theirs[0] == "!!":
        return theirs[1].split(":")[0].split(".")[-1] == ours[1].split(":")[0].split(".")[-1]
    a, b = NUMBER.findall(theirs[1]), NUMBER.findall(ours[1])
    return NUMBER.sub("#", theirs[1]) == NUMBER.sub("#", ours[1]) and all(map(close, a, b))


def close(a: str, b: str) -> bool:
    x, y = float(a), float(b)
    return a == b or x == y or abs(x - y) <= 1e-5 * max(1.0, abs(x), abs(y))


@pytest.mark.skipif(not PROBES.exists(), reason="TensorFlow's answers are not beside this clone")
@pytest.mark.parametrize("number", NUMBERS)
def test_probes_answer_as_tensorflow_did_or_as_the_table_says(number: int) -> None:
    package = str(Path(tapefit.__file__).parents[1])
    environment = os.environ | {"PROBE_PACKAGE": "tapefit", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": package}
    run = subprocess.run(
        [sys.executable, f"probe_p{number}.py"],
        cwd=PROBES, env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    ours = answers(run.stdout)
    theirs = answers((PROBES / f"observed_p{number}.txt").read_text(encoding="utf-8"))
    assert set(theirs) <= set(ours), run.stderr
    differing = {name for name in theirs if not same(theirs[name], ours[name])}
    unknown = {name: (theirs[name], ours[name]) for name in differing - set(KNOWN)}
    assert not unknown, "\n".join(f"[{name}]\n  {a}\n  {b}" for name, (a, b) in unknown.items())


def test_every_known_difference_has_a_row_in_the_docs() -> None:
    text = (ROOT / "docs" / "differences.md").read_text(encoding="utf-8")
    rows = [line[2:] for line in text.splitlines() if line.startswith("| ")]
    missing = [row for row in DIFFERENCES if not any(line.startswith(row) for line in rows)]
    assert not missing
