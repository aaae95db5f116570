"""Where TensorFlow logs a warning, so does the tape: to the logger ``tapefit``."""

from typing import Any


def warn(message: str, *args: Any) -> None:
    """Log a warning; `logging` is loaded by the first one, for it would take a tenth of `import tapefit`."""
    import logging

    logging.getLogger("tapefit").warning(message, *args)
