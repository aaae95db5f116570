"""Switches of the whole program, under TensorFlow's names in `tf.config`."""

from tapefit.tape.ops._function import functions_run_eagerly, run_functions_eagerly

__all__ = ["functions_run_eagerly", "run_functions_eagerly"]
