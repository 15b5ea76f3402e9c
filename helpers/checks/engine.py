"""Exercises: check, two hints, solution. A check never raises.

Nor does it hang: it stops an answer, though code in C, such as ``sum(range(10**10))``,
only when that returns.
"""

import contextlib
import json
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from helpers.checks import progress
from helpers.checks.feedback import Note, Result, is_stub, once, place_of, show_now

ANSWERS = Path(__file__).with_name("answers.json")
NO_ALARM = (
    "On this system a check can't stop a loop that never ends: should one hang, "
    "interrupt the kernel."
)
KINDS = ("Predict", "Write", "Tune", "Choose", "Fix")


class Wrong(Exception):
    """Raised inside a check: the answer is wrong, and the message says why."""


class NotAttempted(Exception):
    """Raised inside a check: the stub is still there."""


class _TooSlow(BaseException):
    """Raised in the learner's code when its time is over."""


@dataclass(eq=False)
class Exercise:
    """One exercise: call it with an answer to have the answer checked.

    ``name``, ``kind`` (Predict, Write, Tune, Choose or Fix), ``number`` ("4.1") and
    ``points`` describe it. ``seconds`` is the time that an answer may take.
    """

    name: str
    kind: str
    number: str
    points: int
    hints: tuple[str, str] = field(repr=False)
    judge: Callable[..., str] = field(repr=False)
    seconds: float = field(default=2.0, repr=False)
    needs: str = field(default="", repr=False)
    _hints_given: int = field(default=0, repr=False)

    def __call__(self, *answers) -> Result:
        """Check an answer; the result is true when it is correct."""
        if self.needs:  # before the clock runs, which may cut no import in half
            try:
                import_module(self.needs)
            except ImportError as error:
                message = f"This check needs {self.needs}: {describe_error(error)}."
                return Result("incorrect", message, f"Exercise {self.number}")
        status, message = judge_safely(self.judge, answers, self.seconds)
        if status == "correct":
            message += progress.record(self._lesson, self.name)
        return Result(status, message, f"Exercise {self.number}")

    def hint(self) -> Note | None:
        """Give the first hint, then the second; a notebook shows it at once."""
        self._hints_given = min(self._hints_given + 1, len(self.hints))
        n = self._hints_given
        more = (
            f"Run the cell again for hint {n + 1}."
            if n < len(self.hints)
            else f"That was the last hint. `check.{self.name}.solution()` shows a way."
        )
        text = f"{self.hints[n - 1]}\n\n{more}"
        return show_now(Note(f"Hint {n} of {len(self.hints)}", text))

    def solution(self) -> Note | None:
        """Give a right answer and why it is right; a notebook shows it at once."""
        title = f"Solution of exercise {self.number}"
        answers = json.loads(ANSWERS.read_text("utf-8")) if ANSWERS.exists() else {}
        answer = answers.get(self._lesson, {}).get(self.name)
        if answer is None:
            missing = "This edition of the course comes without the solutions."
            return show_now(Note(title, missing))
        return show_now(Note(title, answer["text"], code=answer["code"]))

    @property
    def _lesson(self):
        return f"{int(self.number.split('.')[0]):02}"


class Lesson:
    """The exercises of one lesson, in the order in which they are defined."""

    def __init__(self, number: int, title: str):
        self.number, self.title = number, title
        self.exercises = []

    def exercise(self, kind, *, hints, points=1, seconds=2.0, needs=""):
        """Make an exercise out of the function below.

        The function gets the learner's answer. It returns a short praise that says
        why the answer is right, or raises :class:`Wrong` with what to do next.
        """
        if kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")
        if len(hints) != 2:
            raise ValueError(f"hints must be two sentences, got {len(hints)}")

        def decorate(judge):
            exercise = Exercise(
                name=judge.__name__,
                kind=kind,
                number=f"{self.number}.{len(self.exercises) + 1}",
                points=points,
                hints=tuple(hints),
                judge=judge,
                seconds=seconds,
                needs=needs,
            )
            self.exercises.append(exercise)
            return exercise

        return decorate

    def progress(self) -> Note:
        """Show what is solved: this lesson, and the whole course as bars."""
        return progress.show(self)


