"""The time of `import tapefit` beside `import numpy`, each in fresh interpreters, in alternation.

    python benchmarks/import_time.py

The time of an interpreter that imports nothing is taken off both.
"""

import argparse
import statistics
import subprocess
import sys
import time

PROGRAMS = {"nothing": "pass", "numpy": "import numpy", "tapefit": "import tapefit"}


def seconds(code: str) -> float:
    """How long a fresh interpreter takes to run `code`."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - start


def main() -> None:
    """Measure and print medians and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=21)
    turns = parser.parse_args().turns
    taken = {name: [] for name in PROGRAMS}
    for _ in range(turns + 1):
        for name, code in PROGRAMS.items():
            taken[name].append(seconds(code))
    median = {name: statistics.median(times[1:]) for name, times in taken.items()}
    numpy, tapefit = (median[n] - median["nothing"] for n in ("numpy", "tapefit"))
    print(f"Python {sys.version.split()[0]}, median of {turns} interpreters")
    print(f"import numpy {numpy * 1e3:.1f} ms, import tapefit {tapefit * 1e3:.1f} ms, ratio {tapefit / numpy:.2f}")


if __name__ == "__main__":
    main()
