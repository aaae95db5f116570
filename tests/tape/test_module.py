"""Modules find their variables."""

import tapefit as tf


class Layer(tf.Module):
    def __init__(self, name=None):
        super().__init__(name)
        self.w = tf.Variable(1.0)
        self.frozen = tf.Variable(2.0, trainable=False)


class Model(tf.Module):
    def __init__(self):
        super().__init__()
        self.layers = [Layer("one"), Layer()]
        self.table = {"b": tf.Variable(3.0), "a": (tf.Variable(4.0),)}
        self.again = self.table["b"]
        self.note = "no variable"


def test_variables_come_by_name_and_once():
    model = Model()
    assert [float(v) for v in model.variables] == [3.0, 4.0, 2.0, 1.0, 2.0, 1.0]
    assert [float(v) for v in model.trainable_variables] == [3.0, 4.0, 1.0, 1.0]
    assert [float(v) for v in model.non_trainable_variables] == [2.0, 2.0]
    assert isinstance(model.trainable_variables, tuple)


def test_submodules_and_names():
    model = Model()
    assert [m.name for m in model.submodules] == ["one", "layer"]
    assert model.name == "model"


def test_gradients_of_a_module():
    layer = Layer()
    with tf.GradientTape() as tape:
        y = layer.w * layer.frozen
    assert [float(g) for g in tape.gradient(y, layer.trainable_variables)] == [2.0]
