"""Random numbers as functions of the parameters of their distribution."""

from typing import Any

from tapefit.tape._primitive import Primitive, primitive
from tapefit.tape.primitives._incomplete import _gamma_density, igamma
from tapefit.tape.primitives._ratio import product, ratio


def _shape_rule(g: Any, ans: Any, a: Any, drawn: Any) -> Any:
    # P(a, x), the quantile of a number, stays as it is: dx/da = -(dP/da) / (dP/dx)
    return product(g, -ratio(igamma(a, ans, order=1), _gamma_density(a, ans, 0)))


# Source: Figurnov, Mohamed, Mnih, "Implicit reparameterization gradients", NeurIPS 2018.
random_gamma: Primitive = primitive("random_gamma", lambda a, drawn: drawn, _shape_rule, None, quiet=True)
