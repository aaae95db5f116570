"""Sharing: the functions by which several threads do the long loops of a kernel together.

The thread that runs the kernel opens a loop, takes parts of it one after the other, and goes on when all are done.
Helpers take parts, too, for as long as there are any: one that comes late finds none, so that nobody waits for a
helper that a busy machine does not run. A part is taken by an atomic addition; only in a loop that is open there are
parts to take. Which thread does a part changes nothing in its result. A helper looks for more for a tenth of a
millisecond, because waking one takes longer than many a loop; the machine's other threads come first.
"""

from __future__ import annotations

from collections.abc import Iterable

from tapefit.tape.function._kernel_layout import SUPER, Layout

_SPINS = 256  # looks at what is not ready yet, after which other threads of the machine come first
_POLITE = 64  # the same, of a helper that looks for parts
_IDLE = 1 << 12  # looks without finding a part after which a helper sleeps: a tenth of a millisecond, roughly
_PAUSES = {  # lets the other thread of a processor's core work
    "x86_64": ("declare void @llvm.x86.sse2.pause()", "call void @llvm.x86.sse2.pause()"),
    "aarch64": ("declare void @llvm.aarch64.hint(i32)", "call void @llvm.aarch64.hint(i32 1)"),
}


def shared_functions(layout: Layout, long: Iterable[int], processor: str, repeats: bool) -> list[str]:
    """The text of `shared(frame)`, which is `run`, of `help(frame)`, and of `repeat_shared(frame, steps)`.

    Parameters
    ----------
    layout
        The kernel's.
    long
        The numbers of the loops that are shared.
    processor
        "x86_64", "aarch64" or another.
    repeats
        Whether there is a function `carry` to repeat the kernel with.
    """
    declared, pause = _PAUSES.get(processor, ("", ""))
    long = tuple(long)
    text = [declared, *(_whole(layout, i) for i in range(len(layout.loops)) if i not in long)]
    for i in long:
        text += [_claim(layout, i), _open(layout, i, pause)]
    text += [_run(layout, long), _shared(layout), _help(layout, long, pause)]
    return [*text, _repeat(layout)] if repeats else text


def _word(layout: Layout, name: str, *key: object) -> str:
    return f"%{name} = getelementptr i64, ptr %frame, i64 {layout.words[key]}"


def _parts(layout: Layout, i: int) -> str:
    return f"""{_word(layout, "count", "n", layout.loops[i].count)}
  %n = load i64, ptr %count
  %above = add i64 %n, {SUPER - 1}
  %parts = lshr i64 %above, {SUPER.bit_length() - 1}"""


def _claim(layout: Layout, i: int) -> str:
    """Does parts of a loop until there are none, and returns how many."""
    return f"""define i64 @claim{i}(ptr %frame) {{
entry:
  {_parts(layout, i)}
  {_word(layout, "next", "next", i)}
  {_word(layout, "done", "done", i)}
  br label %take
take:
  %mine = phi i64 [ 0, %entry ], [ %more, %do ]
  %part = atomicrmw add ptr %next, i64 1 seq_cst
  %some = icmp slt i64 %part, %parts
  br i1 %some, label %do, label %end
do:
  %following = add i64 %part, 1
  call void @loop{i}(ptr %frame, i64 %part, i64 %following)
  %before = atomicrmw add ptr %done, i64 1 seq_cst
  %more = add i64 %mine, 1
  br label %take
end:
  ret i64 %mine
}}"""


def _open(layout: Layout, i: int, pause: str) -> str:
    """Opens a loop, does what nobody else does, and waits for the rest."""
    return f"""define void @open{i}(ptr %frame) {{
entry:
  {_parts(layout, i)}
  {_word(layout, "next", "next", i)}
  {_word(layout, "done", "done", i)}
  {_word(layout, "stage", "stage", 0)}
  {_word(layout, "give", "python", "yield")}
  store atomic i64 0, ptr %done seq_cst, align 8
  store atomic i64 0, ptr %next seq_cst, align 8
  store atomic i64 {i + 1}, ptr %stage seq_cst, align 8
  %mine = call i64 @claim{i}(ptr %frame)
  br label %look
look:
  %spins = phi i64 [ 0, %entry ], [ %more, %wait ], [ 0, %others ]
  %ready = load atomic i64, ptr %done seq_cst, align 8
  %all = icmp eq i64 %ready, %parts
  br i1 %all, label %end, label %wait
wait:
  {pause}
  %more = add i64 %spins, 1
  %long = icmp ugt i64 %more, {_SPINS}
  br i1 %long, label %others, label %look
others:
  %yield = load ptr, ptr %give
  %said = call i32 %yield()
  br label %look
end:
  ret void
}}"""


