"""A tape's program as text, as a graph for Graphviz or Mermaid, and as HTML."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator

from tapefit.tape._program import Row

Rows = tuple[Row, ...]


def as_text(title: str, rows: Rows) -> str:
    """One line a row, in columns: name, op, shape and dtype, value, gradient, place."""
    table = [
        (f"{r.name} = {r.call}", f"{r.dtype}{list(r.shape)}", r.value, f"| {r.gradient}" if r.gradient else "", r.place)
        for r in rows
    ]
    if any(r.gradient for r in rows):
        table.insert(0, ("", "", "value", "| gradient", ""))
    widths = [max((len(line[k]) for line in table), default=0) for k in range(5)]
    lines = ["  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip() for line in table]
    return "\n".join([title, *(f"  {line}" for line in lines)])


def as_dot(title: str, rows: Rows) -> str:
    """A digraph in Graphviz's language."""
    lines = [f"  {n} [label={_quoted(_label(r), chr(92) + 'n')}{_shape(r)}];" for n, r in _numbered(rows)]
    edges = [f"  {a} -> {b};" for a, b in _edges(rows)]
    return "\n".join([f"digraph {_quoted([title], '')} {{", "  rankdir=TB; node [shape=box];", *lines, *edges, "}"])


def as_mermaid(title: str, rows: Rows) -> str:
    """A flowchart in Mermaid's language."""
    lines = []
    for n, r in _numbered(rows):
        label = "<br/>".join(html.escape(part).replace("#", "#35;") for part in _label(r))
        lines.append(f'  {n}(["{label}"])' if not r.inputs else f'  {n}["{label}"]')
    return "\n".join([f"%% {title}", "flowchart TD", *lines, *(f"  {a} --> {b}" for a, b in _edges(rows))])


def as_html(title: str, rows: Rows) -> str:
    """A table without scripts or styles from elsewhere; all that comes from the program is escaped."""
    columns = ["name", "op", "shape", "dtype", "value", "gradient", "line"]
    used = [True, True, True, True, True, any(r.gradient for r in rows), any(r.place for r in rows)]
    cells = [(r.name, r.call, str(r.shape), r.dtype, r.value, r.gradient, r.place) for r in rows]
    head = _cells("th", columns, used)
    body = "".join(f"<tr>{_cells('td', line, used)}</tr>" for line in cells)
    style = "text-align: left; font-family: monospace"
    return f'<table style="{style}"><caption>{html.escape(title)}</caption><tr>{head}</tr>{body}</table>'


def _cells(tag: str, texts: Iterable[str], used: list[bool]) -> str:
    return "".join(f"<{tag}>{html.escape(t)}</{tag}>" for t, u in zip(texts, used, strict=True) if u)


def _numbered(rows: Rows) -> Iterator[tuple[str, Row]]:
    return ((f"n{i}", r) for i, r in enumerate(rows))


def _label(r: Row) -> list[str]:
    gradient = [f"gradient {r.gradient}"] if r.gradient else []
    return [f"{r.name} = {r.call}", f"{r.dtype}{list(r.shape)} {r.value}", *gradient]


def _shape(r: Row) -> str:
    return "" if r.inputs else ", shape=ellipse"


def _quoted(parts: list[str], separator: str) -> str:
    escaped = [p.replace("\\", "\\\\").replace('"', '\\"') for p in parts]
    return f'"{separator.join(escaped)}"'


def _edges(rows: Rows) -> list[tuple[str, str]]:
    """From each argument to each answer, by the newest row of that name."""
    newest: dict[str, str] = {}
    edges = []
    for n, r in _numbered(rows):
        edges += [(newest[i], n) for i in r.inputs if i in newest]
        newest[r.name] = n
    return edges
