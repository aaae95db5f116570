"""Dataset: the names of `tf.data.Dataset` for pipes of elements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import numpy as np

from tapefit import nest
from tapefit.errors import InvalidArgumentError, OperatorNotAllowedInGraphError
from tapefit.tape._stack import stack
from tapefit.tape._tensor import Tensor
from tapefit.tape.dataset import _sources as sources
from tapefit.tape.dataset import _steps as steps
from tapefit.tape.dataset._element import call, element, spec
from tapefit.tape.dataset._iterator import DatasetIterator, numpy_of
from tapefit.tape.dataset._pipe import INFINITE, Pipe
from tapefit.tape.ops._seeds import seeds_of_next
from tapefit.types import as_dtype, int64

Function = Callable[..., Any]


class Dataset:
    """Elements, each a tensor or a tuple or dict of tensors, that can be walked through again and again.

    A dataset is not changed: each method returns a new one. Make one with `from_tensor_slices`, `from_tensors`,
    `from_generator` or `range`, then chain ``shuffle``, ``batch``, ``map`` and the others, and loop over it. Shuffled
    in the same way under the same seeds, the order is TensorFlow's.

    Examples
    --------
    >>> import tapefit as tf
    >>> rows = tf.data.Dataset.from_tensor_slices(([1.0, 2.0, 3.0], [10, 20, 30]))
    >>> for x, y in rows.batch(2):
    ...     print(x.numpy(), y.numpy())
    [1. 2.] [10 20]
    [3.] [30]
    """

    __slots__ = ("_pipe",)

    def __init__(self, pipe: Pipe) -> None:
        if not isinstance(pipe, Pipe):
            raise TypeError(f"Datasets are made by Dataset.from_tensor_slices and its like, not of {pipe!r}.")
        self._pipe = pipe

    # -- making ------------------------------------------------------------------------------------

    @staticmethod
    def from_tensor_slices(tensors: Any, name: str | None = None) -> Dataset:
        """One element for each slice along the first axis.

        Parameters
        ----------
        tensors
            A tensor, array or list, or a tuple or dict of them, of one length.

        Raises
        ------
        ValueError
            If the lengths differ, or something has no first axis.
        """
        return Dataset(sources.slices(tensors))

    @staticmethod
    def from_tensors(tensors: Any, name: str | None = None) -> Dataset:
        """One single element."""
        return Dataset(sources.single(tensors))

    @staticmethod
    def from_generator(
        generator: Function,
        output_types: Any = None,
        output_shapes: Any = None,
        args: Any = None,
        output_signature: Any = None,
        name: str | None = None,
    ) -> Dataset:
        """One element for each value that ``generator(*args)`` yields.

        Parameters
        ----------
        generator
            A function that returns something to iterate over; called anew for each pass.
        output_types, output_signature
            The dtype of the elements, or a TensorSpec, or a tuple or dict of them; by default as they come.
        output_shapes
            Accepted for TensorFlow's sake; it changes nothing.
        args
            Arguments of the generator, which it gets as arrays.

        Raises
        ------
        TypeError
            If `generator` is no function.
        """
        if not callable(generator):
            raise TypeError(f"`generator` must be a function, got {generator!r}; pass a function that makes it.")
        signature = output_types if output_signature is None else output_signature
        return Dataset(sources.generated(generator, signature, tuple(numpy_of(element(a)) for a in args or ())))

    @staticmethod
    def range(*args: Any, output_type: Any = int64, name: str | None = None) -> Dataset:
        """Whole numbers as Python's ``range`` gives them."""
        if not 1 <= len(args) <= 3:
            raise ValueError(f"range expects 1 to 3 numbers, got {len(args)}; pass stop, or start, stop and step.")
        return Dataset(sources.numbers(range(*(int(a) for a in args)), as_dtype(output_type).numpy_dtype))

    @staticmethod
    def zip(*args: Any, datasets: Any = None, name: str | None = None) -> Dataset:
        """The elements of several datasets side by side, as long as all have one.

        Parameters
        ----------
        args, datasets
            Datasets, or a tuple or dict of them.

        Raises
        ------
        TypeError
            If something else comes.
        """
        form = datasets if datasets is not None else args[0] if len(args) == 1 else args
        parts: list[Any] = nest.flatten(form)
        if isinstance(form, list) or not parts or not all(isinstance(d, Dataset) for d in parts):
            raise TypeError(f"zip expects datasets, or a tuple or dict of them, got {form!r}; pass them one by one.")
        return Dataset(sources.side_by_side(form, [d._pipe for d in parts]))

    # -- choosing and ordering ---------------------------------------------------------------------

    def shuffle(
        self,
        buffer_size: Any,
        seed: int | None = None,
        reshuffle_each_iteration: bool | None = None,
        name: str | None = None,
    ) -> Dataset:
        """The elements in random order: each is drawn from the next `buffer_size` ones.

        Parameters
        ----------
        buffer_size
            At least the number of elements for an even shuffle.
        seed
            A seed of this step; by default the next of the global sequence.
        reshuffle_each_iteration
            Another order in each pass, unless False.

        Raises
        ------
        InvalidArgumentError
            If `buffer_size` is not positive.
        """
        seeds = seeds_of_next(seed)
        anew = reshuffle_each_iteration is not False
        return Dataset(steps.shuffle(self._pipe, int(buffer_size), seeds if any(seeds) else (0, 2**31 - 1), anew))

    def repeat(self, count: Any = None, name: str | None = None) -> Dataset:
        """The elements `count` times over; without end by default."""
        return Dataset(steps.repeat(self._pipe, -1 if count is None else int(count)))

    def take(self, count: Any, name: str | None = None) -> Dataset:
        """The first `count` elements; all for a negative number."""
        return self if int(count) < 0 else Dataset(steps.between(self._pipe, 0, int(count)))

    def skip(self, count: Any, name: str | None = None) -> Dataset:
        """The elements after the first `count`; none for a negative number."""
        return Dataset(
            steps.between(self._pipe, 0, 0) if int(count) < 0 else steps.between(self._pipe, int(count), None)
        )

    def shard(self, num_shards: Any, index: Any, name: str | None = None) -> Dataset:
        """Every `num_shards`-th element from number `index` on."""
        if not 0 <= int(index) < int(num_shards):
            raise InvalidArgumentError(
                f"index must be from 0 to num_shards - 1, got {int(index)} of {int(num_shards)}."
            )
        return Dataset(steps.between(self._pipe, int(index), None, int(num_shards)))

    def cache(self, filename: str = "", name: str | None = None) -> Dataset:
        """Keep the elements of the first full pass in memory, and give them again in later ones."""
        return Dataset(steps.cache(self._pipe))

    def prefetch(self, buffer_size: Any, name: str | None = None) -> Dataset:
        """The same elements; TensorFlow would prepare some ahead of time."""
        return self

    def with_options(self, options: Any, name: str | None = None) -> Dataset:
        """The same elements; TensorFlow's options change speed only."""
        return self

    def concatenate(self, dataset: Dataset, name: str | None = None) -> Dataset:
        """These elements, then those of another dataset.

        Raises
        ------
        TypeError
            If their structures or dtypes differ.
        """
        mine, other = (nest.map_structure(lambda s: s.dtype.name, d.element_spec) for d in (self, dataset))
        if mine != other:
            raise TypeError(f"Incompatible dataset elements: {mine} and {other}; map one of the datasets first.")
        return Dataset(steps.concatenate(self._pipe, dataset._pipe))

    def filter(self, predicate: Function, name: str | None = None) -> Dataset:
        """The elements for which `predicate` holds; of a tuple it gets the parts, one argument each."""
        return Dataset(steps.filtered(self._pipe, predicate))

    def take_while(self, predicate: Function, name: str | None = None) -> Dataset:
        """The elements before the first for which `predicate` does not hold."""
        return Dataset(steps.while_true(self._pipe, predicate))

    # -- changing ----------------------------------------------------------------------------------

    def batch(
        self,
        batch_size: Any,
        drop_remainder: bool = False,
        num_parallel_calls: Any = None,
        deterministic: bool | None = None,
        name: str | None = None,
    ) -> Dataset:
        """Each `batch_size` elements stacked along a new first axis.

        Parameters
        ----------
        batch_size
            How many; the last batch holds what is left.
        drop_remainder
            Leave the last batch out if it is smaller.

        Raises
        ------
        InvalidArgumentError
            If `batch_size` is not positive, or elements differ in shape.
        """
        return Dataset(steps.batch(self._pipe, int(batch_size), drop_remainder))

    def unbatch(self, name: str | None = None) -> Dataset:
        """Each element taken apart along its first axis."""
        return Dataset(steps.unbatch(self._pipe))

    def map(
        self,
        map_func: Function,
        num_parallel_calls: Any = None,
        deterministic: bool | None = None,
        synchronous: bool | None = None,
        use_unbounded_threadpool: bool = False,
        name: str | None = None,
    ) -> Dataset:
        """`map_func` of each element; of a tuple it gets the parts, one argument each.

        Parameters
        ----------
        map_func
            Returns a tensor, a number, or a tuple or dict of them.
        num_parallel_calls, deterministic, synchronous, use_unbounded_threadpool
            Accepted for TensorFlow's sake; they change nothing.
        """
        return Dataset(steps.mapped(self._pipe, map_func))

    def flat_map(self, map_func: Function, name: str | None = None) -> Dataset:
        """The elements of the datasets that `map_func` makes of each element, one dataset after the other."""

        def pipe_of(value: Any) -> Pipe:
            made = call(map_func, value)
            if not isinstance(made, Dataset):
                raise TypeError(f"flat_map expects a function that returns a dataset, got {made!r}; use map instead.")
            return made._pipe

        return Dataset(steps.flattened(self._pipe, pipe_of))

    def enumerate(self, start: Any = 0, name: str | None = None) -> Dataset:
        """Pairs of a number, counted from `start`, and an element."""
        return Dataset.zip(Dataset.range(int(start), 2**63 - 1), self)

    def apply(self, transformation_func: Callable[[Dataset], Dataset], name: str | None = None) -> Dataset:
        """What a function makes of the whole dataset."""
        return transformation_func(self)

    # -- reading -----------------------------------------------------------------------------------

    @property
    def element_spec(self) -> Any:
        """The shape and dtype of an element, as TensorSpecs in its structure."""
        return spec(self._pipe.sample(), self._pipe.varying)

    def cardinality(self, name: str | None = None) -> Tensor:
        """The number of elements, an int64 scalar; -1 for no end, -2 for an unknown number."""
        return Tensor(np.array(self._pipe.count, np.int64))

    def reduce(self, initial_state: Any, reduce_func: Function, name: str | None = None) -> Any:
        """``reduce_func(... reduce_func(initial_state, first element) ..., last element)``."""
        state = element(initial_state)
        for value in self._pipe.elements():
            state = element(reduce_func(state, value), lists=True)
        return state

    def get_single_element(self, name: str | None = None) -> Any:
        """The only element.

        Raises
        ------
        InvalidArgumentError
            If there is none or more than one.
        """
        found = list(self.take(2)._pipe.elements())
        if len(found) != 1:
            raise InvalidArgumentError(f"Dataset had {'more than one element' if found else 'no element'}; take one.")
        return found[0]

    def as_numpy_iterator(self) -> Iterator[Any]:
        """The elements with NumPy arrays in place of tensors."""
        return map(numpy_of, self._pipe.elements())

    def __iter__(self) -> DatasetIterator:
        if stack.recorder is not None:
            raise OperatorNotAllowedInGraphError(
                "A dataset is iterated inside of a function under tf.function, whose program would repeat the elements "
                "of its first call; iterate outside, and pass each batch to the function."
            )
        return DatasetIterator(self._pipe.elements(), lambda: self.element_spec)

    def __len__(self) -> int:
        count = self._pipe.count
        if count < 0:
            raise TypeError(
                "The dataset is infinite." if count == INFINITE else "The dataset length is unknown; count in a loop."
            )
        return count

    def __bool__(self) -> bool:
        return True

    def __getitem__(self, key: object) -> NoReturn:
        raise TypeError("'Dataset' object is not subscriptable; use dataset.skip(k).take(1), or loop over it.")

    def __repr__(self) -> str:
        return f"<Dataset element_spec={self.element_spec}>"
