"""Wall-clock seconds of whole processes: the bare interpreter, `tapefit --version`, `tapefit fit` on 100 rows.

    python benchmarks/start.py

Processes take turns; the median counts. Bytecode is written first, as an installed package has it.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

TURNS = 15


def main() -> None:
    """Race, and print."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "table.csv"
        X = np.random.default_rng(0).normal(size=(100, 4))
        np.savetxt(table, X, delimiter=",", header="a,b,c,y", comments="")
        commands = {
            "the bare interpreter": ["-c", "pass"],
            "tapefit --version": ["-m", "tapefit", "--version"],
            "tapefit fit, 100 rows": ["-m", "tapefit", "fit", str(table), "--target", "y"],
        }
        seconds: dict[str, list[float]] = {name: [] for name in commands}
        for turn in range(TURNS + 1):
            for name, command in commands.items():
                start = time.perf_counter()
                subprocess.run([sys.executable, *command], env=env, check=True, capture_output=True)
                if turn:  # the first writes the bytecode
                    seconds[name].append(time.perf_counter() - start)
    print(f"Python {sys.version.split()[0]}, median of {TURNS} processes")
    for name, turns in seconds.items():
        print(f"  {name:24s}{statistics.median(turns):6.3f} s   (least {min(turns):.3f})")


if __name__ == "__main__":
    main()
