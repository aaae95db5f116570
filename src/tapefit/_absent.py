"""What TensorFlow has and tapefit has not, and what to use instead."""

from __future__ import annotations

_NETWORKS = "build layers from tf.Module, tf.Variable and ops"
_IMAGES = "use TensorFlow itself for convolution, pooling and images"
_RAGGED = "use tf.sequence_mask, tf.math.segment_sum or a list of tensors"
_STRINGS = "use Python's str before the numbers become tensors"
_GRAPHS = "there are no graphs; ops run at once, and tf.function writes a function down as a Program"
_FILES = "use NumPy or PyArrow, and tapefit.fit for tables"
_DEVICES = "it runs on the CPU, in one process; nothing has to be placed or set up"
_SAVED = "save variable.numpy() with numpy.savez"
_QUANTIZED = "use tf.cast to a floating dtype"
_CANDIDATES = "use tf.random.categorical or tf.random.uniform"
_SAMPLING = "tf.random has uniform, normal, truncated_normal, gamma and categorical"
_OPERATORS = "use tf.linalg with the matrix, or tf.sparse"
_METRICS = "compute it with scikit-learn from .numpy() values"
_LOSSES = "write it with ops, any function of (y_true, y_pred) will do"
_OPTIMIZERS = "tf.optimizers has SGD, RMSprop, Adagrad, Adam and their kin"
_SETS = "use np.intersect1d, np.union1d or np.setdiff1d of .numpy() values"
_SPECS = "only tf.TensorSpec is there"
_SPARSE = "tf.sparse.to_dense gives a tensor for which there is an op"
_NUMPY = "call NumPy's own function with tensors, which are followed"
_WINDOWS = "tf.signal has the Fourier and cosine transforms, frame and stft"
_DATASETS = "tf.data.Dataset has from_tensor_slices, map, batch, shuffle and repeat"

# By namespace ("" for tf itself); a star at the end stands for any ending.
_WORDS: dict[str, dict[str, str]] = {
    "": {
        "AggregationMethod CriticalSection Graph Operation OptionalSpec RegisterGradient VariableAggregation "
        "VariableSynchronization autograph get_static_value graph_util import_graph_def inside_function "
        "is_symbolic_tensor load_library load_op_library make_ndarray make_tensor_proto mlir no_op tuple "
        "nondifferentiable_batch_function register_tensor_conversion_function resource variable_creator_scope variant "
        "guarantee_const get_current_name_scope raw_ops": _GRAPHS,
        "IndexedSlicesSpec NoneTensorSpec RaggedTensorSpec SparseTensorSpec TensorArraySpec TypeSpec "
        "type_spec_from_value": _SPECS,
        "Ragged* ragged*": _RAGGED,
        "DeviceSpec distribute dtensor profiler sysconfig tpu xla version compat get_logger timestamp "
        "check_pinned security tools": _DEVICES,
        "approx_top_k": "use tf.math.top_k, which is exact",
        "as_string edit_distance fingerprint strings": _STRINGS,
        "audio image conv conv2d* extract_volume_patches": _IMAGES,
        "bfloat16": "NumPy has no such dtype; use tf.float16 or tf.float32",
        "dtypes": "the dtypes stand in tf itself, as tf.float32 and tf.as_dtype",
        "feature_column lookup": "tapefit.fit encodes the columns of a table",
        "fftnd ifftnd irfftnd rfftnd": "use tf.signal.fft, fft2d or fft3d, or np.fft with .numpy()",
        "gradients": "use tape.gradient of a tf.GradientTape",
        "hessians": "use tf.hessian(f)(x)",
        "initializers constant_initializer ones_initializer zeros_initializer random_normal_initializer "
        "random_uniform_initializer": "use tf.zeros, tf.ones, tf.fill or tf.random.normal as the initial value",
        "io": _FILES,
        "lite quantization qint* quint*": _QUANTIZED,
        "queue summary": _FILES,
        "random_index_shuffle required_space_to_batch_paddings": "use tf.random.shuffle, tf.pad",
        "saved_model train": _SAVED,
        "sets": _SETS,
    },
    "config": {"*": _DEVICES},
    "math": {
        "approx_max_k approx_min_k": "use tf.math.top_k, which is exact",
        "sobol_sample": "use scipy.stats.qmc.Sobol",
    },
    "linalg": {
        "LinearOperator* experimental": _OPERATORS,
        "eigh_tridiagonal": "use tf.linalg.eigh of the matrix that tf.linalg.diag makes of the bands",
    },
    "nn": {
        "*conv* *pool* *dilation* *erosion*": _IMAGES,
        "RNN* ctc* *sampler *sampled* nce_loss compute_accidental_hits collapse_repeated": _NETWORKS,
        "approx_max_k approx_min_k": "use tf.math.top_k, which is exact",
        "embedding_lookup_sparse safe_embedding_lookup_sparse": "use tf.sparse.sparse_dense_matmul or tf.gather",
        "batch_norm_with_global_normalization": "use tf.nn.batch_normalization",
        "isotonic_regression": "use sklearn.isotonic.IsotonicRegression",
        "with_space_to_batch": "use tf.space_to_batch and tf.batch_to_space",
        "experimental": "use tf.nn.dropout",
    },
    "random": {
        "*sampler": _CANDIDATES,
        "poisson stateless_poisson stateless_binomial stateless_parameterized_truncated_normal": _SAMPLING,
        "experimental Algorithm": "its functions stand in tf.random itself",
    },
    "debugging": {
        "*traceback_filtering* *log_device_placement experimental": "tracebacks are whole and all runs on the CPU",
    },
    "data": {
        "*": _DATASETS,
    },
    "signal": {"*fftnd": "use fft, fft2d or fft3d", "*": _WINDOWS},
    "losses": {"*": _LOSSES},
    "metrics": {"*": _METRICS},
    "optimizers": {"*": _OPTIMIZERS},
    "keras": {"*": _NETWORKS},
    "keras.losses": {"*": _LOSSES},
    "keras.metrics": {"*": _METRICS},
    "keras.optimizers": {"*": _OPTIMIZERS},
    "sparse": {"*": _SPARSE},
    "experimental": {"*": "only tf.experimental.numpy is there"},
    "experimental.numpy": {
        "experimental_enable_numpy_behavior": "there is no need to: NumPy's functions take tensors",
        "random": "use tf.random",
        "*": _NUMPY,
    },
    "autodiff": {},
    "bitwise": {},
    "errors": {},
    "nest": {},
    "test": {"*": "only tf.test.compute_gradient is there; tests are plain functions under pytest"},
}


def absent(module: str, name: str) -> AttributeError:
    """The error for a name that is not there: why, and what to use."""
    from fnmatch import fnmatchcase

    space = module.removeprefix("tapefit").removeprefix(".")
    shown = f"tf.{space}.{name}" if space else f"tf.{name}"
    if not name.startswith("_"):
        for patterns, advice in _WORDS.get(space, {}).items():
            if any(fnmatchcase(name, pattern) for pattern in patterns.split()):
                # Named with no object, so that Python adds no guess of its own behind the advice.
                return AttributeError(f"{shown} is not part of tapefit: {advice}.", name=name, obj=None)
    return AttributeError(f"module {module!r} has no attribute {name!r}")
