"""`tapefit fit --loss`: names, the user's own file, constants, links, offsets."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

import tapefit
from tapefit.cli import main
from tapefit.cli._losses import CONSTANTS, LINKS, LOSSES
from tapefit.objective import LINKS as ALL_LINKS
from tapefit.objective import LOSSES as ALL_LOSSES

OWN = """
import tapefit as tf

def asymmetric(y, y_hat):
    return tf.where(y > y_hat, 3.0, 1.0) * (y - y_hat) ** 2

level = 0.3
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    x, time = np.linspace(-1, 1, 30), 1 + np.arange(30) % 3
    y = np.floor(time * np.exp(1 + x) + 0.5 * np.sin(9 * x) + 0.5)
    rows = [f"{a!r},{b},{c}" for a, b, c in zip(x.tolist(), time.tolist(), y.tolist(), strict=True)]
    (tmp_path / "data.csv").write_text("\n".join(["x,time,y", *rows]) + "\n")
    (tmp_path / "mylosses.py").write_text(OWN)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["fit", "data.csv", "--target", "y", "--quiet", *words])


def coefficients(*words: str) -> list[float]:
    result = run("--json", *words)
    assert result.exit_code == 0, result.output
    return [row["coef"] for row in json.loads(result.stdout)["coefficients"]]


def test_the_names_are_those_of_the_tables() -> None:
    assert tuple(sorted(ALL_LOSSES)) == LOSSES
    assert tuple(sorted(ALL_LINKS)) == LINKS
    assert dict(CONSTANTS.values()) == {name: row.constant for name, row in ALL_LOSSES.items() if row.constant}


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_fits_from_the_command_line(folder: Path, loss: str) -> None:
    if loss == "logistic":
        text = (folder / "data.csv").read_text().splitlines()
        rows = [line.rsplit(",", 1)[0] + f",{i % 3 % 2}" for i, line in enumerate(text[1:])]
        (folder / "data.csv").write_text("\n".join([text[0], *rows]) + "\n")
    (folder / "data.csv").write_text((folder / "data.csv").read_text().replace(",0.0\n", ",1.0\n"))
    result = run("--loss", loss)
    assert result.exit_code == 0, result.output
    assert loss in result.stdout


def test_a_function_of_the_users_file_is_the_loss(folder: Path) -> None:
    def asymmetric(y, y_hat):
        return tapefit.where(y > y_hat, 3.0, 1.0) * (y - y_hat) ** 2

    same = tapefit.fit("data.csv", loss=asymmetric).params
    np.testing.assert_allclose(coefficients("--loss", "mylosses.py:asymmetric"), same, rtol=1e-12)
    np.testing.assert_allclose(coefficients("--loss", f"{folder}/mylosses.py:asymmetric"), same, rtol=1e-12)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("absent.py:f", "--loss names the file absent.py, which is not there; correct its path."),
        ("mylosses.py:f", "mylosses.py has no 'f' for --loss; name one of asymmetric."),
        ("mylosses.py:level", "'level' of mylosses.py is a float and not a function of (y, y_hat)"),
        ("broken.py:f", "broken.py cannot be imported for --loss: SyntaxError: "),
        ("nonsense", "or FILE.py:NAME for a function, got 'nonsense'"),
    ],
)
def test_a_loss_that_is_not_there_is_told_in_one_sentence(folder: Path, value: str, message: str) -> None:
    (folder / "broken.py").write_text("def f(:\n")
    result = run("--loss", value)
    assert result.exit_code == 2
    assert message in result.stderr
    assert "Traceback" not in result.output


def test_constants_and_links_reach_the_fit(folder: Path) -> None:
    for words, options in (
        (["--loss", "quantile", "--quantile", "0.9"], {"loss": "quantile", "quantile": 0.9}),
        (["--loss", "expectile", "--level", "0.8"], {"loss": "expectile", "level": 0.8}),
        (["--loss", "tweedie", "--power", "1.2"], {"loss": "tweedie", "power": 1.2}),
        (["--loss", "poisson", "--link", "sqrt"], {"loss": "poisson", "link": "sqrt"}),
        (["--loss", "poisson", "--exposure", "time"], {"loss": "poisson", "exposure": "time"}),
        (["--loss", "mse", "--offset", "time"], {"loss": "mse", "offset": "time"}),
    ):
        np.testing.assert_allclose(coefficients(*words), tapefit.fit("data.csv", **options).params, rtol=1e-12)


def test_a_constant_of_another_loss_is_refused(folder: Path) -> None:
    result = run("--quantile", "0.9")
    assert result.exit_code == 2
    assert "--quantile belongs to --loss quantile, which was not asked for" in result.stderr


def test_predict_finds_the_exposure_by_name_and_a_picture_is_drawn(folder: Path) -> None:
    result = run("--loss", "poisson", "--exposure", "time", "--features", "x", "-o", "m.json", "--plot", "m.svg")
    assert result.exit_code == 0, result.output
    predicted = CliRunner().invoke(main, ["predict", "m.json", "data.csv"])
    assert predicted.exit_code == 0, predicted.output
    ours = tapefit.fit("data.csv", loss="poisson", exposure="time").predict("data.csv")
    np.testing.assert_allclose([float(v) for v in predicted.stdout.split()[1:]], ours, rtol=1e-12)
