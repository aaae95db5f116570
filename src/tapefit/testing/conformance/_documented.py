"""Differences from TensorFlow that are meant; each stands in docs/differences.md, too."""

_ALPHA = "TensorFlow rounds alpha to float32"
_LABELS = "TensorFlow leaves out the labels' part"
_ROOT = "TensorFlow rounds the root of 2 to float32"
_EMPTY = "TensorFlow gives NaN for an empty segment"

DOCUMENTED: dict[tuple[str, str], str] = {
    ("nn.leaky_relu", "value"): _ALPHA,
    ("nn.leaky_relu", "gradient"): _ALPHA,
    ("nn.leaky_relu", "jvp"): _ALPHA,
    ("nn.softmax_cross_entropy_with_logits", "second"): _LABELS,
    ("nn.moments", "second"): "TensorFlow holds the mean fixed",
    ("math.segment_max", "jvp"): _EMPTY,
    ("math.segment_min", "jvp"): _EMPTY,
    **{("nn.gelu", what): _ROOT for what in ("value", "gradient", "second", "jvp")},
}
