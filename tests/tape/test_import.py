"""`import tapefit` is quick, quiet and light; its public names are all there."""

import importlib
import pkgutil
import subprocess
import sys
from types import ModuleType

import pytest

import tapefit as tf

HEAVY = ("scipy", "sklearn", "pandas", "matplotlib", "pyarrow", "narwhals", "rich", "click", "tqdm", "msgspec", "numba")


def python(code):
    return subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("use", ["tapefit", "tapefit.Variable(1.0), tapefit.GradientTape(), tapefit.reduce_mean"])
def test_importing_prints_nothing_and_loads_nothing_heavy(use):
    done = python(f"import sys, tapefit; {use}; print(' '.join(sorted({{m.partition('.')[0] for m in sys.modules}})))")
    assert (done.returncode, done.stderr) == (0, "")
    loaded = done.stdout.split()
    assert [name for name in HEAVY if name in loaded] == []
    assert ("numpy" in loaded) == ("Variable" in use)


def test_importing_leaves_numpys_settings_alone():
    code = "import numpy as np; a = np.geterr(); import tapefit; assert np.geterr() == a"
    assert python(code).returncode == 0


def packages():
    return [tf] + [
        importlib.import_module(f"tapefit.{m.name}")
        for m in pkgutil.iter_modules(tf.__path__)
        if m.name
        in ("autodiff", "errors", "linalg", "losses", "math", "nest", "nn", "random", "tape", "testing", "types")
    ]


@pytest.mark.parametrize("package", packages(), ids=lambda p: p.__name__)
def test_public_names_are_sorted_and_there(package):
    names = [n for n in package.__all__ if n not in ("LinearRegression", "RegressionResults", "fit", "load")]
    assert all(hasattr(package, n) for n in names)
    assert len(set(package.__all__)) == len(package.__all__)
    for name in dir(package):  # what is imported when first used is public, too
        getattr(package, name)
    public = {
        n
        for n, v in vars(package).items()
        if not n.startswith("_") and not (isinstance(v, ModuleType) and f"{package.__name__}." in v.__name__)
    }
    assert public - {"annotations"} <= set(package.__all__)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nonsense"):
        tf.nonsense


def test_every_public_function_says_what_it_does():
    for package in packages():
        for name in package.__all__:
            if name in ("LinearRegression", "RegressionResults", "fit", "load") or name.startswith("_"):
                continue
            thing = getattr(package, name)
            if callable(thing):
                assert (thing.__doc__ or "").strip(), f"{package.__name__}.{name}"
