"""How fast a grid of networks trains, and how fast it would without the stack.

A slow peer does a sample of the work, and its seconds are scaled up: its name says so.
"""

import os
import re
import subprocess
import sys
import warnings
from functools import partial
from time import perf_counter

import joblib
import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from helpers.data import load
from helpers.keras_tools import to_keras
from helpers.losses import sparse_categorical_crossentropy
from helpers.networks import Network
from helpers.optimizers import SGD, Adam, RMSprop
from helpers.slices import loss_slice
from helpers.sweeps import sweep
from helpers.training import fit

DIGITS = load("digits")
# Where nobody measures, a sixteenth of the networks shows as well that a row runs.
PART = 16 if os.environ.get("DOWNHILL_BENCH") == "tried" else 1
RATES, SIZES, EPOCHS = np.geomspace(1e-3, 0.3, 64 // PART), (16, 64, 256), 10
OPTIMIZERS = {"momentum": partial(SGD, momentum=0.9), "RMSprop": RMSprop, "Adam": Adam}
SAMPLE = RATES[[20 // PART, 40 // PART]]
SAMPLED = f"{len(SAMPLE) * len(SIZES)} of the {len(RATES) * len(SIZES)}"

GRID = f"{len(RATES) * len(SIZES)} networks, {EPOCHS} epochs of digits"
CLUSTER = f"{GRID}, on a Dask cluster of two processes"
ANY_OPTIMIZER = f"{GRID}, with another optimizer"
ONE_OF_MANY = "a network for 2 epochs of digits, beside how many others"
MEMORY = "1,024 networks in a process of their own, its start included"
SLICE = "a slice through a loss, 101 x 101 points"


def row(group, of=1.0):
    """Put a benchmark in a row; it does one part ``of`` so many of the row's work."""
    return pytest.mark.benchmark(group=group, timer=lambda: of * perf_counter())


def measure(benchmark, who, work, target="", rounds=3):
    benchmark.extra_info.update(who=who, target=target)
    return benchmark.pedantic(work, rounds=rounds, warmup_rounds=int(rounds > 1))


def train(rates=RATES, sizes=SIZES, epochs=EPOCHS, **options):
    grid = {"learning_rates": rates, "batch_sizes": sizes, "epochs": epochs}
    return sweep(DIGITS, **grid, **options, progress=False)


@row(GRID)
def bench_sweep(benchmark):
    wanted = "150 x Keras, 7 x scikit-learn, 1.6 x JAX compiled, 0.75 x peak"
    assert not measure(benchmark, "ours", train, wanted, rounds=7).diverged.any()


def operations():
    """Floating-point operations of the grid, in its matrix products alone."""
    rows, measured = len(DIGITS.x_train), len(DIGITS.x_train) + len(DIGITS.x_valid)
    forward, backward = 2 * (64 * 64 + 64 * 10), 2 * (64 * 64 + 2 * 64 * 10)
    an_epoch = rows * (forward + backward) + measured * forward
    return len(RATES) * len(SIZES) * EPOCHS * an_epoch


@row(GRID, of=operations() / (2 * 2048**3))
def bench_peak(benchmark):
    square = np.random.default_rng(0).random((2048, 2048), dtype=np.float32)
    who = "as many operations in large float32 matrix products"
    measure(benchmark, who, lambda: square @ square, rounds=30)


@row(GRID)
def bench_taught(benchmark):
    def train_taught():
        valid = DIGITS.x_valid, DIGITS.y_valid
        with threadpool_limits(1):
            for size in SIZES:
                for rates in np.split(RATES, 2):
                    network = fresh(runs=len(rates))
                    x, y = DIGITS.x_train, DIGITS.y_train
                    fit(network, SGD(rates), x, y, EPOCHS, size, validation=valid)

    measure(benchmark, "the network as taught, one thread", train_taught)


@pytest.fixture(scope="module")
def in_jax():
    """How JAX trains the grid."""
    pytest.importorskip("jax", reason="JAX is in the extra called bench")
    from benchmarks.in_jax import Grid

    start = [weights[0] for weights in fresh().weights]
    return Grid(DIGITS, start, RATES, SIZES, EPOCHS)


@row(GRID)
def bench_jax(benchmark, in_jax):
    who = "jax.vmap of a jitted lax.scan, compiled"
    losses = measure(benchmark, who, in_jax.train)
    np.testing.assert_allclose(losses, train().final("train_loss"), rtol=1e-3)


@row(GRID)
def bench_jax_with_compilation(benchmark, in_jax):
    who = "jax.vmap of a jitted lax.scan, with its compilation"
    measure(benchmark, who, in_jax.compile_and_train, rounds=1)


@pytest.fixture(scope="module")
def cluster():
    """A Dask cluster on this machine, as it comes."""
    reason = "distributed is in the extra called cluster"
    distributed = pytest.importorskip("distributed", reason=reason)
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None
        ) as workers,
        distributed.Client(workers) as client,
    ):
        yield client.get_executor()


@row(CLUSTER)
def bench_cluster(benchmark, cluster):
    wanted = "at least 0.87"
    measure(benchmark, "ours", lambda: train(executor=cluster), wanted)


@row(CLUSTER)
def bench_threads(benchmark):
    measure(benchmark, "ours in threads", train)


@row(ANY_OPTIMIZER)
def bench_sgd(benchmark):
    measure(benchmark, "ours", train, "SGD; the others at most 2")


@pytest.mark.parametrize("name", OPTIMIZERS)
@row(ANY_OPTIMIZER)
def bench_optimizer(benchmark, name):
    measure(benchmark, name, lambda: train(optimizer=OPTIMIZERS[name]))


def fresh(**options):
    return Network((64, 64, 10), loss=sparse_categorical_crossentropy, **options)


@row(GRID)
def bench_scikit_learn(benchmark):
    def train_all():
        jobs = [joblib.delayed(train_mlp)(r, size) for r in RATES for size in SIZES]
        return joblib.Parallel(n_jobs=2)(jobs)

    losses = measure(benchmark, "MLPClassifier, joblib, 2 processes", train_all)
    assert_same_work(train(), np.reshape(losses, (len(RATES), len(SIZES))))


def train_mlp(rate, size):
    model = MLPClassifier(
        (64,),
        solver="sgd",
        momentum=0,
        alpha=0,
        learning_rate_init=rate,
        batch_size=size,
        max_iter=EPOCHS,
        random_state=0,
    )
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(DIGITS.x_train, DIGITS.y_train)
    return log_loss(DIGITS.y_train, model.predict_proba(DIGITS.x_train))


@row(GRID, of=len(RATES) / len(SAMPLE))
def bench_keras(benchmark):
    models = {}

    def train_sample():
        for rate in SAMPLE:
            for size in SIZES:
                models[rate, size] = model = compiled(to_keras(fresh()), rate)
                x, y = DIGITS.x_train, DIGITS.y_train
                model.fit(x, y, batch_size=size, epochs=EPOCHS, verbose=0)

    measure(benchmark, f"a loop over Keras fit ({SAMPLED})", train_sample)
    losses = [keras_loss(model) for model in models.values()]
    assert_same_work(train(SAMPLE), np.reshape(losses, (len(SAMPLE), len(SIZES))))


def compiled(model, rate=0.1):
    import keras

    loss = "sparse_categorical_crossentropy"
    model.compile(keras.optimizers.SGD(rate), loss)
    return model


def keras_loss(model):
    return model.evaluate(DIGITS.x_train, DIGITS.y_train, batch_size=1079, verbose=0)


def assert_same_work(ours, losses):
    """They shuffle otherwise: the same but for chance. Tests replay them exactly."""
    ratios = losses / ours.final("train_loss")
    assert np.median(ratios) == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize(
    "networks",
    [
        pytest.param(n, marks=row(ONE_OF_MANY, of=1 / n))
        for n in (1024, 16, 64, 256, 10240)
    ],
)
def bench_networks(benchmark, networks):
    rates = np.geomspace(1e-3, 0.3, networks // PART)
    wanted = "at least 1; 10,240 at most 1.1"
    who = "ours" if networks == 1024 else f"of {networks:,}, ours of 1,024"
    rounds = 5 if networks <= 1024 else 2
    measure(benchmark, who, lambda: train(rates, 64, 2), wanted, rounds=rounds)


@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's /proc")
@row(MEMORY)
def bench_memory(benchmark):
    code = (
        "from benchmarks.bench_sweeps import *\n"
        "train(np.geomspace(1e-3, 0.3, 1024 // PART), 64)\n"
        "print(open('/proc/self/status').read())"
    )

    def train_apart():
        command = [sys.executable, "-c", code]
        return subprocess.run(command, check=True, capture_output=True, text=True)

    said = measure(benchmark, "ours", train_apart, "under 1 GB", rounds=1).stdout
    benchmark.extra_info["bytes"] = 1024 * int(re.search(r"VmHWM:\s+(\d+)", said)[1])


LINE = np.linspace(-1, 1, 101)
POINTS = np.stack(np.meshgrid(LINE, LINE), axis=-1)


@pytest.fixture(scope="module")
def trained():
    network = fresh()
    fit(network, SGD(0.1), DIGITS.x_train, DIGITS.y_train, epochs=10)
    return network


@row(SLICE)
def bench_slice(benchmark, trained):
    surface = loss_slice(trained, DIGITS.x_train, DIGITS.y_train)
    losses = measure(
        benchmark, "ours", lambda: surface.value(POINTS), "at most 3 s", rounds=5
    )
    model = compiled(to_keras(trained))
    assert losses[50, 50] == pytest.approx(keras_loss(model), rel=1e-4)


@row(SLICE, of=101 * 101 / 30)
def bench_slice_in_keras(benchmark, trained):
    model = compiled(to_keras(trained))
    weights = model.get_weights()
    ways = [
        [np.random.default_rng(s).normal(size=w.shape) for w in weights] for s in (0, 1)
    ]

    def evaluate():
        for a, b in POINTS.reshape(-1, 2)[:30]:
            there = [w + a * u + b * v for w, u, v in zip(weights, *ways, strict=True)]
            model.set_weights(there)
            keras_loss(model)

    measure(benchmark, "set_weights and evaluate in Keras (30 points)", evaluate)
