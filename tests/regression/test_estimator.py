"""LinearRegression keeps scikit-learn's contract, and the laws of weights."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from scipy import special
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import parametrize_with_checks

import tapefit as tf
from tapefit import LinearRegression, fit
from tapefit.errors import ConvergenceWarning, DataWarning, UsageError

RNG = np.random.default_rng(0)
X = RNG.standard_normal((60, 3))
Y = 1 + X @ [1.0, -2.0, 0.5] + RNG.standard_normal(60)


def fourth(y: Any, y_hat: Any) -> Any:
    return (y - y_hat) ** 4


def ridge(b: Any) -> Any:
    return 0.5 * tf.reduce_sum(tf.square(b))


def mean_square(y: Any, y_hat: Any) -> Any:
    return tf.reduce_mean(tf.square(y - y_hat))


def cauchy(y: Any, y_hat: Any) -> Any:
    return np.log1p((y - y_hat) ** 2)


class Shares(LinearRegression):  # type: ignore[misc]
    """The logistic loss on any y, as scikit-learn's checks know no y between 0 and 1: y by its logistic function."""

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        if np.asarray(y).dtype.kind in "fiuO":
            y = special.expit(np.asarray(y, dtype=float) / 10)
        return super().fit(X, y, sample_weight)

    def predict(self, X: Any) -> Any:
        return 10 * special.logit(super().predict(X))


CONFIGURATIONS = [
    LinearRegression(loss="log_cosh"),
    LinearRegression(loss="expectile", level=0.8),
    LinearRegression(loss="poisson"),
    LinearRegression(loss="gamma"),
    LinearRegression(loss="gamma", link="inverse"),
    LinearRegression(loss="tweedie", power=1.5),
    LinearRegression(loss=cauchy),
    Shares(loss="logistic"),
    LinearRegression(),
    LinearRegression(fit_intercept=False),
    LinearRegression(positive=True),
    LinearRegression(penalty="l2", alpha=0.1),
    LinearRegression(penalty="l1", alpha=0.01),
    LinearRegression(penalty=ridge, alpha=0.1),
    LinearRegression(penalty="elasticnet", alpha=0.01, positive=True),
    LinearRegression(loss="huber", constraints="x1 <= 5"),
    LinearRegression(loss="mae"),
    LinearRegression(loss="huber"),
    LinearRegression(loss="quantile", quantile=0.8),
    LinearRegression(loss=fourth),
    LinearRegression(solver="gd", max_iter=10),
    LinearRegression(solver="gd", loss="huber", max_iter=10),
    LinearRegression(solver="adam", loss="mae", max_iter=10),
    LinearRegression(solver="sgd", max_iter=10),
    LinearRegression(solver="sgd", early_stopping=True, max_iter=10),
    LinearRegression(solver="gd", learning_rate=0.1, max_iter=100),
]


def not_expected(estimator: LinearRegression) -> dict[str, str]:
    """What a configuration cannot do, by its nature."""
    if estimator.early_stopping:
        why = "the rows held out differ when a row comes twice"
        return {"check_sample_weight_equivalence_on_dense_data": why}
    return {}


@pytest.mark.filterwarnings("ignore::tapefit.errors.ConvergenceWarning", "ignore::tapefit.errors.DataWarning")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@parametrize_with_checks(CONFIGURATIONS, expected_failed_checks=not_expected)
def test_scikit_learns_own_checks(estimator: Any, check: Any) -> None:
    check(estimator)


@pytest.mark.parametrize("loss", ["mse", "mae", "huber", fourth, mean_square])
def test_weight_two_is_a_row_twice_and_weight_zero_no_row(loss: Any) -> None:
    times = np.random.default_rng(1).integers(0, 4, 60)
    a = LinearRegression(loss=loss).fit(X, Y, sample_weight=times)
    b = LinearRegression(loss=loss).fit(np.repeat(X, times, axis=0), np.repeat(Y, times))
    assert a.predict(X) == pytest.approx(b.predict(X), rel=1e-7, abs=1e-9)
    assert a.results_.loss_value == pytest.approx(b.results_.loss_value, rel=1e-9)


def test_weights_of_zero_leave_rows_out_of_the_count() -> None:
    weight = np.ones(60)
    weight[:10] = 0
    model = LinearRegression().fit(X, Y, sample_weight=weight)
    assert (model.results_.rows.read, model.results_.rows.used, model.results_.rows.dropped) == (60, 50, 10)
    assert np.array_equal(model.coef_, LinearRegression().fit(X[10:], Y[10:], sample_weight=np.ones(50)).coef_)


@pytest.mark.parametrize("weight", [np.zeros(60), np.full(60, -1.0), np.full(60, np.nan), np.ones(59)])
def test_weights_that_cannot_be_used_are_refused(weight: np.ndarray) -> None:
    with pytest.raises(ValueError):
        LinearRegression().fit(X, Y, sample_weight=weight)


