"""The public ops, by family; `tapefit` and its namespaces give them their TensorFlow names."""
