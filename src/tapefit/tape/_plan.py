"""Plans: the backward sweep of a tape that looks like earlier ones, as straight Python."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from tapefit.tape._backward import Record, unbroadcast
from tapefit.tape._primitive import MANY, REGISTRY, Primitive, through
from tapefit.tape._request import UNITS, finished
from tapefit.tape._stack import stack
from tapefit.tape._tensor import Tensor
from tapefit.tape.primitives import WHOLE

if TYPE_CHECKING:
    from tapefit.tape._gradient_tape import GradientTape

# A loop makes the same records again and again, with other values. After a few times the sweep over them is written
# out: which rules are called, in which order, where their results go. Rules are called as `sweep` calls them and sums
# are taken in the same order, so the gradients are the same bit for bit.
#
# Plans are kept by the primitives of the records. That is not all that a sweep depends on: a plan begins by looking
# whether every argument comes from where it came when the plan was made, and gives up if not. Shapes and dtypes are
# not part of it; what is broadcast is seen on the way, as in `sweep`.
Plan = Callable[[list[Record], set[int], Any, list[Any], Any], list[Any] | None]
Key = tuple[int | Primitive, ...]  # how many sources, and each record's primitive

_LONGEST = 64  # records
_REPEATS = 16  # tapes that look alike before a plan is made, which takes a millisecond
_FORMS = 4  # plans for the same primitives
_KEPT = 256  # sequences of primitives that are remembered

_plans: dict[Key, list[Plan]] = {}
_met: dict[Key, int] = {}
_primitives = itemgetter(0)


def planned(tape: GradientTape, target: Any, sources: list[Any]) -> list[Any] | None:
    """The gradients of one target by a plan, or None where there is no plan, or something is not as usual.

    Parameters
    ----------
    tape
        That was asked; its records are taken as they are.
    target, sources
        As they were given.
    """
    records, live = tape._records, tape._live
    if tape._recording or tape._used or tape._remembers or tape._gathers or stack.tapes or stack.check is not None:
        return None
    if type(target) is not Tensor or len(records) > _LONGEST:
        return None
    seed = UNITS.get(type(target._array))
    if seed is None:
        return None
    key = (len(sources), *map(_primitives, records))
    for plan in _plans.get(key, ()):
        try:
            found = plan(records, live, target, sources, seed)
        except AttributeError:  # a source that is neither tensor nor variable
            return None
        if found is not None:
            return found
    _meet(key, records, live, target, sources)
    return None


def _meet(key: Key, records: list[Record], live: set[int], target: Tensor, sources: list[Any]) -> None:
    """Count, and make a plan when such records have come often enough."""
    if len(_plans.get(key, ())) >= _FORMS or not all(REGISTRY.get(r[0].name) is r[0] for r in records):
        return  # a primitive made for one call never comes again
    count = _met[key] = _met.get(key, 0) + 1
    if count < _REPEATS:
        if len(_met) > _KEPT:
            _met.clear()
            _plans.clear()
        return
    _met[key] = 0
    links = _links(records, live, sources)
    place = next((k for k, r in enumerate(records) if r[2] is target), None)
    if links is None or place is None:
        return
    reached = _reached(records, links, place)
    if all(-1 - i in reached for i in range(len(sources))):
        _plans.setdefault(key, []).append(_made(records, links, place, len(sources)))


Links = list[list[int | None]]  # of each record's arguments: the record that made it, -1, -2, ... for a source


def _links(records: list[Record], live: set[int], sources: list[Any]) -> Links | None:
    """Where the arguments come from; None if a plan cannot say it."""
    made = {s._uid: -1 - i for i, s in enumerate(sources)}
    if len(made) < len(sources):
        return None
    links: Links = []
    for k, (primitive, args, answer, _) in enumerate(records):
        followed = [a._uid if a._uid in live else None for a in args]
        if type(answer) is not Tensor or answer._uid in made or not primitive.rules:
            return None
        if not all(uid is None or uid in made for uid in followed):
            return None  # followed and not asked for
        links.append([None if uid is None else made[uid] for uid in followed])
        made[answer._uid] = k
    return links


_NAMES: dict[str, Any] = {
    "MANY": MANY,
    "add_up": np.add.reduce,
    "errstate": np.errstate,
    "finished": finished,
    "unbroadcast": unbroadcast,
    "WHOLE": WHOLE,
}


def _made(records: list[Record], links: Links, target: int, sources: int) -> Plan:
    """A plan as a function, of names and numbers of ours only."""
    names = dict(_NAMES)
    for k, record in enumerate(records):
        names |= {f"rule{k}_{i}": rule for i, rule in enumerate(record[0].rules)}
    steps = list(_steps(records, links, target, sources))
    reached = {k for k in _reached(records, links, target) if k >= 0}
    unpacked = ", ".join(_pattern(k, records[k]) if k in reached or not k else "_" for k in range(len(records)))
    quiet = any(record[0].quiet for record in records)
    lines = [
        "def plan(records, live, target, sources, seed):",
        f"    [{unpacked}] = records",
        f"    [{', '.join(f's{i}' for i in range(sources))}] = sources",
        *(f"    u{i} = s{i}._uid" for i in range(sources)),
        "    first = y0._uid",
        f"    if {' or '.join(_differences(records, links, reached, target, sources))}:",
        "        return None",
        *(["    with errstate(all='ignore'):"] if quiet else []),
        *(("        " if quiet else "    ") + step for step in steps),
    ]
    exec("\n".join(lines), names)
    return names["plan"]  # type: ignore[no-any-return]


def _reached(records: list[Record], links: Links, target: int) -> set[int]:
    """The records and sources that the target's cotangent comes to."""
    reached = {target}
    for k in range(target, -1, -1):
        if k in reached:
            reached |= {j for j, rule in zip(links[k], records[k][0].rules, strict=True) if rule and j is not None}
    return reached


