"""Datasets beyond what is recorded from TensorFlow (tests/recorded): passes, laziness, memory, words of refusal."""

import subprocess
import sys

import numpy as np
import pytest

import tapefit as tf
from tapefit.tape.dataset._shuffle import shuffled


def numbers(dataset):
    return [x.numpy().tolist() for x in dataset]


def test_two_passes_do_not_meet():
    dataset = tf.data.Dataset.range(4).batch(2)
    one, two = iter(dataset), iter(dataset)
    assert [x.numpy().tolist() for x in (next(one), next(two), next(one))] == [[0, 1], [0, 1], [2, 3]]


def test_the_source_may_change_later():
    rows = np.arange(3.0)
    dataset = tf.data.Dataset.from_tensor_slices(rows)
    rows[:] = -1
    assert numbers(dataset) == [0.0, 1.0, 2.0]


def test_an_element_shares_no_memory_with_the_dataset():
    dataset = tf.data.Dataset.from_tensor_slices(np.zeros((3, 2))).batch(2)
    next(iter(dataset)).numpy()[:] = 9
    next(dataset.as_numpy_iterator())[:] = 9
    assert numbers(dataset) == [[[0, 0], [0, 0]], [[0, 0]]]


def test_map_runs_when_it_is_needed_and_for_each_pass():
    calls = []
    dataset = tf.data.Dataset.range(5).map(lambda x: calls.append(1) or x)
    assert calls == []
    next(iter(dataset))
    assert len(calls) == 1
    list(dataset)
    assert len(calls) == 6


def test_a_cache_keeps_a_full_pass_only():
    calls = []
    dataset = tf.data.Dataset.range(3).map(lambda x: calls.append(1) or x).cache()
    next(iter(dataset))
    assert (numbers(dataset), numbers(dataset), len(calls)) == ([0, 1, 2], [0, 1, 2], 4)


def test_the_spec_starts_no_pass():
    tf.random.set_seed(1)
    first, second = (tf.data.Dataset.range(6).shuffle(6, seed=2) for _ in range(2))
    assert str(first.element_spec) == "TensorSpec(shape=(), dtype=tf.int64, name=None)"
    assert repr(first) == "<Dataset element_spec=TensorSpec(shape=(), dtype=tf.int64, name=None)>"
    assert numbers(first) == numbers(second)


def test_endless_datasets_are_read_as_far_as_needed():
    dataset = tf.data.Dataset.range(3).shuffle(3).repeat().batch(2).map(lambda x: x + 1)
    assert len(list(dataset.take(10))) == 10
    assert tf.data.Dataset.range(0).repeat().take(3).cardinality().numpy() == 0
    assert numbers(tf.data.Dataset.range(0).repeat()) == []


def test_one_seed_one_order_and_each_row_once():
    rows = np.arange(1000)
    orders = []
    for _ in range(2):
        tf.random.set_seed(4)
        orders.append(np.concatenate(numbers(tf.data.Dataset.from_tensor_slices(rows).shuffle(1000).batch(64))))
    np.testing.assert_array_equal(*orders)
    np.testing.assert_array_equal(np.sort(orders[0]), rows)
    assert (orders[0] != rows).sum() > 900


def test_a_shuffle_without_seed_differs_each_time():
    code = "import tapefit as tf; print([int(x) for x in tf.data.Dataset.range(50).shuffle(50)])"
    runs = {subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout for _ in range(2)}
    assert len(runs) == 2


@pytest.mark.parametrize("size", [1, 2, 5, 9, 100])
def test_a_shuffled_element_comes_at_most_a_buffer_early(size):
    order = list(shuffled(iter(range(9)), size, (1, 2)))
    assert sorted(order) == list(range(9))
    assert all(item < place + size for place, item in enumerate(order))


def test_gradients_do_not_flow_into_a_dataset_and_do_flow_from_its_elements():
    w = tf.Variable([1.0, 2.0])
    (x,) = tf.data.Dataset.from_tensors([3.0, 4.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_sum(w * x)
    assert [g.numpy().tolist() for g in tape.gradient(loss, [w, x])] == [[3.0, 4.0], [1.0, 2.0]]


def test_a_generator_without_signature():
    dataset = tf.data.Dataset.from_generator(lambda: iter([(1, {"a": 2.0}), (3, {"a": 4.0})]))
    assert [(x.numpy(), y["a"].numpy()) for x, y in dataset] == [(1, 2.0), (3, 4.0)]


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda d: d([1, 2]), "from_tensor_slices"),
        (lambda d: d.from_tensor_slices(()), "got none"),
        (lambda d: d.from_tensor_slices(([1], [1, 2])), r"lengths \[1, 2\]"),
        (lambda d: d.range(3).shard(2, 2), "index must be"),
        (lambda d: list(d.range(3).flat_map(lambda x: x)), "returns a dataset"),
        (lambda d: d.range(0).get_single_element(), "no element"),
        (lambda d: list(d.from_generator(lambda: iter([1]), (tf.int32, tf.int32))), "a tuple of 2"),
        (lambda d: list(d.from_generator(lambda: iter([1]), {"a": tf.int32})), "asks for"),
        (
            lambda d: list(d.from_generator(lambda: iter([1]), output_signature=tf.TensorSpec([2], tf.int32))),
            "its signature says",
        ),
    ],
)
def test_a_refusal_says_what_to_do(make, match):
    with pytest.raises((TypeError, ValueError), match=match):
        make(tf.data.Dataset)


def test_dicts_from_generators_keep_their_keys():
    dataset = tf.data.Dataset.from_generator(lambda: iter([{"b": 1, "a": 2.0}]), {"b": tf.int32, "a": tf.float32})
    assert [list(e) for e in dataset] == [["b", "a"]]


def test_a_dataset_loads_no_table_reader():
    code = (
        "import sys, tapefit as tf; list(tf.data.Dataset.range(3).batch(2)); "
        "assert not {'pyarrow', 'narwhals', 'pandas', 'scipy'} & set(sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0
