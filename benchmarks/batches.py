"""A fit in memory beside one in batches: seconds and the most memory of the process, on a CSV and a Parquet file.

    python benchmarks/batches.py
    python benchmarks/batches.py --rows 10000000 --repeat 1

Five columns of numbers and one of text. Each run is a process of its own, fit and fit_batches taking turns; medians.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

WAYS = ("fit", "fit_batches")


def write(folder: Path, rows: int) -> list[Path]:
    """The same table as CSV and as Parquet, written a million rows at a time."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.csv as pv
    import pyarrow.parquet as pq

    rng = np.random.default_rng(0)
    names = [*(f"x{j}" for j in range(5)), "region", "y"]
    schema = pa.schema([(name, pa.string() if name == "region" else pa.float64()) for name in names])
    paths = [folder / "rows.csv", folder / "rows.parquet"]
    with pv.CSVWriter(paths[0], schema) as text, pq.ParquetWriter(paths[1], schema) as parquet:
        for start in range(0, rows, 1_000_000):
            n = min(1_000_000, rows - start)
            X = rng.standard_normal((5, n))
            region = np.array(["north", "south", "west"])[rng.integers(0, 3, n)]
            part = pa.table([*X, region, X.sum(axis=0) + rng.standard_normal(n)], schema=schema)
            text.write(part)
            parquet.write_table(part)
    return paths


def most_memory() -> float:
    """The most MB that this process has held; Linux's own count, as getrusage's begins at that of the parent."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1000


def work(way: str, path: str) -> None:
    """A worker: one fit; its seconds, its memory above that of the imports, its coefficients."""
    import tapefit

    tapefit.fit({"x": [0.0, 1.0, 2.0], "y": [0.0, 1.0, 3.0]})
    before = most_memory()
    start = time.perf_counter()
    results = getattr(tapefit, way)(path, target="y")
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "MB": most_memory() - before, "params": results.params.tolist()}))


def ask(way: str, path: Path) -> dict:
    """The answer of a worker."""
    run = subprocess.run([sys.executable, __file__, "--worker", way, str(path)], capture_output=True, check=True)
    return json.loads(run.stdout)


def main() -> None:
    """Print the table, or serve as a worker."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--worker", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        work(*options.worker)
        return
    print(f"{options.rows:,} rows, {options.repeat} runs each\n")
    print("| | file, MB | fit, s | fit_batches, s | ratio | fit, MB | fit_batches, MB | ratio | largest difference |")
    print("|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for path in write(Path(folder), options.rows):
            runs = [{way: ask(way, path) for way in WAYS} for _ in range(options.repeat)]
            cells = [f"{path.stat().st_size / 1e6:.0f}"]
            for key, form in (("seconds", ".2f"), ("MB", ".0f")):
                whole, parts = (median(run[way][key] for run in runs) for way in WAYS)
                cells += [format(whole, form), format(parts, form), f"{parts / whole:.2f}"]
            pairs = zip(runs[0]["fit"]["params"], runs[0]["fit_batches"]["params"], strict=True)
            print(f"| {path.suffix[1:]} | {' | '.join(cells)} | {max(abs(a / b - 1) for a, b in pairs):.0e} |")


if __name__ == "__main__":
    main()
