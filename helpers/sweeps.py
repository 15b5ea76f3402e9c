"""Train a whole grid of networks at once: learning rates x batch sizes x seeds."""

import os
import sys
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial

import numpy as np
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from helpers.data import Problem
from helpers.fast_network import FastNetwork
from helpers.inner.arguments import positive, whole
from helpers.inner.optimizer import check_optimizer
from helpers.inner.sweep_results import MEASURES, Sweep
from helpers.optimizers import SGD
from helpers.training import check_rows, fit, fresh_network

# How many networks train side by side at most: enough that NumPy's calls cost little
# beside the work, few enough that their weights stay in the processor's cache.
RUNS = 64


def sweep(
    problem,
    *,
    learning_rates,
    batch_sizes,
    seeds=(0,),
    epochs=20,
    hidden=(64,),
    optimizer=SGD,
    executor=None,
    progress=True,
) -> Sweep:
    """Train a network for each learning rate, batch size and seed.

    Seed s starts ``Network(..., seed=s)`` and orders the minibatches of each epoch by
    ``epoch_order(rows, epoch, s)``, so that any run can be replayed. Interrupt it, and
    what is finished is kept.

    Parameters
    ----------
    problem : Problem
        As ``load`` of :mod:`helpers.data` returns it. Its kind decides on the loss.
    learning_rates, batch_sizes, seeds : sequence of numbers
        The grid. A batch size is at most the number of training rows.
    epochs : int
    hidden : sequence of int
        Units of the hidden layers, which are ReLU; () for none.
    optimizer : callable
        From rates to an optimizer: a class, ``functools.partial(SGD, momentum=0.9)``,
        or a function. It is called with an array, a rate for each of many networks
        that train side by side. Other processes can call it only if it can be pickled.
    executor : concurrent.futures.Executor, optional
        Where to train; by default a thread for each core. A Dask client's
        ``get_executor()`` sends the same work to a cluster, with the same results.
    progress : bool
        Show a bar with the time left.

    A wrong argument raises a TypeError or ValueError that says what to use instead.
    """
    learning_rates = _grid("learning_rates", learning_rates, positive)
    batch_sizes = _grid("batch_sizes", batch_sizes, partial(whole, least=1))
    seeds = _grid("seeds", seeds, whole)
    if np.ndim(hidden) != 1:
        raise TypeError(f"hidden must be a sequence, such as (64,), got {hidden!r}")
    hidden = tuple(whole("hidden", units, least=1) for units in hidden)
    task = _Task(problem, hidden, optimizer, epochs)
    task.check(learning_rates, batch_sizes)

    shape = len(learning_rates), len(batch_sizes), len(seeds), epochs
    arrays = {name: np.full(shape, np.nan) for name in (*MEASURES, "seconds")}
    parts = _parts(learning_rates, batch_sizes, seeds)
    cores = ThreadPoolExecutor(os.cpu_count()) if executor is None else None
    with threadpool_limits(1, "blas"), cores or nullcontext(executor) as pool:
        futures = [
            pool.submit(task, learning_rates[i], batch_sizes[j], seeds[k])
            for i, j, k in parts
        ]
        _wait(futures, [len(i) for i, _, _ in parts], progress)
    for part, future in zip(parts, futures, strict=True):
        if future.done() and not future.cancelled() and not future.exception():
            for name, values in arrays.items():
                values[part] = getattr(future.result(), name)
    return Sweep(
        problem.name,
        learning_rates,
        batch_sizes,
        seeds,
        rows=len(problem.x_train),
        start_loss=task.start_loss(seeds),
        **arrays,
    )


@dataclass(frozen=True)
class _Task:
    """What is the same for all networks of a sweep; another process can call it."""

    problem: Problem
    hidden: tuple
    optimizer: Callable
    epochs: int

    def __call__(self, rates, batch_size, seeds):
        """Train networks side by side, a rate and a seed for each."""
        x, y, validation = self._rows()
        # Each part has one core to itself: BLAS must not spread it over the others.
        with threadpool_limits(1, "blas"):
            network = FastNetwork(fresh_network(self.problem, self.hidden, seeds))
            how = self.epochs, batch_size, seeds, validation
            return fit(network, self.optimizer(rates), x, y, *how)

    def check(self, rates, batch_sizes):
        """Find what is wrong before anything is trained."""
        if not isinstance(self.problem, Problem):
            raise TypeError(
                f'problem must be one, such as load("digits"), got {self.problem!r}'
            )
        if not callable(self.optimizer):
            raise TypeError(
                "optimizer must make one from rates, such as SGD or "
                f"functools.partial(SGD, momentum=0.9), got {self.optimizer!r}"
            )
        check_optimizer(self.optimizer(rates))
        whole("epochs", self.epochs, least=1)
        fresh_network(self.problem, self.hidden, seeds=[0])
        for part in ("train", "valid"):
            names = f"x_{part}", f"y_{part}"
            x, y = (getattr(self.problem, name) for name in names)
            check_rows(f"problem.{names[0]}", x, f"problem.{names[1]}", y)
        rows, largest = len(self.problem.x_train), batch_sizes.max()
        if largest > rows:
            raise ValueError(
                f"batch_sizes must be at most the {rows} training rows, got {largest}: "
                f"for one step an epoch use {rows}"
            )

    def start_loss(self, seeds):
        """Return the loss of each seed's network before it is trained."""
        network = fresh_network(self.problem, self.hidden, seeds)
        x, y, _ = self._rows()
        return network.loss_of(y, FastNetwork(network).logits(x))

    def _rows(self):
        data = self.problem
        y_train, y_valid = data.y_train, data.y_valid
        if data.kind == "binary":
            y_train, y_valid = y_train[:, None], y_valid[:, None]
        return data.x_train, y_train, (data.x_valid, y_valid)


def _grid(name, values, check):
    values = [values] if np.ndim(values) == 0 else list(values)
    if not values:
        raise ValueError(f"{name} must hold at least one number, got {values}")
    return np.array([check(name, value) for value in values])


def _parts(learning_rates, batch_sizes, seeds):
    """Cut the grid into parts that train side by side: their indices in the arrays.

    All of a part have one batch size. Those of one seed stay together, as they share
    the rows of each step. Small batches take longest, so they come first: all cores
    then finish at about the same time.
    """
    networks = len(learning_rates) * len(batch_sizes) * len(seeds)
    side_by_side = min(RUNS, -(-networks // os.cpu_count()))
    rates = np.tile(np.arange(len(learning_rates)), len(seeds))
    seeds = np.repeat(np.arange(len(seeds)), len(learning_rates))
    parts = -(-len(rates) // side_by_side)
    rates, seeds = np.array_split(rates, parts), np.array_split(seeds, parts)
    return [
        (i, j, k)
        for j in np.argsort(batch_sizes, kind="stable")
        for i, k in zip(rates, seeds, strict=True)
    ]


def _wait(futures, networks, progress):
    """Wait for all, behind a progress bar, or until the learner interrupts."""
    look = {"unit": " networks", "file": sys.stdout, "ncols": 80}
    bar = tqdm(total=sum(networks), **look, disable=not progress)
    sizes, waiting = dict(zip(futures, networks, strict=True)), set(futures)
    try:
        while waiting:
            # Without a limit to the wait, Windows would not let Ctrl-C through.
            done, waiting = wait(waiting, timeout=0.2, return_when=FIRST_COMPLETED)
            for future in done:
                future.result()
                bar.update(sizes[future])
    except KeyboardInterrupt:
        bar.write("Interrupted: what is finished is kept.", file=sys.stdout)
    finally:
        for future in waiting:
            future.cancel()
        bar.close()
