"""The kinds of option values."""

from __future__ import annotations

import click
import pytest

from tapefit.cli._options import level, positive, rate, split_names


@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf", "-inf", "", "two", "0x2"])
@pytest.mark.parametrize("kind", [positive, rate])
def test_rate_that_is_not_positive_is_refused(kind: type, value: str) -> None:
    with pytest.raises(click.BadParameter, match="expected a number above 0"):
        kind(value)


def test_rate_is_a_number_or_auto() -> None:
    assert (rate("0.02"), rate("auto"), positive("1e-3")) == (0.02, "auto", 0.001)


@pytest.mark.parametrize("value", ["0", "1", "95", "nan", "-0.5", "most"])
def test_level_outside_0_to_1_is_refused(value: str) -> None:
    with pytest.raises(click.BadParameter, match=r"between 0 and 1, such as 0\.95, got"):
        level(value)


def test_level_is_a_number() -> None:
    assert level("0.9") == 0.9


@pytest.mark.parametrize(
    ("values", "names"),
    [
        (("a,b",), ["a", "b"]),
        (("a", "b"), ["a", "b"]),
        (("a, b",), ["a", "b"]),
        (('"a,b",c',), ["a,b", "c"]),
        ((), []),
    ],
)
def test_names_are_split_as_csv(values: tuple[str, ...], names: list[str]) -> None:
    command = click.Command("fit", params=[click.Option(["-f"], multiple=True, callback=split_names)])
    arguments = [part for value in values for part in ("-f", value)]
    assert command.make_context("fit", arguments).params["f"] == names
