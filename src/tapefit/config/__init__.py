"""Switches of the whole program, under TensorFlow's names in `tf.config`."""

from tapefit.tape.ops._devices import PhysicalDevice, list_physical_devices
from tapefit.tape.ops._function import functions_run_eagerly, run_functions_eagerly

__all__ = ["PhysicalDevice", "functions_run_eagerly", "list_physical_devices", "run_functions_eagerly"]


def __getattr__(name: str) -> object:
    from tapefit._absent import absent

    raise absent(__name__, name)
