"""Sweeps: each network trains as it would alone, wherever and with whomever."""

import os
import pickle
import tracemalloc
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_info, threadpool_limits

from helpers import capstone, losses, sweeps
from helpers.data import Problem, load
from helpers.fast_network import FastNetwork
from helpers.inner.blas import one_blas_thread
from helpers.keras_tools import to_keras
from helpers.minibatches import epoch_order
from helpers.networks import HIDDEN, Network
from helpers.optimizers import SGD, Adam, RMSprop
from helpers.schedules import CosineDecay
from helpers.sweeps import sweep
from helpers.training import fit, fresh_network, rows_for

DIGITS = load("digits")
GRID = {
    "learning_rates": (0.003, 0.01, 0.03, 0.1),
    "batch_sizes": (64, 32),
    "seeds": (0, 1, 7),
    "epochs": 2,
    "progress": False,
}
ONE = SGD()
ARRAYS = ("train_loss", "valid_loss", "valid_score")


def assert_same(one, other):
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


@pytest.fixture(scope="module")
def small():
    return sweep(DIGITS, **GRID)


# The fast network is the taught one


@pytest.mark.parametrize("activation", HIDDEN)
@pytest.mark.parametrize(
    ("loss", "units"),
    [
        (losses.mean_squared_error, 2),
        (partial(losses.huber, delta=0.5), 1),
        (losses.binary_crossentropy, 1),
        (losses.sparse_categorical_crossentropy, 4),
        (losses.categorical_crossentropy, 4),
    ],
)
@pytest.mark.parametrize("own_rows", [False, True])
def test_the_fast_network_has_the_gradients_of_the_taught_one(
    activation, loss, units, own_rows
):
    rng = np.random.default_rng(0)
    widths = (6, 5, 7, units)
    taught = Network(
        widths, activation, loss=loss, runs=3, seed=range(3), dtype="float64"
    )
    taught.weights = [w + 0.1 * rng.normal(size=w.shape) for w in taught.weights]
    fast = FastNetwork(taught)
    x = rng.normal(size=(3, 300, 6) if own_rows else (300, 6))
    y = rng.normal(size=(300, units))
    if taught.output == "sigmoid":
        y = (y > 0).astype(int)
    if taught.output == "softmax":
        y = rng.integers(0, units, 300)
        if loss is losses.categorical_crossentropy:
            y = np.eye(units)[y]

    np.testing.assert_allclose(fast.logits(x), taught.logits(x), rtol=1e-10)
    expected = taught.gradients(x, y)
    for layer, gradient in enumerate(fast.gradients(x, y)):
        W, b = gradient[..., :-1].mT, gradient[..., -1]
        np.testing.assert_allclose(W, expected[2 * layer], rtol=1e-9, atol=1e-15)
        np.testing.assert_allclose(b, expected[2 * layer + 1], rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("batch_size", [16, 64, 256])
def test_after_ten_epochs_the_fast_network_is_where_the_taught_one_is(batch_size):
    rates = np.geomspace(1e-3, 0.3, 8)
    x, y = DIGITS.x_train, DIGITS.y_train
    taught = Network(
        (64, 64, 10), loss=losses.sparse_categorical_crossentropy, runs=len(rates)
    )
    fast = FastNetwork(taught)
    expected = fit(taught, SGD(rates), x, y, 10, batch_size).train_loss
    found = fit(fast, SGD(rates), x, y, 10, batch_size).train_loss
    np.testing.assert_allclose(found, expected, rtol=3e-6)


@pytest.mark.parametrize("hidden", [(), (40,), (20, 30)])
@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("own_rows", [False, True])
@pytest.mark.parametrize(
    "loss",
    [
        losses.mean_squared_error,
        losses.huber,
        losses.binary_crossentropy,
        losses.sparse_categorical_crossentropy,
        losses.categorical_crossentropy,
    ],
)
def test_a_step_in_arrays_used_again_is_the_pure_one_bit_by_bit(
    loss, own_rows, activation, hidden
):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(90, 30)).astype("f4"), rng.normal(size=(90, 4))
    if loss is losses.binary_crossentropy:
        y = (y > 0).astype(int)
    if loss in (
        losses.sparse_categorical_crossentropy,
        losses.categorical_crossentropy,
    ):
        y = y.argmax(axis=1)
    if loss is losses.categorical_crossentropy:
        y = np.eye(4)[y]
    rates = np.linspace(0.01, 0.1, 40)
    widths = (30, *hidden, 4)
    fast, pure = (
        FastNetwork(Network(widths, activation, loss=loss, runs=40, seed=range(40)))
        for _ in range(2)
    )
    one, other = Adam(rates), Adam(rates)
    for _ in range(3):
        rows = rng.integers(90, size=(40, 70) if own_rows else 70)
        fast.step(one, x, y, rows)
        pure.weights = other.step(pure.weights, pure.gradients(x[rows], y[rows]))
        for ours, theirs in zip(fast.weights, pure.weights, strict=True):
            np.testing.assert_array_equal(ours, theirs)
        np.testing.assert_array_equal(
            fast.loss_of(y, fast.logits(x)), Network.loss_of(fast, y, fast.logits(x))
        )


