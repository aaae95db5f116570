"""What the tests of the data package share."""

from collections.abc import Callable

import pytest

from tapefit.errors import DataError, TapefitError


@pytest.fixture
def refuses() -> Callable[..., None]:
    """Return a check that an action raises one sentence with each of the given parts."""

    def check(action: Callable[[], object], *parts: str, error: type[TapefitError] = DataError) -> None:
        with pytest.raises(error) as caught:
            action()
        message = str(caught.value)
        assert [part for part in parts if part not in message] == [], message
        assert "\n" not in message
        assert ". " not in message, "more than one sentence"
        assert caught.value.__cause__ is None

    return check
