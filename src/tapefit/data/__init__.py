"""Data: sources of rows, and the frozen encoding of their columns as a design matrix.

`Dataset` and the constants beside it are those of `tf.data`; they are imported when first used.
"""

from tapefit._lazy import attributes as _attributes
from tapefit.data._batches import Batches, batches
from tapefit.data._block import Block, RowCount, encode
from tapefit.data._checks import check_design
from tapefit.data._design import array_terms
from tapefit.data._encoding import Encoding
from tapefit.data._feature import Feature
from tapefit.data._from_arrays import from_arrays
from tapefit.data._learn import features_beside, learn_encoding, listed
from tapefit.data._match import numeric_target
from tapefit.data._missing import Missing, has_values
from tapefit.data._offset import offset_column
from tapefit.data._poly import LARGEST_DEGREE, Poly, poly
from tapefit.data._sources import read
from tapefit.data._survey import survey_encoding
from tapefit.data._table import Categorical, Column, Numeric, Table, Unsupported
from tapefit.data._weights import Weights, row_weights

_DATASET = "tapefit.tape.dataset"
__getattr__, __dir__ = _attributes(
    __name__,
    dict.fromkeys(("AUTOTUNE", "Dataset", "INFINITE_CARDINALITY", "UNKNOWN_CARDINALITY"), _DATASET),
    globals(),
)

__all__ = [
    "AUTOTUNE",
    "INFINITE_CARDINALITY",
    "LARGEST_DEGREE",
    "UNKNOWN_CARDINALITY",
    "Batches",
    "Block",
    "Categorical",
    "Column",
    "Dataset",
    "Encoding",
    "Feature",
    "Missing",
    "Numeric",
    "Poly",
    "RowCount",
    "Table",
    "Unsupported",
    "Weights",
    "array_terms",
    "batches",
    "check_design",
    "encode",
    "features_beside",
    "from_arrays",
    "has_values",
    "learn_encoding",
    "listed",
    "numeric_target",
    "offset_column",
    "poly",
    "read",
    "row_weights",
    "survey_encoding",
]
