"""One pass through a dataset."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tapefit import nest
from tapefit.errors import OperatorNotAllowedInGraphError, OutOfRangeError
from tapefit.tape._stack import stack


class DatasetIterator:
    """The elements of one pass through a dataset.

    Parameters
    ----------
    elements
        The elements.
    element_spec
        Their TensorSpecs.
    """

    __slots__ = ("_elements", "_spec")

    def __init__(self, elements: Iterator[Any], element_spec: Any) -> None:
        self._elements, self._spec = elements, element_spec

    @property
    def element_spec(self) -> Any:
        """The shapes and dtypes of the elements."""
        return self._spec()

    def __iter__(self) -> DatasetIterator:
        return self

    def __next__(self) -> Any:
        if stack.recorder is not None:
            raise OperatorNotAllowedInGraphError(
                "An iterator is read inside of a function under tf.function, whose program would repeat the element of "
                "its first call; read it outside, and pass each batch to the function."
            )
        return next(self._elements)

    def get_next(self, name: str | None = None) -> Any:
        """The next element.

        Raises
        ------
        OutOfRangeError
            At the end.
        """
        for element in self:
            return element
        raise OutOfRangeError("End of sequence: the dataset has no further element; make a new iterator.")


def numpy_of(element: Any) -> Any:
    """An element with arrays in place of tensors."""
    return nest.map_structure(lambda x: x.numpy(), element)