def test_what_somebody_holds_is_not_written_over():
    class Remembers(SGD):
        def update(self, w, g, memory, rate):
            memory["last"] = g
            return w - rate * g

    network = FastNetwork(
        Network((64, 64, 10), loss=losses.sparse_categorical_crossentropy, runs=8)
    )
    x, y, rows = DIGITS.x_train, DIGITS.y_train, np.arange(64)
    optimizer, held = Remembers(0.1), []
    for _ in range(4):
        network.step(optimizer, x, y, rows)
        arrays = [*network.weights, network.logits(x), optimizer.memory[0]["last"]]
        held += [(array, array.copy()) for array in arrays]
    for array, copy in held:
        np.testing.assert_array_equal(array, copy)


@pytest.mark.parametrize("seeds", [(0,) * 64, range(64)], ids=["one order", "64"])
@pytest.mark.parametrize("make", [SGD, partial(SGD, momentum=0.9), RMSprop, Adam])
@pytest.mark.parametrize("name", ["digits", "diabetes", "two_digits"])
def test_a_step_asks_the_system_for_nothing(name, make, seeds):
    """All of its new arrays together stay below 128 KB, where glibc's mmap begins."""
    problem = capstone.load_task(name)
    network = fresh_network(problem, (64,), list(seeds))
    x, y = rows_for(network, problem, "train")
    network, optimizer = FastNetwork(network), make(np.full(64, 1e-4))
    order = np.stack([epoch_order(len(x), 0, seed) for seed in seeds])
    rows = order[:, :256] if len(set(seeds)) > 1 else order[0, :256]
    x = x.astype("f4")
    for _ in range(3):
        network.step(optimizer, x, y, rows)
    tracemalloc.start()
    network.step(optimizer, x, y, rows)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 128 * 1024


def test_a_fast_network_says_so_and_is_made_of_a_taught_one():
    fast = FastNetwork(Network((4, 3), loss=losses.mean_squared_error))
    assert repr(fast).startswith("FastNetwork((4, 3), linear")
    with pytest.raises(TypeError, match="must be a Network, as taught, got FastNetw"):
        FastNetwork(fast)


def test_float32_is_enough():
    rates = np.geomspace(1e-3, 0.3, 8)
    loss = losses.sparse_categorical_crossentropy
    ends = []
    for dtype in ("float32", "float64"):
        network = Network((64, 64, 10), loss=loss, runs=len(rates))
        network.weights = [w.astype(dtype) for w in network.weights]
        history = fit(
            FastNetwork(network), SGD(rates), DIGITS.x_train, DIGITS.y_train, 10, 16
        )
        ends.append(history.train_loss[:, -1])
    np.testing.assert_allclose(*ends, rtol=1e-5)


