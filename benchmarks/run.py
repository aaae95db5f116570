"""All benchmarks with one command, their tables to the terminal and, with --write, to a Markdown page.

    python -m benchmarks.run
    python -m benchmarks.run --python PATH_WITH_TENSORFLOW --python PATH_WITH_OTHER_PEERS --write results.md
    python -m benchmarks.run --only nist --only seed_loop

Each benchmark is a script that runs by itself, too; peers that are in none of the interpreters are left out. The page
is written anew after each benchmark, so that an interrupted run keeps what it has.
"""

import argparse
import datetime
import os
import platform
import subprocess
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
PACKAGES = "tapefit numpy scipy scikit-learn numba llvmlite tensorflow-cpu torch jax autograd mygrad statsmodels glum"
_VERSION = "import sys; from importlib.metadata import version; print(version(sys.argv[1]))"


class Benchmark(NamedTuple):
    """A script with its options.

    Attributes
    ----------
    name
        What ``--only`` calls it.
    script, options
        The command.
    peers
        Whether it takes ``--python``.
    """

    name: str
    script: str
    options: tuple[str, ...] = ()
    peers: bool = True


BENCHMARKS = (
    Benchmark("seed_loop", "seed_loop.py"),
    Benchmark("kernels", "kernels.py"),
    Benchmark("backward_memory", "backward_memory.py"),
    Benchmark("import_time", "import_time.py", peers=False),
    Benchmark("nist", "nist.py"),
    Benchmark("invariance", "invariance.py", peers=False),
    Benchmark("least_squares", "least_squares.py", ("--rows", "500000")),
    Benchmark("least_squares_large", "least_squares.py", ("--rows", "4000000")),
    Benchmark("small", "small.py"),
    Benchmark("small_losses", "small.py", ("--loss", "logistic", "--loss", "poisson")),
    Benchmark("losses", "losses.py"),
    Benchmark("losses_onehot", "losses.py", ("--data", "onehot")),
    Benchmark("quantile", "losses.py", ("--loss", "quantile", "--rows", "20000")),
    Benchmark("constraints", "constraints.py", peers=False),
    Benchmark("batches", "batches.py", peers=False),
    Benchmark("start", "start.py", peers=False),
    Benchmark("growth", "growth.py"),
)


def command(benchmark: Benchmark, pythons: list[str]) -> list[str]:
    """The command line of a benchmark, with the interpreters that its peers may be in."""
    extra = [word for python in pythons for word in ("--python", python)] if benchmark.peers else []
    return [sys.executable, str(HERE / benchmark.script), *benchmark.options, *extra]


def shown(benchmark: Benchmark) -> str:
    """The command as a reader would type it."""
    peers = ("--python", "PATH_WITH_PEERS") if benchmark.peers else ()
    words = [Path(word).name if os.sep in word else word for word in benchmark.options]
    return " ".join(["python", f"benchmarks/{benchmark.script}", *words, *peers])


def machine() -> str:
    """The machine and the versions, here and in the other interpreters, in words."""
    processor = platform.processor() or platform.machine()
    return f"{platform.system()} {processor}, {os.cpu_count()} processors, Python {platform.python_version()}"


def versions(pythons: list[str]) -> list[str]:
    """Each package with the version in the first interpreter that has it."""
    found = []
    for package in PACKAGES.split():
        try:
            found.append(f"{package} {version(package)}")
            continue
        except PackageNotFoundError:
            pass
        for python in pythons:
            run = subprocess.run([python, "-c", _VERSION, package], capture_output=True, text=True, check=False)
            if run.returncode == 0:
                found.append(f"{package} {run.stdout.strip()}")
                break
    return found


def run(benchmark: Benchmark, pythons: list[str]) -> tuple[str, float]:
    """What a benchmark prints, and the seconds that it took; its error where it fails."""
    start = time.perf_counter()
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        command(benchmark, pythons), capture_output=True, text=True, check=False, cwd=HERE.parent, env=environment
    )
    text = done.stdout if not done.returncode else f"{done.stdout}\nfailed with exit code {done.returncode}:\n"
    if done.returncode:
        text += "\n".join(done.stderr.splitlines()[-5:])
    return text.strip("\n"), time.perf_counter() - start


def page(results: list[tuple[Benchmark, str, float]], pythons: list[str]) -> str:
    """The results as Markdown."""
    head = [
        "# Results of the benchmarks",
        f"{datetime.date.today().isoformat()}, {machine()}.",
        f"Versions: {', '.join(versions(pythons))}.",
        "Made by `python -m benchmarks.run --write benchmarks/RESULTS.md`. The machine was shared: read the ratios.",
    ]
    body = [
        f"## {b.name}\n\n```sh\n{shown(b)}\n```\n\n```text\n{text}\n```\n\n{seconds:.0f} s."
        for b, text, seconds in results
    ]
    return "\n\n".join([*head, *body]) + "\n"


def main() -> None:
    """Run them one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", action="append", default=[], help="a further interpreter to look for packages in")
    parser.add_argument("--only", action="append", choices=[b.name for b in BENCHMARKS], help="all by default")
    parser.add_argument("--nist", help="a JSON file with all eleven NIST sets")
    parser.add_argument("--write", type=Path, help="a Markdown page to write the tables to")
    options = parser.parse_args()
    print(machine(), *versions(options.python), sep="\n  ", flush=True)
    results = []
    for benchmark in BENCHMARKS:
        if options.only and benchmark.name not in options.only:
            continue
        if benchmark.name == "nist" and options.nist:
            benchmark = benchmark._replace(options=("--data", options.nist))
        print(f"\n== {benchmark.name}: {shown(benchmark)}", flush=True)
        text, seconds = run(benchmark, options.python)
        print(text, flush=True)
        results.append((benchmark, text, seconds))
        if options.write:
            options.write.write_text(page(results, options.python), encoding="utf-8")


if __name__ == "__main__":
    main()