def test_the_estimator_and_fit_find_the_same() -> None:
    model, results = LinearRegression().fit(X, Y), fit(X, Y)
    assert np.array_equal(np.append(model.intercept_, model.coef_), results.params)
    assert np.array_equal(model.results_.bse, results.bse)
    assert model.predict(X) == pytest.approx(results.predict(X), rel=1e-14)
    assert isinstance(model.intercept_, float)


def test_it_works_in_pipelines_and_searches() -> None:
    pipeline = make_pipeline(StandardScaler(), PolynomialFeatures(2, include_bias=False), LinearRegression())
    search = GridSearchCV(
        pipeline, {"linearregression__loss": ["mse", "mae", "huber"], "linearregression__fit_intercept": [True, False]}
    ).fit(X, Y)
    assert search.best_score_ > 0.5
    assert np.mean(cross_val_score(LinearRegression(), X, Y)) > 0.5


@pytest.mark.parametrize("loss", ["mse", fourth])
def test_it_can_be_cloned_and_pickled(loss: Any) -> None:
    model = LinearRegression(loss=loss).fit(X, Y)
    copy = clone(model)
    assert copy.get_params() == model.get_params()
    assert not hasattr(copy, "coef_")
    again = pickle.loads(pickle.dumps(model))
    assert np.array_equal(again.predict(X), model.predict(X))
    assert str(again.results_) == str(model.results_)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_it_takes_dataframes_and_keeps_their_names(library: str) -> None:
    frames = pytest.importorskip(library)
    frame = frames.DataFrame({"area": X[:, 0], "age": X[:, 1], "rooms": X[:, 2]})
    model = LinearRegression().fit(frame, Y)
    assert list(model.feature_names_in_) == ["area", "age", "rooms"]
    assert model.results_.names == ("intercept", "area", "age", "rooms")
    assert model.predict(frame) == pytest.approx(LinearRegression().fit(X, Y).predict(X), rel=1e-14)
    with pytest.raises(ValueError, match="feature names"):
        model.predict(frame[["age", "area", "rooms"]])


def test_set_output_of_a_pipeline_reaches_it() -> None:
    frames = pytest.importorskip("pandas")
    pipeline = make_pipeline(StandardScaler(), LinearRegression()).set_output(transform="pandas")
    pipeline.fit(frames.DataFrame(X, columns=["a", "b", "c"]), Y)
    assert list(pipeline[-1].feature_names_in_) == ["a", "b", "c"]


def test_metadata_routing_passes_weights() -> None:
    import sklearn

    with sklearn.config_context(enable_metadata_routing=True):
        model = LinearRegression().set_fit_request(sample_weight=True).set_score_request(sample_weight=False)
        weight = np.linspace(0.1, 5, 60)
        search = GridSearchCV(model, {"fit_intercept": [True]}).fit(X, Y, sample_weight=weight)
    assert np.array_equal(search.best_estimator_.coef_, LinearRegression().fit(X, Y, sample_weight=weight).coef_)


@pytest.mark.parametrize("loss", ["poisson", "gamma", "tweedie", "logistic", "expectile", "log_cosh", cauchy])
def test_every_loss_works_in_a_searched_pipeline_whose_weights_are_routed(loss: Any) -> None:
    import sklearn

    y = special.expit(Y) if loss == "logistic" else np.exp(0.3 * Y)
    weight = np.linspace(0.1, 5, 60)
    with sklearn.config_context(enable_metadata_routing=True):
        model = LinearRegression(loss=loss).set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
        pipeline = make_pipeline(StandardScaler().set_fit_request(sample_weight=False), model)
        search = GridSearchCV(pipeline, {"linearregression__fit_intercept": [True, False]}, cv=3)
        found = search.fit(X, y, sample_weight=weight).best_estimator_
    alone = LinearRegression(loss=loss, fit_intercept=search.best_params_["linearregression__fit_intercept"])
    scaled = StandardScaler().fit_transform(X)
    np.testing.assert_allclose(found[-1].coef_, alone.fit(scaled, y, sample_weight=weight).coef_, rtol=1e-12)
    assert clone(found).get_params()["linearregression__loss"] == loss


def test_losses_of_positive_y_say_so_in_their_tags() -> None:
    tags = {
        loss: get_tags(LinearRegression(loss=loss)).target_tags.positive_only for loss in ("mse", "poisson", "gamma")
    }
    assert tags == {"mse": False, "poisson": True, "gamma": True}