# A grid is as many single runs


def test_each_run_is_the_one_that_trains_alone(small):
    assert small.train_loss.shape == (4, 2, 3, 2)
    for i, j, k in [(0, 0, 0), (3, 1, 2), (2, 0, 1)]:
        alone = fit(
            FastNetwork(
                Network(
                    (64, 64, 10),
                    loss=losses.sparse_categorical_crossentropy,
                    seed=GRID["seeds"][k],
                )
            ),
            SGD(GRID["learning_rates"][i]),
            DIGITS.x_train,
            DIGITS.y_train,
            2,
            GRID["batch_sizes"][j],
            GRID["seeds"][k],
            validation=(DIGITS.x_valid, DIGITS.y_valid),
        )
        for name in ARRAYS:
            np.testing.assert_array_equal(
                getattr(small, name)[i, j, k], getattr(alone, name)[0]
            )


@pytest.mark.parametrize("runs", [1, 5])
def test_the_grouping_changes_nothing(small, runs, monkeypatch):
    monkeypatch.setattr(sweeps, "RUNS", runs)
    assert_same(sweep(DIGITS, **GRID), small)


def test_a_run_that_diverges_beside_them_changes_nothing(small):
    rates = (*GRID["learning_rates"], 1e4)
    beside = sweep(DIGITS, **(GRID | {"learning_rates": rates}))
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(beside, name)[:4], getattr(small, name))
    assert np.isposinf(beside.train_loss[4, ..., -1]).all()
    assert np.isneginf(beside.valid_score[4, ..., -1]).all()
    assert beside.diverged[4].all() and not beside.diverged[:4].any()


def test_threads_and_other_processes_find_the_same(small):
    with ThreadPoolExecutor(3) as pool:
        assert_same(sweep(DIGITS, **GRID, executor=pool), small)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        assert_same(sweep(DIGITS, **GRID, executor=pool), small)


