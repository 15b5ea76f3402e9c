"""The clock of the checks stops an answer, and nothing else, then or later."""

import signal
import sys
import threading
import time

import pytest
from jupyter_client.manager import start_new_kernel

from helpers.checks.engine import judge_safely

pytestmark = pytest.mark.skipif(
    not hasattr(signal, "setitimer"), reason="this system has no alarm clock"
)
STOPPED_CHECK = """\
from helpers.checks import lesson_04 as check

def loops(*_):
    while True:
        pass

check.accuracy.seconds = 0.2
"was stopped" in repr(check.accuracy(loops))"""


@pytest.fixture
def kernel():
    manager, client = start_new_kernel()
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def test_a_kernel_outlives_a_stopped_check_and_any_later_tracer(kernel):
    manager, client = kernel
    cells = [STOPPED_CHECK, "import sys; sys.settrace(lambda *a: None)", "1 + 1"]
    said = [execute(client, cell) for cell in [*cells, *cells[1:], STOPPED_CHECK]]
    assert said == ["True", "", "2", "", "2", "True"]
    assert manager.is_alive()


def execute(client, cell):
    """Return the value of a cell, as text; an error or a dead kernel fails the test."""
    shown = []

    def keep(message):
        shown.append(message["content"].get("data", {}).get("text/plain", ""))

    reply = client.execute_interactive(cell, timeout=60, output_hook=keep)
    assert reply["content"]["status"] == "ok", reply["content"]
    return "".join(shown)


@pytest.fixture
def nothing_rings():
    """Between two checks an alarm finds a handler that does nothing."""
    before = signal.signal(signal.SIGALRM, ring)
    yield
    signal.signal(signal.SIGALRM, before)


def ring(signum, frame):
    pass


@pytest.mark.parametrize("judge", [str, lambda answer: str(answer)])
def test_an_alarm_at_any_moment_stops_the_answer_or_nobody(judge, nothing_rings):
    """Also when it rings while the clock is being put away."""
    main, over = threading.main_thread().ident, threading.Event()

    def hammer():
        while not over.is_set():
            signal.pthread_kill(main, signal.SIGALRM)

    switch = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    thread = threading.Thread(target=hammer)
    thread.start()
    try:
        statuses = {judge_safely(judge, (1,), 0)[0] for _ in range(1000)}
    finally:
        over.set()
        thread.join()
        sys.setswitchinterval(switch)
    assert statuses <= {"correct", "incorrect"}
    assert signal.getsignal(signal.SIGALRM) is ring
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    assert sys.gettrace() is None


def test_an_answer_that_outlives_its_stop_is_not_stopped_again():
    def catches_all():
        try:
            try:
                time.sleep(10)
            except BaseException:
                time.sleep(10)
        except BaseException:
            yield "alive"
        yield "alive and well"

    answer = catches_all()
    judge_safely(next, (answer,), 0.1)
    sys.settrace(lambda *_: None)
    try:
        assert next(answer) == "alive and well"
    finally:
        sys.settrace(None)


def test_an_answer_that_gets_no_processor_is_given_more_time():
    def waits(seconds):
        time.sleep(seconds)
        return "judged"

    assert judge_safely(waits, (0.3,), 0.2) == ("correct", "judged")
    assert judge_safely(waits, (9,), 0.2)[0] == "incorrect"
