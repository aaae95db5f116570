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
from tapefit.tape.ops._average_loss import compute_average_loss, scale_regularization_loss
from tapefit.tape.ops._blocks import depth_to_space, space_to_batch, space_to_depth
from tapefit.tape.ops._count_losses import (
    log_poisson_loss,
    weighted_cross_entropy_with_logits,
)
from tapefit.tape.ops._counting import (
    in_top_k,
    zero_fraction,
)
from tapefit.tape.ops._local_response import local_response_normalization
from tapefit.tape.ops._math import relu, sigmoid, softplus, tanh
from tapefit.tape.ops._moments import normalize_moments, sufficient_statistics, weighted_moments
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
lrn = local_response_normalization

__all__ = [
    "batch_normalization",
    "bias_add",
    "compute_average_loss",
    "crelu",
    "depth_to_space",
    "dropout",
    "elu",
    "embedding_lookup",
    "gelu",
    "in_top_k",
    "l2_loss",
    "l2_normalize",
    "leaky_relu",
    "local_response_normalization",
    "log_poisson_loss",
    "log_softmax",
    "lrn",
    "moments",
    "normalize_moments",
    "relu",
    "relu6",
    "scale_regularization_loss",
    "selu",
    "sigmoid",
    "sigmoid_cross_entropy_with_logits",
    "silu",
    "softmax",
    "softmax_cross_entropy_with_logits",
    "softplus",
    "softsign",
    "space_to_batch",
    "space_to_depth",
    "sparse_softmax_cross_entropy_with_logits",
    "sufficient_statistics",
    "swish",
    "tanh",
    "top_k",
    "weighted_cross_entropy_with_logits",
    "weighted_moments",
    "zero_fraction",
]


def __getattr__(name: str) -> object:
    from tapefit._absent import absent

    raise absent(__name__, name)