def judge_safely(judge, answers, seconds):
    """Run a check whatever the answer does: return (status, message)."""
    printed = _Sink()
    try:
        with (
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(printed),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            if any(answer is ... for answer in answers):
                raise NotAttempted
            status, message = "correct", _within(seconds, judge, *answers)
    except NotAttempted:
        status = "not attempted"
        message = "Put your answer in the place of the `...`, then run the cell again."
    except Wrong as wrong:
        status, message = "incorrect", str(wrong)
        if any(map(is_stub, answers)):
            status = "not attempted"
            message = "A `...` still stands in your code: put your answer in its place."
    except _TooSlow:
        status = "incorrect"
        message = (
            f"Your answer was stopped: it took more than {seconds:g} seconds. "
            "Is there a loop that never ends, or an import that takes long? On a busy "
            "computer run the cell again."
        )
    except KeyboardInterrupt:
        status, message = "incorrect", "You stopped the check, so nothing was judged."
    except BaseException as error:  # whatever an answer raises ends here
        status = "incorrect"
        said = f"{describe_error(error)}{place_of(error)}"
        message = f"{said}. So your answer can't be judged."
    remark = "" if _can_stop() else once(NO_ALARM)
    return status, message + printed.said() + remark


def describe_error(error: BaseException) -> str:
    """Return an error's type and first line, shortened: one sentence can hold it."""
    try:
        first = (str(error).strip() or "no message").splitlines()[0]
    except Exception:
        first = "a message that can't be read"
    return f"`{type(error).__name__}: {first[:150]}`".replace("``", "`")


class _Sink:
    """Takes what an answer prints, and keeps the beginning."""

    def __init__(self, limit=300):
        self.text, self.limit = "", limit

    def write(self, text):
        self.text += text[: self.limit - len(self.text)]
        return len(text)

    def flush(self):
        pass

    def said(self):
        if not self.text.strip():
            return ""
        lines = self.text.strip().splitlines()[:5]
        return "\n\nYour code printed: " + " / ".join(f"`{line}`" for line in lines)


def _can_stop():
    in_main_thread = threading.current_thread() is threading.main_thread()
    return hasattr(signal, "setitimer") and in_main_thread


def _within(seconds, judge, *answers):
    """Call a judge; stop it after so many seconds, where there is an alarm clock.

    Where other programs leave it less than half of that as processor time, it gets up
    to four times as long.
    """
    if not _can_stop():
        return judge(*answers)
    tracer, traced = sys.gettrace(), []
    begun, latest = time.process_time(), time.monotonic() + 4 * seconds

    def run():
        return judge(*answers)

    def stop(signum, frame):
        starved = time.process_time() - begun < seconds / 2
        if starved and time.monotonic() < latest:
            return
        inside = []
        while frame is not None and frame.f_code is not run.__code__:
            if frame.f_code not in clockwork:
                inside.append(frame)
            frame = frame.f_back
        if frame is None or not inside:  # the judge has not begun, or has ended
            return
        # An `except:` around the loop may swallow the first error; the tracer raises
        # the next one inside that `except`, where nothing catches it. Frames outside of
        # the judge run on: in them a later tracer would find this one.
        for each in inside:
            each.f_trace = trace
        traced.extend(inside)
        sys.settrace(trace)
        raise _TooSlow

    def trace(frame, event, value):
        if frame.f_code in clockwork:
            return None
        if event == "line":
            raise _TooSlow
        return trace

    clockwork = stop.__code__, trace.__code__
    handler = signal.signal(signal.SIGALRM, stop)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds, 0.05)
        return run()
    finally:
        sys.settrace(tracer)
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        for each in traced:  # a generator may have caught it, and live
            each.f_trace = None
        traced.clear()
