"""Where TensorFlow logs a warning, so does the tape: to the logger ``tapefit``."""

from typing import Any


def warn(message: str, *args: Any) -> None:
    """Log a warning; `logging` is loaded by the first one, for it would take a tenth of `import tapefit`."""
    import logging

    logging.getLogger("tapefit").warning(message, *args)


_told: set[str] = set()


def warn_once(message: str, *args: Any) -> None:
    """Log a warning the first time that it comes up in this process, as TensorFlow does."""
    if message not in _told:
        _told.add(message)
        warn(message, *args)
