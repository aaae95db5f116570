"""The causes of a gradient that is None, each with its sentence and the line to write instead."""

from __future__ import annotations

from typing import NamedTuple


class Cause(NamedTuple):
    """A row of the table.

    Attributes
    ----------
    number
        Its place among the seventeen; 0 for what is no mistake.
    reason
        The sentence, with places for {source}, {target}, {tape} and {op}.
    instead
        What to write.
    """

    number: int
    reason: str
    instead: str


_WATCH_FIRST = "{tape}.watch({source})  # the first line of the tape's block"

CAUSES: dict[str, Cause] = {
    "constant": Cause(1, "{source} is a tensor that {tape} was not told to watch", _WATCH_FIRST),
    "not trainable": Cause(
        2, "{source} was made with trainable=False, and {tape} was not told to watch it", _WATCH_FIRST
    ),
    "watching is off": Cause(
        3, "{tape} was made with watch_accessed_variables=False and not told to watch {source}", _WATCH_FIRST
    ),
    "watched too late": Cause(
        4, "{source} was watched only after it had been used; what came before was not recorded", _WATCH_FIRST
    ),
    "watched outside": Cause(
        5, "{tape}.watch({source}) was called while the tape was not recording, and did nothing", _WATCH_FIRST
    ),
    "not recorded": Cause(
        6,
        "{target} was computed where {tape} did not record: before or after its block, or inside stop_recording",
        "move this line into the block `with tf.GradientTape() as {tape}:`",
    ),
    "no floating dtype": Cause(
        7,
        "{source} is of dtype {op}; only floating and complex numbers have derivatives",
        "{source} = tf.Variable({source}.numpy(), dtype=tf.float32)  # and use that",
    ),
    "no derivative": Cause(
        8, "{op} has no derivative, and every path from {source} to {target} goes through it", "{op}"
    ),
    "numpy": Cause(
        9,
        "a value on the way from {source} to {target} left the tape as a NumPy array or a Python number",
        "keep it a tensor: drop .numpy(), float() and np.asarray(), and use tf ops",
    ),
    "stop_gradient": Cause(
        10,
        "tf.stop_gradient is on every path from {source} to {target}",
        "drop tf.stop_gradient where the gradient shall flow",
    ),
    "overwritten": Cause(
        11,
        "{source} was a tf.Variable and is now the tensor that this line made of it",
        "{source}.assign(...)  # or assign_sub(...), so that it stays a variable",
    ),
    "copied variable": Cause(
        12,
        "a tf.Variable was made of a tensor on the way from {source} to {target}; it starts anew, with the value only",
        "use the tensor itself, without tf.Variable(...), inside {tape}'s block",
    ),
    "assigned": Cause(
        13,
        "the path from {source} to {target} goes through an assignment, and a variable keeps the value only",
        "use the tensor that was assigned, instead of the variable it was assigned to",
    ),
    "another tensor": Cause(
        14,
        "{source} is another tensor than those that {target} was computed from, whatever its values",
        "ask for the tensor or variable that {target} was computed from, and index the gradient",
    ),
    "swapped": Cause(
        15, "{source} was computed from {target}, not {target} from {source}", "{tape}.gradient({source}, {target})"
    ),
    "another thread": Cause(
        16,
        "{target} was computed in another thread; a tape hears the thread that entered it",
        "open the tape in the thread that computes, and ask it for the gradient there",
    ),
    "outer tape": Cause(
        17,
        "{target} is a derivative that was computed outside of {tape}'s block",
        "move this line into the block `with tf.GradientTape() as {tape}:`",
    ),
    "independent": Cause(
        0,
        "{target} does not depend on {source}: no op that {tape} recorded on the way to it used it",
        "use {source} in {target}",
    ),
    "connected": Cause(0, "{target} depends on {source}, and there is one", "{tape}.gradient({target}, {source})"),
}

# What to write instead of an op without a derivative.
INSTEAD_OF = {
    "cast": "keep it floating: drop the cast to a whole-number or Boolean dtype",
    "round": "x + tf.stop_gradient(tf.round(x) - x)  # rounds, with the gradient of x",
    "floor": "x + tf.stop_gradient(tf.floor(x) - x)  # rounds down, with the gradient of x",
    "ceil": "x + tf.stop_gradient(tf.math.ceil(x) - x)  # rounds up, with the gradient of x",
    "floordiv": "x / y  # true division has a derivative",
    "argmax": "tf.reduce_max(x), or tf.nn.softmax(x) for weights that have a derivative",
    "argmin": "tf.reduce_min(x), or tf.nn.softmax(-x) for weights that have a derivative",
}
SMOOTH_STEP = (
    "tf.sigmoid(k * (x - y))  # a smooth step; or tf.where(condition, a, b), which has the gradients of a and b"
)
