"""Retracing: a word to who calls a function so that every call is written down anew."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tapefit.tape import _log
from tapefit.tape.function._signature import word

if TYPE_CHECKING:
    from tapefit.tape.function._compiled import Compiled

_MANY = 5  # programs in a row that no second call used

_WHAT_TO_DO = {
    "object": "make the object once and pass the same one at each call, or pass tensors",
    "variable": "make the variable once and pass the same one at each call",
    "tensor": "give tf.function an input_signature, or pass tensors of one shape and dtype",
    "number": "pass it as a tensor (tf.constant), or leave it out of the arguments",
    "form": "pass arguments of the same number and structure",
}


def look(name: str, known: Iterable[Compiled], before: Any, now: Any, given: list[Any]) -> bool:
    """Warn of a function that is written down at nearly every call; whether there was reason to.

    Parameters
    ----------
    name
        Of the function.
    known
        Its programs, in order of their making.
    before, now
        The signatures of the last program and of this call.
    given
        The arguments of this call, leaf by leaf.
    """
    last = list(known)[-_MANY:]
    if len(last) < _MANY or any(compiled.used for compiled in last):
        return False
    came, kind = _change(before, now, given)
    _log.warn(
        "tf.function wrote down %s anew, and no call used one of the last %d programs again; writing takes much longer "
        "than running, and every program is kept. Calls share a program if their arguments are alike, but %s; %s.",
        name,
        _MANY,
        came,
        _WHAT_TO_DO[kind],
    )
    return True


def _change(before: Any, now: Any, given: list[Any]) -> tuple[str, str]:
    """The first difference between two signatures, and of what kind it is."""
    for i, (old, new) in enumerate(zip(before[0], now[0], strict=False)):
        if old == new:
            continue
        kind = new[0] if new[0] in _WHAT_TO_DO else "tensor" if isinstance(new[1], tuple) else "number"
        if kind in ("object", "variable"):
            return f"argument {i + 1} was another {type(given[i]).__name__}", kind
        return f"argument {i + 1} was {word(old)}, then {word(new)}", kind
    return "their structure was another", "form"
