"""Train a whole grid of networks at once: learning rates x batch sizes x seeds."""

import os
import sys
from collections.abc import Callable
from concurrent.futures import (
    FIRST_COMPLETED,
    CancelledError,
    ThreadPoolExecutor,
    wait,
)
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

import numpy as np
from tqdm import tqdm

from helpers.data import Problem
from helpers.fast_network import FastNetwork
from helpers.inner.arguments import one_of, positive, whole
from helpers.inner.blas import one_blas_thread
from helpers.inner.optimizer import check_optimizer
from helpers.inner.rows import check_match, check_rows
from helpers.inner.sweep_results import MEASURES, Sweep
from helpers.losses import USUAL
from helpers.optimizers import SGD
from helpers.training import fit, fresh_network, rows_for

AGAIN = 3  # times that a part is started again, when an executor has lost it
# How many networks train side by side at most: enough that NumPy's calls cost little
# beside the work, few enough that all of a step stays in the processor's cache.
RUNS, CACHE = 64, 8 * 2**20


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
        As ``load`` of :mod:`helpers.data` returns it. Its kind decides on loss, output
        and score: see ``USUAL`` of :mod:`helpers.losses`.
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
    if not np.iterable(hidden):
        raise TypeError(f"hidden must be a sequence, such as (64,), got {hidden!r}")
    hidden = tuple(whole("hidden", units, least=1) for units in hidden)
    whole("epochs", epochs, least=1)
    problem = checked_problem(problem)
    rows, largest = len(problem.x_train), batch_sizes.max()
    if largest > rows:
        raise ValueError(
            f"batch_sizes must be at most the {rows} training rows, got {largest}: "
            f"for one step an epoch use {rows}"
        )
    _check_optimizer(optimizer, learning_rates, epochs * -(-rows // largest))
    submits = hasattr(executor, "submit") and not isinstance(executor, type)
    if executor is not None and not submits:
        raise TypeError(
            "executor must be one of concurrent.futures, such as ThreadPoolExecutor(4)"
            f", or a Dask client's get_executor(), got {executor!r}"
        )
    task = _Task(problem, hidden, optimizer, epochs)

    shape = len(learning_rates), len(batch_sizes), len(seeds), epochs
    arrays = {name: np.full(shape, np.nan) for name in (*MEASURES, "seconds")}
    widths = fresh_network(problem, hidden, seeds=[0]).widths
    groups = _groups(learning_rates, batch_sizes, seeds, widths)
    cores = ThreadPoolExecutor(os.cpu_count()) if executor is None else None
    with one_blas_thread(), cores or nullcontext(executor) as pool:

        def start(group):
            i, j, k = group
            return pool.submit(task, learning_rates[i], batch_sizes[j], seeds[k])

        for group, found in _gather(start, groups, progress):
            for name, values in arrays.items():
                values[group] = getattr(found, name)
    return Sweep(
        problem.name,
        learning_rates,
        batch_sizes,
        seeds,
        rows=rows,
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
        network = fresh_network(self.problem, self.hidden, seeds)
        x, y = rows_for(network, self.problem, "train")
        # Each group has one core to itself: BLAS must not spread it over the others.
        with one_blas_thread():
            return fit(
                FastNetwork(network),
                self.optimizer(rates),
                x,
                y,
                epochs=self.epochs,
                batch_size=batch_size,
                seed=seeds,
                validation=rows_for(network, self.problem, "valid"),
            )

    def start_loss(self, seeds):
        """Return the loss of each seed's network before it is trained."""
        network = fresh_network(self.problem, self.hidden, seeds)
        x, y = rows_for(network, self.problem, "train")
        return network.loss_of(y, FastNetwork(network).logits(x))


def checked_problem(problem):
    """Return the problem with arrays for rows, if networks can train on it."""
    if not isinstance(problem, Problem):
        raise TypeError(
            'problem must be a Problem, such as load("digits") or from_table(table, '
            f"target), got {type(problem).__name__}"
        )
    one_of("problem.kind", problem.kind, USUAL)
    arrays = {}
    for part in ("train", "valid"):
        x, y = f"x_{part}", f"y_{part}"
        if hasattr(getattr(problem, x), "toarray"):
            raise TypeError(f"problem.{x} is sparse: give problem.{x}.toarray()")
        arrays[x], arrays[y] = check_rows(
            f"problem.{x}", getattr(problem, x), f"problem.{y}", getattr(problem, y)
        )
    problem = replace(problem, **arrays)
    if problem.kind == "multiclass" and len(problem.target_names) < 2:
        raise ValueError(
            "problem.target_names must have a name for each class, two or more, got "
            f"{problem.target_names!r}"
        )
    network = fresh_network(problem, hidden=(), seeds=[0])
    for part in ("train", "valid"):
        x, y = rows_for(network, problem, part)
        check_match(network, f"problem.x_{part}", x, f"problem.y_{part}", y)
    return problem


def _check_optimizer(optimizer, learning_rates, steps):
    """Find out, before training, whether ``optimizer`` makes one of the rates."""
    if not callable(optimizer):
        raise TypeError(
            "optimizer must make one from rates, such as SGD or "
            f"functools.partial(SGD, momentum=0.9), got {optimizer!r}"
        )
    one = check_optimizer(_made(optimizer, learning_rates))
    other = check_optimizer(_made(optimizer, learning_rates / 2))
    if one is other:
        raise ValueError(
            "optimizer must make a new one at each call, got the same twice: "
            "write lambda rates: SGD(rates)"
        )
    # A warm-up may begin at 0 whatever the rates, and a decay may end there.
    for step in {0, steps // 2, steps - 1}:
        full, half = _rate_at(one, step), _rate_at(other, step)
        own = np.size(full) == len(learning_rates)
        if own and (not np.any(full) or not np.array_equal(full, half)):
            return
    raise ValueError(
        "optimizer must use the rates that it is called with, an array with one for "
        f"each network, and makes {one!r:.80} of any: write lambda rates: SGD(rates)"
    )


def _made(optimizer, rates):
    try:
        return optimizer(rates)
    except Exception as error:
        try:
            optimizer(float(rates[0]))
        except Exception:  # its own word is the better one
            raise error from None
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(
            f"optimizer makes one of a single rate, but fails with an array of rates, "
            f"one for each network: {error}. Write it for arrays, as lambda rates: "
            "SGD(np.minimum(rates, 1))"
        ) from None


def _rate_at(optimizer, step):
    rate = optimizer.learning_rate
    return rate(step) if callable(rate) else rate


def _grid(name, values, check):
    several = np.iterable(values) and not isinstance(values, str)
    values = list(values) if several else [values]
    if not values:
        raise ValueError(f"{name} must hold at least one number, got {values}")
    return np.array([check(name, value) for value in values])


def _groups(learning_rates, batch_sizes, seeds, widths):
    """Cut the grid into groups that train side by side: their indices in its arrays.

    All of a group have one batch size. Those of one seed stay together, as they share
    the rows of each step. Small batches take longest, so they come first, and
    large ones in small groups: all cores then finish at about the same time.
    """
    rate_indices = np.tile(np.arange(len(learning_rates)), len(seeds))
    seed_indices = np.repeat(np.arange(len(seeds)), len(learning_rates))
    networks = len(learning_rates) * len(batch_sizes) * len(seeds)
    for_each_core = -(-networks // os.cpu_count())
    groups = []
    for size_index in np.argsort(batch_sizes, kind="stable"):
        side_by_side = min(for_each_core, _in_cache(widths, batch_sizes[size_index]))
        cuts = -(-len(rate_indices) // side_by_side)
        rate_groups = np.array_split(rate_indices, cuts)
        seed_groups = np.array_split(seed_indices, cuts)
        for rate_group, seed_group in zip(rate_groups, seed_groups, strict=True):
            groups.append((rate_group, size_index, seed_group))
    return groups


def _in_cache(widths, batch_size):
    """Return how many networks the processor's cache holds with all that a step needs.

    That is three arrays of each layer's weights, and three of what passes through it.
    """
    weights = sum((inputs + 1) * units for inputs, units in pairwise(widths))
    numbers = 3 * (weights + batch_size * sum(widths))
    return max(1, min(RUNS, CACHE // (4 * numbers)))


def _gather(start, groups, progress):
    """Return each group with what its networks came to, behind a progress bar.

    What an executor lost is started again, until it gives up or the learner interrupts.
    """
    total, silent = sum(len(i) for i, _, _ in groups), not progress
    bar = tqdm(total=total, unit=" networks", file=sys.stdout, ncols=80, disable=silent)
    found, waiting = [], {}
    try:
        waiting |= {start(group): (group, AGAIN) for group in groups}
        while waiting:
            # Without a limit to the wait, Windows would not let Ctrl-C through.
            done, _ = wait(waiting, timeout=0.2, return_when=FIRST_COMPLETED)
            for future in done:
                group, again = waiting.pop(future)
                if again and future.cancelled():
                    waiting[start(group)] = group, again - 1
                    continue
                found.append((group, future.result()))
                bar.update(len(group[0]))
    except (KeyboardInterrupt, CancelledError) as stop:
        lost = isinstance(stop, CancelledError)
        why = (
            "The executor gave up (a cluster that was lost?)" if lost else "Interrupted"
        )
        bar.write(f"{why}: what is finished is kept.", file=sys.stdout)
    finally:
        for future, (group, _) in waiting.items():
            if not future.cancel() and future.done() and not future.exception():
                found.append((group, future.result()))
        bar.close()
    return found