def _run(layout: Layout, long: tuple[int, ...]) -> str:
    """All phases in order."""
    lines: list[str] = []
    for phase in range(layout.phases):
        lines.append(f"  call void @between{phase}(ptr %frame)")
        for i, loop in enumerate(layout.loops):
            if loop.phase == phase:
                lines.append(f"  call void @{'open' if i in long else 'whole'}{i}(ptr %frame)")
    body = "\n".join(lines)
    return f"define void @phases(ptr %frame) {{\nentry:\n{body}\n  ret void\n}}"


def _whole(layout: Layout, i: int) -> str:
    """Does all of a loop that is not shared."""
    return f"""define void @whole{i}(ptr %frame) {{
entry:
  {_parts(layout, i)}
  call void @loop{i}(ptr %frame, i64 0, i64 %parts)
  ret void
}}"""


def _shared(layout: Layout) -> str:
    return f"""define void @shared(ptr %frame) {{
entry:
  {_word(layout, "stage", "stage", 0)}
  call void @phases(ptr %frame)
  store atomic i64 0, ptr %stage seq_cst, align 8
  ret void
}}"""


def _help(layout: Layout, long: tuple[int, ...], pause: str) -> str:
    """Takes part in what is open, until nothing was for some time or another kernel wants the helper."""
    cases = " ".join(f"i64 {i + 1}, label %take{i}" for i in long)
    takes = "\n".join(f"take{i}:\n  %mine{i} = call i64 @claim{i}(ptr %frame)\n  br label %again" for i in long)
    found = ", ".join(f"[ %mine{i}, %take{i} ]" for i in long)
    return f"""define void @help(ptr %frame) {{
entry:
  {_word(layout, "stage", "stage", 0)}
  {_word(layout, "present", "present", 0)}
  {_word(layout, "calls", "python", "wanted")}
  {_word(layout, "give", "python", "yield")}
  %wanted = load ptr, ptr %calls
  %yield = load ptr, ptr %give
  %before = atomicrmw add ptr %present, i64 1 seq_cst
  br label %look
look:
  %idle = phi i64 [ 0, %entry ], [ %more, %again ], [ %more, %others ]
  %open = load atomic i64, ptr %stage seq_cst, align 8
  switch i64 %open, label %none [ {cases} ]
none:
  %others_wait = load atomic i64, ptr %wanted seq_cst, align 8
  %go = icmp sgt i64 %others_wait, 0
  br i1 %go, label %end, label %again
{takes}
again:
  %mine = phi i64 [ 0, %none ], {found}
  {pause}
  %nothing = icmp eq i64 %mine, 0
  %longer = add i64 %idle, 1
  %more = select i1 %nothing, i64 %longer, i64 0
  %round = and i64 %longer, {_POLITE - 1}
  %full = icmp eq i64 %round, 0
  br i1 %full, label %others, label %look
others:
  %said = call i32 %yield()
  %enough = icmp ugt i64 %more, {_IDLE}
  br i1 %enough, label %end, label %look
end:
  %after = atomicrmw sub ptr %present, i64 1 seq_cst
  ret void
}}"""


def _repeat(layout: Layout) -> str:
    return f"""define void @repeat_shared(ptr %frame, i64 %steps) {{
entry:
  {_word(layout, "stage", "stage", 0)}
  br label %head
head:
  %i = phi i64 [ 0, %entry ], [ %following, %body ]
  %more = icmp slt i64 %i, %steps
  br i1 %more, label %body, label %end
body:
  call void @phases(ptr %frame)
  call void @carry(ptr %frame)
  %following = add nsw i64 %i, 1
  br label %head
end:
  store atomic i64 0, ptr %stage seq_cst, align 8
  ret void
}}"""