def _pattern(k: int, record: Record) -> str:
    return f"(_, ({''.join(f'a{k}_{i}, ' for i in range(len(record[1])))}), y{k}, p{k})"


def _differences(records: list[Record], links: Links, reached: set[int], target: int, sources: int) -> Iterator[str]:
    """Conditions under which the plan is not for these records."""
    yield f"target is not y{target}"
    for i in range(sources):  # numbers grow, so that no record has made a source
        yield f"u{i} >= first or u{i} not in live"
        yield from (f"u{i} == u{j}" for j in range(i))
    for k in sorted(reached):
        if records[k][0].scales:
            yield f"y{k}._array.size > MANY"  # where the sweep may write over a cotangent
        params = records[k][3]
        yield f"p{k} is not WHOLE" if params is WHOLE else f"not p{k}" if params else f"p{k}"
        for i, j in enumerate(links[k]):
            a = f"a{k}_{i}"
            if records[k][0].rules[i] is None:
                continue
            if j is None:
                yield f"{a}._uid in live"
            elif j < 0:
                yield f"{a}._uid != u{-1 - j}"
            else:  # the same tensor, or an outline of it
                yield f"({a} is not y{j} and {a}._uid != y{j}._uid)"


def _steps(records: list[Record], links: Links, target: int, sources: int) -> Iterator[str]:
    """The sweep's steps, newest record first; g3 is the cotangent of what record 3 made, d0 that of source 0."""
    known = {f"g{target}"}
    yield f"g{target} = seed"
    for k in range(target, -1, -1):
        if f"g{k}" not in known:
            continue
        primitive, args, _, params = records[k]
        ways = [(i, j) for i, j in enumerate(links[k]) if j is not None and primitive.rules[i] is not None]
        for i, j in ways:
            rule, to = primitive.rules[i], f"d{-1 - j}" if j < 0 else f"g{j}"
            if rule is through:
                yield f"part = g{k}"
            else:
                arrays = "".join(f", a{k}_{n}._array" for n in range(len(args)))
                options = ", axis=None, keepdims=False" if params is WHOLE else f", **p{k}" if params else ""
                yield f"part = rule{k}_{i}(g{k}, y{k}._array{arrays}{options})"
                yield "if part is None: return None"
            if primitive.broadcasts:  # sizes are quicker to compare than shapes, and as good unless they are 0
                yield f"x = a{k}_{i}._array"
                yield "if part.size != x.size or part.ndim != x.ndim or not part.size:"
                yield "    part = unbroadcast(part, x.shape) if x.ndim else add_up(part, None)"
            if i == ways[-1][0]:
                yield f"del g{k}"  # before a sum is made: one large array less at the same time
            yield f"{to} = {to} + part" if to in known else f"{to} = part"
            known.add(to)
    yield f"return [{', '.join(f'finished(d{i}, s{i}, False)' for i in range(sources))}]"
