"""Timing in alternation: every contestant runs a little, in turn, many times; the median of its turns counts."""

import json
import statistics
import subprocess
import time
from collections.abc import Callable


def median_us(step: Callable[[], object], turns: int, seconds_a_turn: float) -> list[float]:
    """Microseconds a step of each turn, after one turn to warm up."""
    count = _steps_in(step, seconds_a_turn)
    return [_turn(step, count) for _ in range(turns + 1)][1:]


def _steps_in(step: Callable[[], object], seconds: float) -> int:
    start, count = time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        step()
        count += 1
    return max(count, 1)


def _turn(step: Callable[[], object], count: int) -> float:
    start = time.perf_counter()
    for _ in range(count):
        step()
    return (time.perf_counter() - start) / count * 1e6


class Worker:
    """A contestant in its own interpreter, which times one turn whenever it is asked to."""

    def __init__(self, python: str, script: str, name: str, rows: int) -> None:
        self.name = name
        self.turns: list[float] = []
        self.version = ""
        self._process = subprocess.Popen(
            [python, script, "--worker", name, "--rows", str(rows)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def ask(self) -> bool:
        """Time one turn; False if the package is not installed there or the worker died."""
        try:
            self._process.stdin.write("turn\n")
            self._process.stdin.flush()
            answer = json.loads(self._process.stdout.readline() or "null")
        except (BrokenPipeError, json.JSONDecodeError):
            answer = None
        if not answer:
            self.close()
            return False
        self.version = answer["version"]
        self.turns.append(answer["us"])
        return True

    def close(self) -> None:
        """End the interpreter."""
        if self._process.poll() is None:
            self._process.stdin.close()
            self._process.wait()

    @property
    def median(self) -> float:
        """The median of the turns, the first of which only warmed up."""
        return statistics.median(self.turns[1:] or self.turns)


def race(script: str, names: list[str], pythons: list[str], rows: int, turns: int) -> list[Worker]:
    """All contestants of a script in alternation; each in the first interpreter that has its package."""
    workers = []
    for name in names:
        for python in pythons:
            worker = Worker(python, script, name, rows)
            if worker.ask():
                workers.append(worker)
                break
    for _ in range(turns):
        for worker in workers:
            worker.ask()
    for worker in workers:
        worker.close()
    return workers


def serve(step: Callable[[], object], version: str, seconds_a_turn: float, lines: Callable[[], str]) -> None:
    """The worker's side: one timed turn for every line that comes."""
    count = _steps_in(step, seconds_a_turn)
    while lines():
        print(json.dumps({"us": _turn(step, count), "version": version}), flush=True)