def test_a_dask_cluster_of_two_processes_finds_the_same(small, monkeypatch):
    if os.environ.get("CI"):
        import distributed
    else:
        reason = "distributed is not installed: it is in the extra called cluster"
        distributed = pytest.importorskip("distributed", reason=reason)
    monkeypatch.setattr(sweeps, "RUNS", 3)
    with (
        distributed.LocalCluster(
            n_workers=2, processes=True, threads_per_worker=1, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        assert len(client.scheduler_info(n_workers=-1)["workers"]) == 2
        assert_same(sweep(DIGITS, **GRID, executor=client.get_executor()), small)


@pytest.mark.parametrize(
    ("name", "kind", "score"),
    [
        ("diabetes", partial(SGD, momentum=0.9), 0.35),
        ("breast_cancer", Adam, 0.95),
        ("digits", lambda rate: SGD(CosineDecay(10 * rate, 170), 0.9), 0.9),
    ],
)
def test_every_kind_of_problem_with_any_optimizer_and_schedule(name, kind, score):
    result = sweep(
        load(name),
        learning_rates=(0.005, 0.02),
        batch_sizes=64,
        epochs=10,
        hidden=(16, 8),
        optimizer=kind,
        progress=False,
    )
    assert result.best().valid_score > score


@pytest.mark.parametrize("steps", [1, 20])
def test_a_warm_up_from_0_is_an_optimizer_of_its_rates(steps):
    def warmed(rates):
        return SGD(CosineDecay(0.0, 9, warmup_target=rates, warmup_steps=5))

    size = -(-len(DIGITS.x_train) // steps)
    grid = {"learning_rates": (0.1, 0.2), "batch_sizes": size, "epochs": 1}
    result = sweep(DIGITS, **grid, optimizer=warmed, progress=False)
    assert (result.train_loss[0] != result.train_loss[1]) == (steps > 1)


def test_with_several_labels_each_is_scored_on_its_own():
    both = capstone.load_task("two_digits")
    guess = max(both.y_valid.mean(), 1 - both.y_valid.mean())
    result = sweep(both, optimizer=Adam, **GRID | {"learning_rates": 0.01, "epochs": 5})
    assert guess < 0.85 < result.best().valid_score


def own(kind, **arrays):
    """A problem as somebody makes it by hand, of 60 rows."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 5))
    y = {
        "regression": x @ rng.normal(size=(5, 2)),
        "binary": (x[:, 0] > 0).astype(int),
        "multiclass": x[:, :3].argmax(axis=1),
        "multilabel": (x[:, :3] > 0).astype(int),
    }[kind]
    rows = {"train": slice(0, 40), "valid": slice(40, 50), "test": slice(50, 60)}
    parts = {f"x_{part}": x[of] for part, of in rows.items()}
    parts |= {f"y_{part}": y[of] for part, of in rows.items()}
    names = {"binary": ("no", "yes"), "regression": ("near", "far")}
    parts["target_names"] = names.get(kind, ("a", "b", "c"))
    return Problem(
        name="mine",
        kind=kind,
        feature_names=tuple("abcde"),
        x_mean=np.zeros(5),
        x_scale=np.ones(5),
        **parts | arrays,
    )


OWN = {"learning_rates": 0.3, "batch_sizes": 8, "epochs": 20, "progress": False}


@pytest.mark.parametrize("kind", losses.USUAL)
def test_a_problem_of_ones_own_is_learnt(kind):
    assert sweep(own(kind), **OWN).best().valid_score > 0.8


def test_it_may_come_in_tables_and_its_yes_and_no_in_a_column():
    plain = own("binary")
    frames = {
        name: (pd.DataFrame if name[0] == "x" else pd.Series)(getattr(plain, name))
        for name in ("x_train", "y_train", "x_valid", "y_valid")
    }
    columns = {name: getattr(plain, name)[:, None] for name in ("y_train", "y_valid")}
    for arrays in (frames, columns):
        assert_same(sweep(own("binary", **arrays), **OWN), sweep(plain, **OWN))


def test_without_r_squared_another_measure_is_named():
    result = sweep(own("regression", y_valid=np.ones((10, 2))), **OWN)
    assert np.isfinite(result.best().valid_loss)
    with pytest.raises(ValueError, match='R squared needs .*by="valid_loss"'):
        result.best(by="valid_score")


@pytest.mark.parametrize(
    ("kind", "wrong", "error", "message"),
    [
        ("binary", {"x_valid": np.ones((0, 5)), "y_valid": []}, ValueError, "x_valid"),
        ("binary", {"x_train": np.ones((40, 5), bool)}, TypeError, "x_train .* bool"),
        ("binary", {"x_valid": np.ones((10, 4))}, ValueError, "x_valid .*rows, 5"),
        ("binary", {"y_train": np.full(40, "no")}, TypeError, "y_train .*from_table"),
        ("binary", {"y_valid": np.full(10, 2)}, ValueError, "y_valid .*0 and 1"),
        (
            "multiclass",
            {"y_train": np.full(40, 3)},
            ValueError,
            "y_train .*from 0 to 2",
        ),
        ("multiclass", {"y_train": np.ones(40)}, TypeError, "y_train .*astype"),
        (
            "multiclass",
            {"y_valid": np.eye(3)[[0] * 10]},
            ValueError,
            "y_valid .*one-ho",
        ),
        ("multilabel", {"y_valid": np.zeros((10, 2))}, ValueError, "y_valid has shape"),
        ("regression", {"y_valid": np.zeros(10)}, ValueError, "y_valid has shape"),
        ("multiclass", {"target_names": ("a",)}, ValueError, "target_names .*'a'"),
        ("binary", {"x_valid": csr_matrix((10, 5))}, TypeError, "x_valid is sparse"),
    ],
)
def test_what_is_wrong_with_ones_own_problem_is_named(kind, wrong, error, message):
    with pytest.raises(error, match=f"^problem.{message}"):
        sweep(own(kind, **wrong), **OWN)


def test_an_unknown_kind_of_problem_is_an_error():
    with pytest.raises(ValueError, match='problem.kind must .*got "?.classification'):
        sweep(replace(own("binary"), kind="classification"), **OWN)


def test_a_linear_model_has_no_hidden_layer():
    grid = GRID | {"hidden": (), "epochs": 5}
    assert sweep(DIGITS, **grid).best().valid_score > 0.85


@pytest.mark.parametrize("name", ["digits", "breast_cancer", "diabetes"])
def test_keras_replays_a_column_to_1e_4_in_every_epoch(name):
    keras = pytest.importorskip("keras")
    data, epochs, batch_size, seed = load(name), 3, 32, 5
    rates = {"diabetes": (0.003, 0.03), "digits": (0.01, 0.3)}.get(name, (0.01, 0.1))
    result = sweep(
        data,
        learning_rates=rates,
        batch_sizes=(16, batch_size),
        seeds=(0, seed),
        epochs=epochs,
        progress=False,
    )
    loss = losses.USUAL[data.kind].loss
    units = 10 if name == "digits" else 1
    y = data.y_train if name == "digits" else data.y_train.reshape(-1, 1)
    for i, rate in enumerate(rates):
        start = Network((data.x_train.shape[1], 64, units), loss=loss, seed=seed)
        model = to_keras(start)
        model.compile(keras.optimizers.SGD(rate), loss=loss.__name__)
        for epoch in range(epochs):
            order = epoch_order(len(y), epoch, seed)
            for at in range(0, len(y), batch_size):
                rows = order[at : at + batch_size]
                model.train_on_batch(data.x_train[rows], y[rows])
            measured = model.evaluate(data.x_train, y, verbose=0)
            assert measured == pytest.approx(
                result.train_loss[i, 1, 1, epoch], abs=1e-4
            )


# BLAS gets back the threads that it had


def blas_threads():
    return {pool["num_threads"] for pool in threadpool_info() if "blas" in str(pool)}


def test_four_sweeps_at_once_leave_blas_with_its_threads():
    small = GRID | {"batch_sizes": 512}
    with threadpool_limits(2, "blas"):
        for _ in range(3):
            with ThreadPoolExecutor(4) as pool:
                sweeps_ = [pool.submit(sweep, DIGITS, **small) for _ in range(4)]
            assert [future.exception() for future in sweeps_] == [None] * 4
            assert blas_threads() == {2}


def test_whoever_goes_last_gives_the_threads_back():
    with threadpool_limits(2, "blas"):
        first, second = one_blas_thread(), one_blas_thread()
        with first:
            second.__enter__()
        assert blas_threads() == {1}
        second.__exit__(None, None, None)
        assert blas_threads() == {2}


def test_who_follows_a_training_keeps_threads_and_warnings():
    network = Network((64, 10), loss=losses.sparse_categorical_crossentropy)
    with threadpool_limits(2, "blas"):
        before = np.geterr()
        walk = capstone.follow(DIGITS, network, SGD(0.1), 32, 9, (0,), after=(0, 3, 7))
        for expected in (0, 3, 7, 9):
            assert next(walk)[0] == expected
            assert blas_threads() == {2} and np.geterr() == before
    assert next(walk, None) is None


# What comes back


def test_currencies_count_from_the_start(small):
    assert small.steps[0, :, 0].tolist() == [[17, 34], [34, 68]]
    assert (small.examples == [1079, 2158]).all()
    assert small.steps.shape == small.examples.shape == small.train_loss.shape
    assert (np.diff(small.seconds) > 0).all() and (small.seconds > 0).all()


def test_the_best_cell_is_the_lowest_mean_over_seeds(small):
    means = small.valid_loss[..., -1].mean(axis=-1)
    best = small.best()
    i = GRID["learning_rates"].index(best.learning_rate)
    j = GRID["batch_sizes"].index(best.batch_size)
    assert best.valid_loss == means.min() == means[i, j]
    assert best.train_loss == small.train_loss[i, j, :, -1].mean()
    assert small.best(batch_size=64).valid_loss == means[:, 0].min()
    scores = small.valid_score[..., -1].mean(axis=-1)
    assert small.best(by="valid_score").valid_score == scores.max()


def test_the_frame_is_tidy(small):
    frame = small.to_frame()
    assert len(frame) == small.train_loss.size
    row = frame.query("learning_rate == 0.03 and batch_size == 32 and seed == 7").iloc[
        1
    ]
    assert row["epoch"] == 2 and row["steps"] == 68 and row["examples"] == 2158
    assert row["train_loss"] == small.train_loss[2, 1, 2, 1]
    assert row["valid_score"] == small.valid_score[2, 1, 2, 1]


def test_it_starts_where_its_networks_start(small):
    loss = losses.sparse_categorical_crossentropy
    network = Network((64, 64, 10), loss=loss, runs=3, seed=GRID["seeds"])
    expected = network.loss_of(DIGITS.y_train, network.logits(DIGITS.x_train))
    np.testing.assert_allclose(small.start_loss, expected, rtol=1e-5)


def test_it_can_be_kept(small):
    assert_same(pickle.loads(pickle.dumps(small)), small)


# While it runs


def test_a_bar_counts_the_networks_and_tells_the_time_left(capsys):
    sweep(DIGITS, **(GRID | {"progress": True}))
    said = capsys.readouterr()
    assert "24/24" in said.out and "00:00<00:00" in said.out and not said.err
    sweep(DIGITS, **GRID)
    assert not capsys.readouterr().out


class Interrupted(Executor):
    """Finishes two parts; then the learner presses stop."""

    parts = 0

    def submit(self, task, *arguments):
        self.parts += 1
        future = Future()
        if self.parts < 3:
            future.set_result(task(*arguments))
        if self.parts == 3:
            future.set_exception(KeyboardInterrupt())
        return future


def test_interrupted_it_keeps_what_is_finished(monkeypatch, capsys, small):
    monkeypatch.setattr(sweeps, "RUNS", 6)
    result = sweep(DIGITS, **(GRID | {"progress": True}), executor=Interrupted())
    assert "Interrupted: what is finished is kept" in capsys.readouterr().out
    finished = np.isfinite(result.train_loss)
    # Batch size 32 goes first, though it stands second.
    assert finished[:, 1].all() and not finished[:, 0].any()
    np.testing.assert_array_equal(result.train_loss[:, 1], small.train_loss[:, 1])
    assert result.best() == small.best(batch_size=32)
    assert len(result.to_frame()) == finished.sum()
    with pytest.raises(ValueError, match="no cell is finished"):
        result.best(batch_size=64)


def test_an_error_in_a_part_ends_the_sweep():
    class Broken(SGD):
        def update(self, w, g, memory, rate):
            raise RuntimeError("broken rule")

    with pytest.raises(RuntimeError, match="broken rule"):
        sweep(DIGITS, **GRID, optimizer=Broken)


# What does not work says why


def test_where_all_runs_diverge_none_is_best():
    result = sweep(DIGITS, **(GRID | {"learning_rates": (1e3, 1e4)}))
    assert result.diverged.all()
    with pytest.raises(ValueError, match="none is best: try learning_rates below 1000"):
        result.best()


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"problem": "digits"}, TypeError, r"problem must be .*load\(\"digits\"\)"),
        ({"problem": pd.DataFrame([[1]])}, TypeError, "from_table.* got DataFrame"),
        ({"learning_rates": ()}, ValueError, "learning_rates must hold at least one"),
        ({"batch_sizes": []}, ValueError, "batch_sizes must hold at least one"),
        ({"seeds": np.array([])}, ValueError, "seeds must hold at least one"),
        ({"learning_rates": (0.1, 0)}, ValueError, "learning_rates .* got 0"),
        ({"learning_rates": (np.nan,)}, ValueError, "learning_rates .* got .*nan"),
        ({"learning_rates": "fast"}, TypeError, "learning_rates .* got 'fast'"),
        ({"batch_sizes": (16, 0)}, ValueError, "batch_sizes .* got 0"),
        ({"batch_sizes": (16.0,)}, TypeError, "batch_sizes .* got 16.0"),
        ({"batch_sizes": (64, 2048)}, ValueError, "at most the 1079 .* got 2048"),
        ({"seeds": (-1,)}, ValueError, "seeds .* got -1"),
        ({"epochs": 0}, ValueError, "epochs .* got 0"),
        ({"hidden": (64, 0)}, ValueError, "hidden .* got 0"),
        ({"hidden": 64}, TypeError, "hidden must be .* got 64"),
        ({"optimizer": SGD(0.1)}, TypeError, "from rates, such as SGD or .*got SGD"),
        ({"optimizer": lambda rate: rate}, TypeError, "helpers.optimizers"),
        ({"optimizer": lambda rates: SGD(0.1)}, ValueError, "must use the rates .*SGD"),
        ({"optimizer": lambda rates: SGD(rates[0])}, ValueError, "must use the rates"),
        (
            {"optimizer": lambda rates: SGD(CosineDecay(0.1, 9))},
            ValueError,
            "must use the rates",
        ),
        ({"optimizer": lambda rates: ONE}, ValueError, "a new one at each call"),
        ({"optimizer": lambda r: SGD(float(r))}, TypeError, "of a single rate, but"),
        ({"optimizer": lambda r: SGD(max(r, 1))}, ValueError, "Write it for arrays"),
        ({"executor": 4}, TypeError, "such as ThreadPoolExecutor.4., .*got 4"),
        ({"executor": ThreadPoolExecutor}, TypeError, "executor must .*got <class"),
    ],
)
def test_wrong_arguments_are_errors_that_say_what_to_do(changed, error, message):
    arguments = {"problem": DIGITS} | GRID | changed
    with pytest.raises(error, match=message):
        sweep(arguments.pop("problem"), **arguments)


@pytest.mark.parametrize("name", ["x_train", "x_valid", "y_train", "y_valid"])
def test_nan_in_the_data_is_named(name):
    data = load("diabetes")
    values = getattr(data, name).copy()
    values[3] = np.nan
    with pytest.raises(ValueError, match=f"problem.{name} must be finite"):
        sweep(replace(data, **{name: values}), **GRID)


def test_no_such_measure_and_no_such_batch_size(small):
    with pytest.raises(ValueError, match='by must be one of .*"valid_loss"'):
        small.best(by="loss")
    with pytest.raises(ValueError, match="batch_size one of 64, 32, got .* and 16"):
        small.best(batch_size=16)
    with pytest.raises(ValueError, match="must be one of 0.003, .* got 0.5 and 32"):
        small.index(0.5, 32)


class Forgetful(ThreadPoolExecutor):
    """Loses every third task that it is given."""

    given = 0

    def submit(self, task, *arguments):
        self.given += 1
        if self.given % 3:
            return super().submit(task, *arguments)
        lost = Future()
        lost.cancel()
        lost.set_running_or_notify_cancel()
        return lost


def test_what_an_executor_loses_is_trained_again(monkeypatch):
    monkeypatch.setattr(sweeps, "RUNS", 1)
    grid = {"learning_rates": [0.01, 0.1], "batch_sizes": [32, 64], "seeds": range(2)}
    grid |= {"epochs": 1, "progress": False}
    with Forgetful(1) as pool:
        found = sweep(load("diabetes"), executor=pool, **grid)
        assert pool.given > 8
    alone = sweep(load("diabetes"), **grid)
    assert np.array_equal(found.train_loss, alone.train_loss)