def test_dependent_columns_get_zero_and_a_warning_or_an_error() -> None:
    wide = np.column_stack([X, X[:, 0] + X[:, 1]])
    with pytest.warns(DataWarning, match="column 'x4' is a combination of 'x1' and 'x2'"):
        model = LinearRegression().fit(wide, Y)
    assert model.coef_[3] == 0
    assert model.predict(wide) == pytest.approx(LinearRegression().fit(X, Y).predict(X), rel=1e-10)
    with pytest.raises(ValueError, match="x4"):
        LinearRegression(on_collinear="error").fit(wide, Y)


@pytest.mark.parametrize(
    "options",
    [
        {"penalty": "l2", "alpha": 0.3},
        {"penalty": "elasticnet", "alpha": 0.1, "l1_ratio": 0.2, "standardize": False},
        {"penalty": "l1", "alpha": "cv"},
        {"penalty": ridge, "alpha": 0.3},
        {"positive": True},
        {"bounds": {"x1": (None, 0.5)}},
        {"loss": "huber", "constraints": "x1 = x3"},
    ],
)
def test_penalties_and_constraints_are_those_of_fit(options: dict[str, Any]) -> None:
    model, results = LinearRegression(**options).fit(X, Y), fit(X, Y, **options)
    np.testing.assert_allclose(np.append(model.intercept_, model.coef_), results.params, rtol=1e-12)
    np.testing.assert_allclose(model.results_.bse, results.bse, rtol=1e-12)
    if "penalty" in options:
        assert model.alpha_ == pytest.approx(results.alpha)
    with pytest.raises(AttributeError):
        model.partial_fit(X, Y)


def test_a_search_over_strengths_finds_one() -> None:
    search = GridSearchCV(LinearRegression(penalty="l2"), {"alpha": [1e-3, 1e-1, 10.0]}).fit(X, Y)
    assert search.best_params_["alpha"] < 10


def test_dependent_columns_within_constraints_are_told() -> None:
    wide = np.column_stack([X, X[:, 0] + X[:, 1]])
    with pytest.warns(DataWarning, match="those of the smallest size are shown"):
        model = LinearRegression(positive=True).fit(wide, Y)
    assert (model.coef_ >= 0).all()
    with pytest.raises(ValueError, match="x4"):
        LinearRegression(positive=True, on_collinear="error").fit(wide, Y)


def test_an_unfitted_model_says_so() -> None:
    with pytest.raises(NotFittedError):
        LinearRegression().predict(X)


@pytest.mark.parametrize(
    "parameters",
    [
        {"solver": "newton"},
        {"loss": "rmse"},
        {"learning_rate": 0.1},
        {"solver": "gd", "learning_rate": -1},
        {"solver": "gd", "learning_rate": "fast"},
        {"solver": "gd", "max_iter": 0},
        {"solver": "gd", "max_iter": 1.5},
        {"solver": "momentum", "momentum": 1.0},
        {"solver": "sgd", "batch_size": 0},
        {"solver": "sgd", "random_state": -1},
        {"solver": "sgd", "random_state": "seed"},
        {"solver": "gd", "tol": float("nan")},
        {"early_stopping": True},
        {"solver": "gd", "early_stopping": "yes"},
        {"loss": "huber", "delta": 0},
        {"callbacks": [3]},
        {"on_collinear": "ignore"},
        {"penalty": "l3", "alpha": 1.0},
        {"penalty": "l2"},
        {"penalty": "l1", "alpha": 1.0, "loss": "mae"},
        {"penalty": "l2", "alpha": 1.0, "solver": "gd"},
        {"penalty": "l2", "alpha": 1.0, "poly": {0: 2}},
        {"penalty": "l2", "alpha": "cv", "positive": True},
        {"positive": True, "solver": "gd"},
        {"bounds": {"x9": (0, 1)}},
        {"constraints": "x1 = 1, x1 = 2"},
    ],
)
def test_parameters_that_cannot_be_used_are_refused_at_fit(parameters: dict[str, Any]) -> None:
    model = LinearRegression(**parameters)
    with pytest.raises(UsageError):
        model.fit(X, Y)
    assert not hasattr(model, "coef_")


def test_a_random_state_of_either_kind_is_taken() -> None:
    for state in (None, 3, np.random.default_rng(0), np.random.RandomState(0)):
        LinearRegression(solver="sgd", random_state=state, max_iter=100).fit(X, Y)


def test_one_callback_alone_is_taken() -> None:
    seen: list[int] = []
    LinearRegression(solver="gd", callbacks=lambda step, loss, beta: seen.append(step)).fit(X, Y)
    assert seen[:3] == [0, 1, 2]


def test_too_few_steps_are_told() -> None:
    with pytest.warns(ConvergenceWarning):
        model = LinearRegression(solver="gd", max_iter=2).fit(X, Y)
    assert model.n_iter_ == 2
    assert len(model.loss_curve_) == 2
