"""Replay: a program as one straight Python function of NumPy calls, which write into buffers made beforehand."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from tapefit.tape._primitive import Primitive
from tapefit.tape._stack import stack
from tapefit.tape._tensor import Tensor
from tapefit.tape.function._program import Program, Step, Value

if TYPE_CHECKING:
    from tapefit.tape.function._kernel_call import Call

Replay = Callable[..., Any]

# The ufunc that an operator calls on arrays, which takes a buffer for its result.
_UFUNCS: dict[Any, Any] = {
    operator.add: np.add,
    operator.sub: np.subtract,
    operator.mul: np.multiply,
    operator.truediv: np.true_divide,
    operator.pow: np.power,
    operator.neg: np.negative,
    operator.eq: np.equal,
    operator.ne: np.not_equal,
    operator.lt: np.less,
    operator.le: np.less_equal,
    operator.gt: np.greater,
    operator.ge: np.greater_equal,
}
_BY_NAME = (np.maximum, np.minimum, np.fmax, np.fmin)  # they take their buffer by name alone
_SIGNS = {operator.add: "+", operator.sub: "-", operator.mul: "*"}
_ADD_UP = ("reduce_sum", "reduce_mean")


def ufunc_of(primitive: Primitive) -> Any:
    """The ufunc that computes a primitive, element by element; None if none does."""
    if isinstance(primitive.fn, np.ufunc):
        return primitive.fn if primitive.fn.nout == 1 and not primitive.fn.signature else None
    return _UFUNCS.get(primitive.fn)


class Plan:
    """The source of a program's function, and what it needs to be made again with buffers of its own.

    Made once for a program; `frame` may be called for each thread that runs it at the same time as another. The
    function returns a tuple of arrays; one `as_tensor` returns the only tensor of a program, or None if it has none.
    """

    def __init__(self, program: Program, as_tensor: bool = False) -> None:
        writer = _Writer(program, as_tensor)
        self.source = writer.source()
        self._buffers: list[Value] = writer.buffers
        self._scalars = writer.scalars
        self._names = writer.names
        self._views = writer.views
        self._calls = writer.calls
        self._code = compile(self.source, f"<program {program.name}>", "exec")

    def frame(self) -> Replay:
        """A function of the inputs' arrays that runs the program and returns the outputs' arrays."""
        names = dict(self._names)
        for i, value in enumerate(self._buffers):
            names[f"b{i}"] = np.empty(value.shape, value.dtype)
        for name, (place, shape) in self._views.items():
            names[name] = names[f"b{place}"].reshape(shape)
        for name, dtype in self._scalars.items():
            names[name] = np.empty((), dtype)
        for call in self._calls:
            names.update(call.bind())
        exec(self._code, names)
        make = names.pop("make")  # else a cycle, which would keep the variables alive
        replay: Replay = make(**{k: v for k, v in names.items() if k != "__builtins__"})
        replay.frames = [names[f"{call.name}frame"] for call in self._calls]  # type: ignore[attr-defined]  # held by it
        return replay


class _Writer:
    """Writes the lines of one program, and decides which result lies in which buffer."""

    def __init__(self, program: Program, as_tensor: bool) -> None:
        self.program, self.as_tensor = program, as_tensor
        self.values = program.values
        self.names: dict[str, Any] = {"Tensor": Tensor, "asarray": np.asarray, "add_up": np.add.reduce}
        self.text: dict[int, str] = {}  # how a value is written where a step reads it
        self.calls: list[Call] = []  # of kernels; each frame gets memory of its own for them
        self.scalars: dict[str, Any] = {}  # arrays of shape () for scalars that meet arrays
        self.views: dict[str, tuple[int, tuple[int, ...]]] = {}  # buffers in another shape
        self.lines: list[str] = []
        self.buffers: list[Value] = []
        self._free: dict[Value, list[int]] = {}
        self._lies_in: dict[int, int] = {}  # the buffer of a value
        self._backing: dict[int, frozenset[int]] = {}  # the values whose memory a value may share
        self._last_use = self._last_uses()

    # -- which memory is used how long ----------------------------------------------------------

    def _last_uses(self) -> dict[int, int]:
        """For each value the last step that reads it or something that may share its memory."""
        p = self.program
        for step in p.steps:
            shares = self._sharing(step)
            backing = frozenset().union(*(self._backing.get(a, frozenset((a,))) for a in shares)) if shares else None
            for k in step.outs:
                self._backing[k] = (backing or frozenset()) | {k}
        last: dict[int, int] = {}
        for i, step in enumerate(p.steps):
            for a in step.args:
                for k in self._backing.get(a, (a,)):
                    last[k] = i
        for k in (*p.outputs, *(k for _, k in p.updates)):
            for root in self._backing.get(k, (k,)):
                last[root] = len(p.steps)  # leaves the program: lies in no buffer
        return last

    def _sharing(self, step: Step) -> tuple[int, ...]:
        """The arguments whose memory the step's result may be."""
        if ufunc_of(step.primitive) is not None or step.primitive.name in (*_ADD_UP, "kernel", "matmul"):
            return ()
        return step.args

    # -- the source -----------------------------------------------------------------------------

    def source(self) -> str:
        """The whole module: a function `make` that takes the names and returns the function `run`."""
        p = self.program
        for i, k in enumerate(p.inputs):
            self._begin(k, f"x{i}" if self.values[k].shape else f"x{i}[()]")
        for i, (variable, k) in enumerate(p.reads):
            self.names[f"variable{i}"] = variable
            self._begin(k, f"variable{i}._value._array")
        for k, constant in p.constants.items():
            self.names[f"c{k}"] = constant
            self.text[k] = f"c{k}"
        for number, step in enumerate(p.steps):
            self._write(step, number)
        self._finish()
        quiet = any(step.primitive.quiet for step in p.steps)
        self.names["errstate"] = np.errstate
        head, indent = ("        with errstate(all='ignore'):\n", " " * 12) if quiet else ("", " " * 8)
        body = head + "".join(f"{indent}{line}\n" for line in self.lines)
        inputs = ", ".join(f"x{i}" for i in range(len(p.inputs)))
        called = [name for call in self.calls for name in call.names]
        names = ", ".join(
            [*self.names, *(f"b{i}" for i in range(len(self.buffers))), *self.views, *self.scalars, *called]
        )
        return f"def make({names}, **_):\n    def run({inputs}):\n{body}    return run\n"

    def _begin(self, k: int, text: str) -> None:
        self.lines.append(f"v{k} = {text}")
        self.text[k] = f"v{k}"

    def _write(self, step: Step, number: int) -> None:
        """A line or two for a step."""
        ufunc = ufunc_of(step.primitive)
        out = step.outs[0] if step.outs else -1
        if ufunc is not None and not step.params and len(step.outs) == 1:
            if self.values[out].shape == ():
                self._scalar_step(step, out)
            else:
                self._array_step(step, out, ufunc, number)
        elif step.primitive.name in _ADD_UP and self.values[step.args[0]].dtype.kind == "f":
            self._sum(step, out)
        elif step.primitive.name == "kernel":
            self._kernel(step)
        elif step.primitive.name == "matmul":
            self._product(step, out, number)
        elif step.primitive.name == "reshape" and self.values[step.args[0]].shape and self.values[out].shape:
            self._reshape(step, out)
        else:
            self._call(step)
        self._release(step, number)

    def _scalar_step(self, step: Step, out: int) -> None:
        args = [self._as_scalar(a) for a in step.args]
        sign = _SIGNS.get(step.primitive.fn)
        if sign and len(args) == 2:
            self.lines.append(f"v{out} = {args[0]} {sign} {args[1]}")
        else:
            self.lines.append(f"v{out} = {self._fn(step.primitive.fn, step.primitive.name)}({', '.join(args)})")
        self.text[out] = f"v{out}"

    def _as_scalar(self, a: int) -> str:
        """A 0-d value as a NumPy scalar, which calculates ten times as fast."""
        if a in self.program.constants:
            self.names[f"s{a}"] = self.program.constants[a][()]
            return f"s{a}"
        if any(a == k for _, k in self.program.reads):
            return f"v{a}[()]"
        return f"v{a}"

    def _array_step(self, step: Step, out: int, ufunc: Any, number: int) -> None:
        args = [self._beside_array(a) for a in step.args]
        target = self._target(step, out, number)
        name = self._fn(ufunc, step.primitive.name)
        if target is None:
            self.lines.append(f"v{out} = {name}({', '.join(args)})")
            self.text[out] = f"v{out}"
        else:
            out_as = "out=" if ufunc in _BY_NAME else ""
            self.lines.append(f"{name}({', '.join([*args, out_as + target])})")
            self.text[out] = target

    def _beside_array(self, a: int) -> str:
        """An argument where arrays meet: a scalar goes into an array of shape (), which NumPy takes sooner."""
        made = self.values[a].shape == () and a not in self.program.constants
        if not made or any(a == k for _, k in self.program.reads):
            return self.text[a]
        if f"z{a}" not in self.scalars:
            self.scalars[f"z{a}"] = self.values[a].dtype
            self.lines.append(f"z{a}[()] = v{a}")
        return f"z{a}"

    def _product(self, step: Step, out: int, number: int) -> None:
        """A matrix product; what it reads cannot be written to."""
        args = ", ".join(self.text[a] for a in step.args)
        target = self._target(step._replace(args=()), out, number)
        name = self._fn(step.primitive.fn, step.primitive.name)
        self.lines.append(f"v{out} = {name}({args})" if target is None else f"{name}({args}, {target})")
        self.text[out] = target or f"v{out}"

    def _reshape(self, step: Step, out: int) -> None:
        """An array in another shape; of a buffer once for all calls."""
        (a,), shape = step.args, self.values[out].shape
        if a in self._lies_in:
            self.text[out] = f"w{out}"
            self.views[f"w{out}"] = self._lies_in[a], shape
        else:
            self.lines.append(f"v{out} = {self.text[a]}.reshape({shape})")
            self.text[out] = f"v{out}"

    def _target(self, step: Step, out: int, number: int) -> str | None:
        """The buffer that a result goes into; None for a result that leaves the program."""
        if self._last_use.get(out, -1) >= len(self.program.steps):
            return None
        value = self.values[out]
        for a in step.args:  # in place, where an argument is not read again
            if a in self._lies_in and self._last_use[a] == number and self.values[a] == value:
                self._lies_in[out] = self._lies_in.pop(a)
                return f"b{self._lies_in[out]}"
        free = self._free.get(value)
        if free:
            place = free.pop()
        else:
            self.buffers.append(value)
            place = len(self.buffers) - 1
        self._lies_in[out] = place
        return f"b{place}"

    def _release(self, step: Step, number: int) -> None:
        """Give back the buffers that are not read after this step."""
        ended = [k for k in self._lies_in if self._last_use.get(k, number) <= number]
        for k in ended:
            place = self._lies_in.pop(k)
            self._free.setdefault(self.buffers[place], []).append(place)

    def _sum(self, step: Step, out: int) -> None:
        (a,) = step.args
        axis, keepdims = step.params["axis"], step.params["keepdims"]
        self.names[f"d{out}"] = self.values[a].dtype
        total = f"add_up({self.text[a]}, {axis}, d{out}, None, {keepdims})"
        if step.primitive.name == "reduce_mean":
            shape = self.values[a].shape
            n = int(np.prod(shape if axis is None else [shape[i] for i in axis], dtype=np.int64))
            if not n:
                self._call(step)
                return
            total += f" / {n}"
        self.lines.append(f"v{out} = {total}")
        self.text[out] = f"v{out}"

    def _call(self, step: Step) -> None:
        """A step that only the primitive's own function can do."""
        self.names[f"f{len(self.names)}"] = _caller(step)
        call = f"f{len(self.names) - 1}({', '.join(self._plain(a) for a in step.args)})"
        outs = [f"v{k}" for k in step.outs]
        if not step.primitive.outputs and outs:
            self.lines.append(f"{outs[0]} = {call}")
        else:
            self.lines.append(f"{', '.join(outs)}{',' if outs else ''} = {call}" if outs else call)
        self.text.update({k: f"v{k}" for k in step.outs})

    def _kernel(self, step: Step) -> None:
        """A kernel, called where it stands."""
        from tapefit.tape.function._kernel import Kernel
        from tapefit.tape.function._kernel_call import Call

        p, kernel = self.program, step.primitive.fn
        if not isinstance(kernel, Kernel):
            raise TypeError(f"A step named kernel has a Kernel as its function, got {kernel!r}.")
        updates = {k: variable._uid for variable, k in reversed(p.updates) if k in step.outs}
        read = [
            *p.outputs,
            *(a for s in p.steps for a in s.args),
            *(k for v, k in p.updates if v._uid != updates.get(k)),
        ]
        given = [self.text[a] for a in step.args]
        call = Call(kernel, f"k{len(self.calls)}", given, updates, {*updates} - {*read})
        self.calls.append(call)
        self.lines += call.lines
        self.text.update({k: f"v{k}" for k in step.outs})

    def _plain(self, a: int) -> str:
        return self.text[a]

    def _fn(self, fn: Any, name: str) -> str:
        key = f"f_{name}"
        if self.names.setdefault(key, fn) is not fn:
            key = f"f{len(self.names)}"
            self.names[key] = fn
        return key

    def _finish(self) -> None:
        """Copies of inputs that leave, the new values of the variables, and the outputs."""
        p = self.program
        inputs = set(p.inputs)
        for k in {*p.outputs, *(k for _, k in p.updates)}:
            if self._backing.get(k, frozenset((k,))) & inputs:
                self.lines.append(f"v{k} = {self.text[k]}.copy()")
                self.text[k] = f"v{k}"
        ready = {k: name for call in self.calls for k, name in call.tensors.items()}
        for i, (variable, k) in enumerate(p.updates):
            self.names.update({f"updated{i}": variable, f"uid{i}": variable._uid})
            new = self.text[k] if self.values[k].shape else f"asarray({self.text[k]})"
            tensor = ready.pop(k, None) or f"Tensor({new}, uid{i})"
            self.lines.append(f"updated{i}._value = {tensor}")
        self.lines += [line for call in self.calls for line in call.last]
        changing = [name for call in self.calls for name in call.changing]
        if changing:
            self.lines.insert(0, f"nonlocal {', '.join(changing)}")
        self.lines.append(self._result())

    def _result(self) -> str:
        found = [self.text[k] for k in self.program.outputs]
        if self.as_tensor:
            return f"return Tensor({found[0]})" if found else "return None"
        return f"return ({', '.join(found)}{',' if found else ''})"


def _caller(step: Step) -> Callable[..., Any]:
    """The primitive's function with its parameters bound; nobody listens while it runs."""
    primitive, params = step.primitive, step.params
    if primitive.pure:
        return lambda *arrays: primitive.compute(list(arrays), params)
    return lambda *arrays: _alone(primitive.fn, arrays, params)


def _alone(fn: Callable[..., Any], arrays: Iterable[Any], params: dict[str, Any]) -> Any:
    before, stack.recorder = stack.recorder, None
    try:
        return fn(*arrays, **params)
    finally:
        stack.recorder = before
