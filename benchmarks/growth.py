"""Time and memory of least squares as the work grows, in rows and in columns, tapefit beside its peers.

    python benchmarks/growth.py --python PATH_WITH_STATSMODELS_AND_GLUM --figure docs/pictures/growth.png

Every measurement runs in an interpreter of its own; contestants take turns at each size, and the median of five fits
counts (of fewer where they take seconds). Extra memory is what the process's peak rose by during the fits. A
contestant that took more than `--patience` seconds for a size is not asked for the next.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import numpy as np

from least_squares import PEERS, data

CONTESTANTS = {
    "tapefit": "tapefit LinearRegression",
    "scikit-learn": "scikit-learn LinearRegression",
    "glum": "glum",
    "numpy.linalg.lstsq": "numpy.linalg.lstsq",
    "statsmodels": "statsmodels OLS",
}
COLUMNS, ROWS = 10, 20_000  # of the sweep over rows, of the sweep over columns
SWEEPS = {
    "rows": [(10**k, COLUMNS) for k in range(2, 8)],
    "columns": [(ROWS, p) for p in (1, 10, 100, 500, 1000, 2000)],
}
COLOURS = {"tapefit": "#d1495b", "scikit-learn": "#2e6f95", "glum": "#3a8f5c", "numpy.linalg.lstsq": "#8a8a8a",
           "statsmodels": "#b07d2b"}  # fmt: skip


def work(name: str, rows: int, columns: int) -> None:
    """Fit a few times; prints the median in seconds and the rise of the peak in MB."""
    fit = PEERS[CONTESTANTS[name]][1]()
    fit(*data(200, min(columns, 100)))  # what is imported late
    X, y = data(rows, columns)
    before, seconds = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, []
    while len(seconds) < 5 and (len(seconds) < 1 or sum(seconds) < 10):
        start = time.perf_counter()
        fit(X, y)
        seconds.append(time.perf_counter() - start)
    rise = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(json.dumps({"seconds": statistics.median(seconds), "memory": rise}))


def ask(pythons: list[str], name: str, rows: int, columns: int) -> dict[str, float] | None:
    """One measurement, by the first interpreter that has the package."""
    for python in pythons:
        command = [python, __file__, "--worker", name, "--size", str(rows), str(columns)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return dict(json.loads(done.stdout.splitlines()[-1]))
    return None


def sweep(sizes: list[tuple[int, int]], pythons: list[str], patience: float) -> dict[str, list[dict[str, float]]]:
    """All contestants over all sizes; each stops where it becomes too slow."""
    found: dict[str, list[dict[str, float]]] = {name: [] for name in CONTESTANTS}
    going = list(CONTESTANTS)
    for rows, columns in sizes:
        for name in list(going):
            seen = ask(pythons, name, rows, columns)
            if seen is None:
                going.remove(name)
                continue
            found[name].append({"rows": rows, "columns": columns, **seen})
            print(
                f"{rows:>10,} x {columns:<5} {name:20s} {seen['seconds']:10.5f} s {seen['memory']:10.1f} MB", flush=True
            )
            if seen["seconds"] > patience:
                going.remove(name)
    return found


def table(kind: str, found: dict[str, list[dict[str, float]]]) -> str:
    """Milliseconds and MB in Markdown, a row a size."""
    names = [name for name in found if found[name]]
    lines = ["| rows x columns | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for rows, columns in SWEEPS[kind]:
        cells = []
        for name in names:
            at = [one for one in found[name] if (one["rows"], one["columns"]) == (rows, columns)]
            cells.append(f"{1e3 * at[0]['seconds']:,.1f} ms, {max(at[0]['memory'], 0):,.0f} MB" if at else "")
        lines.append(f"| {rows:,} x {columns:,} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def draw(sweeps: dict[str, dict[str, list[dict[str, float]]]], path: Path) -> None:
    """Four panels: seconds and MB, over rows and over columns."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(2, 2, figsize=(10, 7.2), layout="constrained", sharex="col")
    for column, (kind, found) in enumerate(sweeps.items()):
        for row, (what, unit) in enumerate((("seconds", "seconds a fit"), ("memory", "extra memory, MB"))):
            panel = panels[row][column]
            for name, points in found.items():
                kept = [one for one in points if one[what] > (0 if what == "seconds" else 1)]
                panel.loglog([one[kind] for one in kept], [one[what] for one in kept], "o-", ms=4, label=name,
                             color=COLOURS[name], lw=2.2 if name == "tapefit" else 1.3)  # fmt: skip
            panel.set_ylabel(unit)
            panel.grid(alpha=0.25)
            if row:
                panel.set_xlabel(f"rows ({COLUMNS} columns)" if kind == "rows" else f"columns ({ROWS:,} rows)")
    panels[0][0].legend(frameon=False)
    figure.suptitle("Least squares with an intercept, float64: what more rows and more columns cost")
    figure.savefig(path, dpi=110)


def main() -> None:
    """Sweep, or measure once as a worker."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", action="append", default=[], help="a further interpreter to look for packages in")
    parser.add_argument("--skip", action="append", default=[], choices=list(CONTESTANTS), help="one to leave out")
    parser.add_argument("--patience", type=float, default=10.0)
    parser.add_argument("--table", type=Path, help="Markdown file to write")
    parser.add_argument("--figure", type=Path, help="picture to write")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--size", type=int, nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        work(options.worker, *options.size)
        return
    pythons = [sys.executable, *options.python]
    for name in options.skip:
        del CONTESTANTS[name]
    sweeps = {kind: sweep(sizes, pythons, options.patience) for kind, sizes in SWEEPS.items()}
    text = "\n\n".join(table(kind, found) for kind, found in sweeps.items()) + "\n"
    print(f"\nPython {sys.version.split()[0]}, NumPy {np.__version__}\n\n{text}")
    if options.table:
        options.table.write_text(text, encoding="utf-8")
    if options.figure:
        draw(sweeps, options.figure)


if __name__ == "__main__":
    main()
