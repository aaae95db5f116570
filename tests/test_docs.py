"""The README and the docs run: Python sessions print what they show, commands exit with 0."""

from __future__ import annotations

import doctest
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from tapefit.cli import main

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def blocks(page: Path, language: str) -> Iterator[tuple[int, str]]:
    """The fenced blocks of a language, each with the line it starts on."""
    text = page.read_text(encoding="utf-8")
    for match in re.finditer(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        yield text.count("\n", 0, match.start(1)), match.group(1)


@pytest.fixture
def in_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to write in, with the examples beside it."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_sessions_of_a_page_print_what_it_shows(page: Path, in_a_copy: Path) -> None:
    names: dict[str, object] = {"__name__": "__main__"}
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=OPTIONS)
    for line, source in blocks(page, "pycon"):
        case = doctest.DocTestParser().get_doctest(source, names, page.name, str(page), line)
        runner.run(case, out=report.append, clear_globs=False)
        names.update(case.globs)
    assert not runner.failures, "".join(report)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_commands_of_a_page_run(page: Path, in_a_copy: Path) -> None:
    for line, source in blocks(page, "console"):
        for command, expected in commands(source):
            words = shlex.split(command)
            assert words[0] == "tapefit", f"{page.name}:{line}: {command}"
            result = CliRunner().invoke(main, words[1:])
            assert result.exit_code == 0, f"{page.name}:{line}: {command}\n{result.output}"
            if expected.strip():
                check = doctest.OutputChecker()
                assert check.check_output(expected, result.output, OPTIONS), f"{command}\n{result.output}"


def commands(source: str) -> Iterator[tuple[str, str]]:
    """The lines that start with a dollar sign, each with the lines it prints."""
    for part in re.split(r"^\$ ", source, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        yield command, expected


def test_the_readme_runs_something() -> None:
    assert len(list(blocks(ROOT / "README.md", "pycon"))) >= 3
    assert len(list(blocks(ROOT / "README.md", "console"))) >= 1


def test_every_link_of_a_page_leads_to_a_file() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
