"""tapefit: write the loss; tapefit gives you the regression.

``import tapefit as tf`` speaks TensorFlow's names for tensors, the tape and its ops, on NumPy alone.
`fit`, `LinearRegression` and `load` stand beside them. Every name is imported when it is first used; the stub beside
this file says the same to editors and type checkers.
"""

from tapefit._lazy import attributes as _attributes
from tapefit._lazy import places as _places

__version__ = "0.1.0"

newaxis = None

# Where each name is: a name in a package or module, or "name=other" where it has another name there.
_WHERE = _places(
    {
        "tapefit": (
            "autodiff bitwise config data debugging errors experimental keras linalg losses math metrics nest nn "
            "optimizers random signal sparse test"
        ),
        "tapefit._module": "Module",
        "tapefit.data": "poly",
        "tapefit.inference": "RegressionResults",
        "tapefit.regression": "LinearRegression compare explain fit fit_batches fit_path load",
        "tapefit.tape": "GradientTape Tensor UnconnectedGradients Variable",
        "tapefit.tape._indexed_slices": "IndexedSlices",
        "tapefit.tape._shortcuts": "hessian hvp value_and_gradient",
        "tapefit.tape._sparse_tensor": "SparseTensor",
        "tapefit.tape.function._descend": "descend",
        "tapefit.tape.ops._arrange": (
            "dynamic_partition dynamic_stitch gather_nd meshgrid pad repeat reverse roll scatter_nd searchsorted "
            "sequence_mask slice=slice_of tensor_scatter_nd_add tensor_scatter_nd_max tensor_scatter_nd_min "
            "tensor_scatter_nd_sub tensor_scatter_nd_update"
        ),
        "tapefit.tape.ops._array": (
            "boolean_mask broadcast_to concat constant convert_to_tensor expand_dims gather identity "
            "parallel_stack=stack reshape split squeeze stack stop_gradient tile transpose unstack"
        ),
        "tapefit.tape.ops._assert": "Assert assert_equal assert_greater assert_less",
        "tapefit.tape.ops._assert_form": "assert_rank",
        "tapefit.tape.ops._bits": "bitcast",
        "tapefit.tape.ops._blocks": "batch_to_space space_to_batch space_to_batch_nd=space_to_batch",
        "tapefit.tape.ops._branch": "case cond switch_case",
        "tapefit.tape.ops._complex": "complex",
        "tapefit.tape.ops._counting": "histogram_fixed_width histogram_fixed_width_bins unique unique_with_counts",
        "tapefit.tape.ops._create": (
            "eye fill is_tensor linspace one_hot ones ones_like range rank shape size zeros zeros_like"
        ),
        "tapefit.tape.ops._cumulative": "cumsum reduce_logsumexp reduce_prod",
        "tapefit.tape.ops._custom_gradient": "custom_gradient",
        "tapefit.tape.ops._fold": "foldl foldr map_fn scan vectorized_map",
        "tapefit.tape.ops._function": "function print",
        "tapefit.tape.ops._linalg": "matmul norm tensordot",
        "tapefit.tape.ops._linalg_einsum": "einsum",
        "tapefit.tape.ops._linalg_factors": "eig eigvals matrix_square_root=sqrtm",
        "tapefit.tape.ops._loop": "while_loop",
        "tapefit.tape.ops._math": (
            "abs add add_n cast clip_by_value cos divide equal exp floor greater greater_equal less less_equal "
            "logical_and logical_not logical_or maximum minimum multiply negative not_equal pow realdiv=divide "
            "round scalar_mul=multiply sigmoid sign sin sqrt square subtract tanh truediv=divide where"
        ),
        "tapefit.tape.ops._normalization": "clip_by_global_norm clip_by_norm",
        "tapefit.tape.ops._order": "argsort sort",
        "tapefit.tape.ops._python_call": "numpy_function py_function",
        "tapefit.tape.ops._recompute": "grad_pass_through recompute_grad",
        "tapefit.tape.ops._reduce": "argmax argmin reduce_all reduce_any reduce_max reduce_mean reduce_min reduce_sum",
        "tapefit.tape.ops._saturate": "saturate_cast",
        "tapefit.tape.ops._scopes": (
            "control_dependencies device executing_eagerly group identity_n init_scope name_scope no_gradient"
        ),
        "tapefit.tape.ops._sequences": "reverse_sequence",
        "tapefit.tape.ops._shapes": "broadcast_dynamic_shape broadcast_static_shape ensure_shape shape_n unravel_index",
        "tapefit.tape.ops._strided": "strided_slice",
        "tapefit.tape.ops._tensor_array": "TensorArray",
        "tapefit.tape.ops._trigonometry": "acos acosh asin asinh atan atan2 atanh cosh sinh tan",
        "tapefit.tape.ops._truncate": "truncatediv truncatemod",
        "tapefit.types": (
            "DType TensorShape TensorSpec as_dtype bool complex128 complex64 double=float64 float16 float32 "
            "float64 half=float16 int16 int32 int64 int8 string uint16 uint32 uint64 uint8"
        ),
    }
)

__all__ = ["__version__", "newaxis", *_WHERE]

__getattr__, __dir__ = _attributes(__name__, _WHERE, globals())
