"""Activations and losses of logits, under TensorFlow's names in `tf.nn`."""

from tapefit.tape.ops._activations import (
    crelu,
    elu,
    gelu,
    leaky_relu,
    relu6,
    selu,
    silu,
    softsign,
)
from tapefit.tape.ops._count_losses import (
    log_poisson_loss,
    weighted_cross_entropy_with_logits,
)
from tapefit.tape.ops._counting import (
    in_top_k,
    zero_fraction,
)
from tapefit.tape.ops._math import relu, sigmoid, softplus, tanh
from tapefit.tape.ops._nn import (
    l2_loss,
    log_softmax,
    sigmoid_cross_entropy_with_logits,
    softmax,
    softmax_cross_entropy_with_logits,
    sparse_softmax_cross_entropy_with_logits,
)
from tapefit.tape.ops._normalization import (
    batch_normalization,
    bias_add,
    dropout,
    embedding_lookup,
    l2_normalize,
    moments,
)
from tapefit.tape.ops._order import (
    top_k,
)

swish = silu

__all__ = [
    "batch_normalization",
    "bias_add",
    "crelu",
    "dropout",
    "elu",
    "embedding_lookup",
    "gelu",
    "in_top_k",
    "l2_loss",
    "l2_normalize",
    "leaky_relu",
    "log_poisson_loss",
    "log_softmax",
    "moments",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "sigmoid_cross_entropy_with_logits",
    "silu",
    "softmax",
    "softmax_cross_entropy_with_logits",
    "softplus",
    "softsign",
    "sparse_softmax_cross_entropy_with_logits",
    "swish",
    "tanh",
    "top_k",
    "weighted_cross_entropy_with_logits",
    "zero_fraction",
]
