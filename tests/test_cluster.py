"""A sweep on a cluster of processes, when a worker dies or the learner interrupts."""

import os
import signal
import socket
import subprocess
import sys
import time
import warnings

import numpy as np
import pytest

from helpers import sweeps
from helpers.data import from_table
from helpers.data.finding import PENGUINS
from helpers.inner.sweep_results import MEASURES
from helpers.sweeps import sweep

distributed = pytest.importorskip(
    "distributed", reason="distributed is in the extra called cluster"
)
GRID = {
    "learning_rates": [0.01, 0.03, 0.1, 0.3],
    "batch_sizes": [4, 8, 16],
    "epochs": 20,
}
GRID |= {"seeds": range(4)}


@pytest.fixture(scope="module")
def mine():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return from_table(str(PENGUINS), "species")


@pytest.fixture(scope="module")
def alone(mine):
    """What this process finds by itself."""
    return sweep(mine, progress=False, **GRID)


@pytest.fixture(scope="module")
def client():
    """The lesson's own line starts two processes here."""
    with distributed.Client(
        n_workers=2, threads_per_worker=1, dashboard_address=None
    ) as client:
        yield client


@pytest.fixture
def half_way(monkeypatch):
    """Do something when half of the networks are trained: a list to put it into."""
    monkeypatch.setattr(sweeps, "RUNS", 2)  # many small parts
    todo = []

    class Bar:
        def __init__(self, total, **_):
            self.total, self.done, self.said = total, 0, ""

        def update(self, networks):
            self.done += networks
            if todo and self.done >= self.total / 2:
                todo.pop()()

        def write(self, text, **_):
            print(text)

        def close(self):
            pass

    monkeypatch.setattr(sweeps, "tqdm", Bar)
    return todo


def assert_same(one, other):
    for name in MEASURES:
        assert np.array_equal(getattr(one, name), getattr(other, name)), name


def test_a_worker_that_is_killed_half_way_costs_time_alone(
    mine, alone, client, half_way
):
    before = client.run(os.getpid)
    killed = []

    def kill():
        killed.append(next(iter(before.values())))
        os.kill(killed[0], signal.SIGKILL)

    half_way.append(kill)
    assert_same(sweep(mine, executor=client.get_executor(), **GRID), alone)
    assert killed and killed[0] not in client.run(os.getpid).values()


def test_what_is_finished_when_the_learner_interrupts_is_kept(
    mine, alone, client, half_way, capsys
):
    def interrupt():
        raise KeyboardInterrupt

    half_way.append(interrupt)
    found = sweep(mine, executor=client.get_executor(), **GRID)
    assert "what is finished is kept" in capsys.readouterr().out
    done = np.isfinite(found.train_loss)
    assert 0.4 < done.mean() < 0.9
    assert np.array_equal(found.train_loss[done], alone.train_loss[done])
    for _ in range(50):  # the cluster is free for the next sweep
        if not any(client.processing().values()):
            break
        time.sleep(0.2)
    assert not any(client.processing().values())
    assert_same(sweep(mine, executor=client.get_executor(), **GRID), alone)


def test_a_real_cluster_is_one_line_and_stands_the_loss_of_a_machine(
    mine, alone, half_way, tmp_path, in_ci
):
    """Started as on machines of one's own, by Dask's commands; one is not replaced."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    at = address.rsplit(":", 1)
    commands = [["scheduler", "--host", "127.0.0.1", "--port", at[1], "--no-dashboard"]]
    commands += [
        ["worker", address, "--no-nanny", "--nthreads", "1", "--no-dashboard"]
    ] * 2
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "dask", *command],
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for command in commands
    ]
    try:
        with distributed.Client(address, timeout=60) as client:
            client.wait_for_workers(2, timeout=60)
            half_way.append(processes[-1].kill)
            assert_same(sweep(mine, executor=client.get_executor(), **GRID), alone)
            assert len(client.scheduler_info(n_workers=-1)["workers"]) == 1
    finally:
        for process in processes:
            process.kill()
            process.wait()
