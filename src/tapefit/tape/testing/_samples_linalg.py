"""Samples of the rows of linear algebra."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tapefit.tape.primitives._linalg_factors
import tapefit.tape.primitives._linalg_functions
import tapefit.tape.primitives._linalg_products
import tapefit.tape.primitives._linalg_spectra  # noqa: F401 - the rows enter the table when imported
from tapefit.tape import primitives as p
from tapefit.tape.primitives._linalg_parts import adjoint, conjugate
from tapefit.tape.testing._domains import plane, real
from tapefit.tape.testing._matrices import bands, complex_bands, hermitian, near_identity, separate, tiny
from tapefit.tape.testing._sample import Case, Samples, Special

Op = Callable[..., Any]

_SINGULAR = ((1.0, 2.0), (2.0, 4.0))
_WIDE = ((1.0, 2.0, 3.0), (4.0, 5.0, 6.0))
_FACTORS: dict[str, Any] = {"dtypes": ("float32",)}  # vectors of float16 matrices are too rough to compare


def _each(*shapes: tuple[int, ...], **params: Any) -> tuple[Case, ...]:
    return tuple((((s),), params) for s in shapes)


_SQUARE = _each((3, 3), (1, 1), (2, 2, 2), (0, 2, 2))
_LINALG_ERRORS: tuple[Any, ...] = (((_WIDE,), {}),)


def _symmetrised(row: Op) -> Op:
    return lambda a: row(0.5 * (a + adjoint(a)))


def _outer(u: Any, v: Any) -> Any:
    """The matrices u_k v_k^H, in which the signs and phases of vectors cancel."""
    left = p.getitem(u, key=(Ellipsis, slice(None), None, slice(None)))
    return left * conjugate(p.getitem(v, key=(Ellipsis, None, slice(None), slice(None))))


def _projectors(row: Op) -> Op:
    def f(a: Any) -> Any:
        e, v = row(a)
        return e, _outer(v, v)

    return f


def _singular_pairs(row: Op) -> Op:
    def f(a: Any) -> Any:
        s, u, v = row(a)
        k = (Ellipsis, slice(s.shape[-1]))
        return s, _outer(p.getitem(u, key=k), p.getitem(v, key=k)), _outer(u, u), _outer(v, v)

    return f


def _square(**more: Any) -> Samples:
    """Of one square matrix."""
    kept: dict[str, Any] = {
        "domains": (near_identity(),), "planes": (near_identity(True),), "cases": _SQUARE, "complex": True,
        "errors": _LINALG_ERRORS,
    }  # fmt: skip
    return Samples(**(kept | more))


_SYSTEMS: tuple[Case, ...] = (
    (((3, 3), (3, 2)), {}),
    (((1, 1), (1, 1)), {}),
    (((2, 2, 2), (2, 1)), {}),
    (((2, 2), (2, 2, 1)), {}),
    (((2, 1, 2, 2), (3, 2, 1)), {}),
    (((0, 2, 2), (0, 2, 1)), {}),
    (((2, 2), (2, 0)), {}),
)

_SOLVERS = {
    "solve": Samples(
        domains=(near_identity(), real),
        planes=(near_identity(True), plane),
        cases=_SYSTEMS,
        complex=True,
        whole=True,
        errors=(((_SINGULAR, _SINGULAR), {}), ((_WIDE, _WIDE), {})),
    ),
    "triangular_solve": Samples(
        domains=(near_identity(), real),
        planes=(near_identity(True), plane),
        cases=tuple(
            (shapes, {"lower": lower, "transposed": transposed})
            for shapes, _ in _SYSTEMS
            for lower in (True, False)
            for transposed in (False, True)
        ),
        complex=True,
        whole=True,
        errors=(((_SINGULAR, ((1.0,), (2.0,), (3.0,))), {"lower": True, "transposed": False}),),
    ),
    "banded_solve": Samples(
        domains=(bands, real),
        planes=(complex_bands, plane),
        cases=tuple(
            (shapes, {"lower": lower, "upper": upper, "transposed": transposed})
            for lower, upper, shapes in (
                (1, 1, ((3, 4), (4, 2))),
                (1, 0, ((2, 3), (3, 1))),
                (0, 2, ((3, 4), (4, 1))),
                (1, 1, ((2, 3, 3), (3, 1))),
                (2, 1, ((4, 5), (5, 1))),
            )
            for transposed in (False, True)
        ),
        complex=True,
        whole=True,
        errors=(
            ((((0.0, 0.0), (0.0, 0.0)), ((1.0,), (2.0,))), {"lower": 1, "upper": 0, "transposed": False}),
            ((((1.0, 1.0), (0.0, 0.0)), ((1.0,), (2.0,))), {"lower": 1, "upper": 1, "transposed": False}),
        ),
    ),
    "inv": _square(errors=(((_SINGULAR,), {}), *_LINALG_ERRORS)),
    "det": _square(
        special=(
            Special(args=(_SINGULAR,), gradients=(((4.0, -2.0), (-2.0, 1.0)),)),
            Special(args=(((0.0, 0.0), (0.0, 0.0)),), gradients=(((0.0, 0.0), (0.0, 0.0)),)),
        ),
        dtypes=("float32",),
    ),
    "cofactor": _square(**_FACTORS),
    "slogdet": _square(),
}

_DIAGONALS = {
    "diag_part": Samples(
        domains=(real,),
        cases=(*_each((3, 3), (2, 3), (2, 3, 2), k=0), *_each((3, 4), (2, 2), k=1), *_each((3, 4), k=-2)),
        complex=True,
        errors=((((1.0, 2.0),), {"k": 0}),),
    ),
    "diag": Samples(
        domains=(real,),
        cases=(
            *_each((2,), (3, 2), k=0, shape=(2, 2)),
            *_each((2,), k=1, shape=(2, 3)),
            *_each((2,), k=-1, shape=(4, 2)),
            *_each((0,), k=0, shape=(0, 0)),
        ),
        complex=True,
        errors=((((1.0, 2.0),), {"k": 0, "shape": (3, 3)}),),
    ),
    "band_part": Samples(
        domains=(real,),
        cases=(*_each((3, 3), (2, 3, 4), lower=1, upper=0), *_each((3, 4), lower=-1, upper=1)),
        complex=True,
        errors=((((1.0, 2.0),), {"lower": 0, "upper": 0}),),
    ),
}

_TALL_AND_WIDE = ((3, 3), (4, 2), (2, 4), (2, 3, 2), (1, 1))
_FACTORIZATIONS = {
    "cholesky": _square(domains=(hermitian(),), planes=(hermitian(True),), within=_symmetrised),
    "qr": Samples(
        domains=(separate(),),
        planes=(separate(True),),
        cases=(*_each(*_TALL_AND_WIDE, full_matrices=False), *_each((3, 3), (2, 4), full_matrices=True)),
        complex=True,
        errors=((((1.0, 2.0),), {"full_matrices": False}),),
        **_FACTORS,
    ),
    "lu": _square(
        cases=_each((3, 3), (1, 1), (2, 2, 2), dtype="int32"),
        errors=(((_SINGULAR,), {"dtype": "int32"}),),
        domains=(separate(),),
        planes=(separate(True),),
        **_FACTORS,
    ),
    "eigh": _square(
        domains=(hermitian(smallest=-0.9),), planes=(hermitian(True, -0.9),), within=_projectors, **_FACTORS
    ),
    "eigvalsh": _square(
        domains=(hermitian(smallest=-0.9),),
        planes=(hermitian(True, -0.9),),
        special=(Special(args=(((2.0, 0.0), (0.0, 2.0)),), gradients=(((1.0, 0.0), (0.0, 1.0)),)),),
    ),
    "eig": _square(within=_projectors, **_FACTORS),
    "eigvals": _square(**_FACTORS),
    "svd": Samples(
        domains=(separate(),),
        planes=(separate(True),),
        cases=(*_each(*_TALL_AND_WIDE, full_matrices=False), *_each((3, 3), (3, 2), (2, 3), full_matrices=True)),
        complex=True,
        within=_singular_pairs,
        errors=((((1.0, 2.0),), {"full_matrices": False}),),
        **_FACTORS,
    ),
    "singular_values": Samples(
        domains=(separate(),),
        planes=(separate(True),),
        cases=_each(*_TALL_AND_WIDE),
        complex=True,
        special=(Special(args=(((2.0, 0.0), (0.0, 2.0)),), gradients=(((1.0, 0.0), (0.0, 1.0)),)),),
        errors=((((1.0, 2.0),), {}),),
    ),
}

_FUNCTIONS = {
    "expm": _square(domains=(separate(),), planes=(separate(True),), **_FACTORS),
    "sqrtm": _square(**_FACTORS),
    "logm": _square(**_FACTORS),
    "pinv": Samples(
        domains=(separate(), tiny),
        planes=(separate(True), tiny),
        cases=tuple(((s, ()), {}) for s in _TALL_AND_WIDE),
        complex=True,
        errors=((((1.0, 2.0), 1e-6), {}),),
        **_FACTORS,
    ),
}

_PRODUCTS = {
    "einsum": Samples(
        domains=(real, real),
        cases=tuple(
            (shapes, {"equation": equation})
            for equation, shapes in (
                ("ij,jk->ik", ((2, 3), (3, 2))),
                ("bij,bjk->bki", ((2, 2, 3), (2, 3, 1))),
                ("i,j->ji", ((2,), (3,))),
                ("i,i->", ((3,), (3,))),
                ("i,ij->ij", ((2,), (2, 3))),
                (",ij->ij", ((), (2, 2))),
                ("ij,ij->j", ((0, 2), (0, 2))),
            )
        ),
        complex=True,
        errors=((((1.0, 2.0), (1.0, 2.0, 3.0)), {"equation": "i,i->i"}),),
    ),
    "cross": Samples(
        domains=(real, real),
        cases=((((3,), (3,)), {}), (((2, 3), (2, 3)), {}), (((2, 1, 3), (3,)), {})),
        complex=True,
        whole=True,
        errors=((((1.0, 2.0, 3.0, 4.0), (1.0, 2.0, 3.0, 4.0)), {}),),
    ),
}

LINALG: dict[str, Samples] = {
    **_SOLVERS,
    **_DIAGONALS,
    **_FACTORIZATIONS,
    **_FUNCTIONS,
    **_PRODUCTS,
}
