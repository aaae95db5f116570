"""The time of `import tapefit` beside `import numpy`, each in fresh interpreters, in alternation.

tapefit imports its names when they are first used; "with the tape" also uses a variable, a tape and an op.

    python benchmarks/import_time.py

Both come from compiled bytecode, as after the first import of an installed package, and the time of an
interpreter that imports nothing is taken off both.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

PROGRAMS = {
    "nothing": "pass",
    "numpy": "import numpy",
    "tapefit": "import tapefit",
    "tape": "import tapefit as tf; tf.Variable, tf.GradientTape, tf.reduce_mean",
}


def seconds(code: str, bytecode: str) -> float:
    """How long a fresh interpreter takes to run `code`, with bytecode kept in that directory."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = bytecode
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    return time.perf_counter() - start


def main() -> None:
    """Measure and print medians and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=21)
    turns = parser.parse_args().turns
    taken = {name: [] for name in PROGRAMS}
    with tempfile.TemporaryDirectory() as bytecode:
        for _ in range(turns + 1):  # the first turn compiles
            for name, code in PROGRAMS.items():
                taken[name].append(seconds(code, bytecode))
    median = {name: statistics.median(times[1:]) for name, times in taken.items()}
    numpy, tapefit, tape = (median[n] - median["nothing"] for n in ("numpy", "tapefit", "tape"))
    print(f"Python {sys.version.split()[0]}, median of {turns} interpreters")
    print(f"import numpy {numpy * 1e3:.1f} ms, import tapefit {tapefit * 1e3:.1f} ms, ratio {tapefit / numpy:.2f}")
    print(f"with the tape {tape * 1e3:.1f} ms, ratio {tape / numpy:.2f}")


if __name__ == "__main__":
    main()
