"""What the learner has solved: one small file in ``my/``, and eight bars."""

import contextlib
import json
import os
import pkgutil
import tempfile
from importlib import import_module
from pathlib import Path

import helpers.checks
from helpers.checks.feedback import Note, once

_in_memory = {}


def record(lesson: str, name: str) -> str:
    """Note that an exercise is solved; return what the learner should know of it.

    It is kept in ``my/progress.json`` when the notebook lies in ``my/``, elsewhere in
    memory. With ``DOWNHILL_PROGRESS=off`` nothing is kept.
    """
    if os.environ.get("DOWNHILL_PROGRESS") == "off":
        return ""
    try:
        with _no_other_kernel():
            solved, remark = _read()
            if name not in solved.setdefault(lesson, []):
                solved[lesson].append(name)
                remark += _write(solved)
    except OSError as error:
        return once(f"Your progress could not be kept: {error.strerror}.")
    return remark


def show(lesson) -> Note:
    """Show the exercises of one lesson, and the course as bars."""
    solved, remark = _read()
    done = _solved_of(lesson, solved)
    lines = [
        f"{'✓' if exercise.name in done else '·'} {exercise.number} {exercise.kind}: "
        f"{exercise.name.replace('_', ' ')}"
        for exercise in lesson.exercises
    ]
    bars = [
        (each, len(_solved_of(each, solved)), len(each.exercises))
        for each in all_lessons()
    ]
    plain = [f"{_bar(n, total)} {each.number} {each.title}" for each, n, total in bars]
    picture = "".join(f"<div>{line}</div>" for line in lines)
    picture += "".join(_bar_html(*bar) for bar in bars)
    picture += f"<div>{remark.strip()}</div>" if remark else ""
    return Note(
        f"Lesson {lesson.number}: {len(done)} of {len(lesson.exercises)} solved",
        "\n".join([*lines, "", *plain]) + remark,
        picture_html=picture,
    )


def all_lessons() -> list:
    """Return the lessons that have checks, in order."""
    names = sorted(m.name for m in pkgutil.iter_modules(helpers.checks.__path__))
    return [
        import_module(f"helpers.checks.{name}").LESSON
        for name in names
        if name.startswith("lesson_")
    ]


def progress_file() -> Path | None:
    """Return the file in ``my/``, or None where the notebook is not in ``my/``."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if folder.name == "my" and (folder.parent / "source").is_dir():
            return folder / "progress.json"
    return None


def _solved_of(lesson, solved):
    names = {exercise.name for exercise in lesson.exercises}
    return names & set(solved.get(f"{lesson.number:02}", []))


@contextlib.contextmanager
def _no_other_kernel():
    """Let one kernel at a time read, add and write."""
    file = progress_file()
    if file is None:
        yield
        return
    # A kernel that ends lets go of it.
    with file.with_name(".progress.lock").open("a") as lock:
        with contextlib.suppress(OSError):  # some network folders know no locks
            if os.name == "nt":
                import msvcrt

                msvcrt.locking(lock.fileno(), msvcrt.LK_LOCK, 1)
            else:
                import fcntl

                fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _read():
    """Return what is solved, and a remark when the file had to be put aside."""
    file = progress_file()
    if file is None:
        return _in_memory, ""
    if not file.exists():
        return {}, ""
    try:
        solved = json.loads(file.read_text("utf-8"))
        if not all(isinstance(names, list) for names in solved.values()):
            raise ValueError("not lists of names")
        return solved, ""
    except (ValueError, AttributeError):
        aside = file.with_suffix(".unreadable.json")
        file.replace(aside)
        return {}, f"\n\n`{file.name}` could not be read; it is now `{aside.name}`."


def _write(solved):
    file = progress_file()
    if file is None:
        _in_memory.update(solved)
        return once("Your progress is kept until this notebook's kernel stops.")
    # Written beside the file and moved over it: a killed kernel leaves the old one.
    with tempfile.NamedTemporaryFile(
        "w", dir=file.parent, suffix=".tmp", delete=False, encoding="utf-8"
    ) as new:
        json.dump(solved, new, indent=1)
    os.replace(new.name, file)
    return ""


def _bar(n, total):
    filled = round(10 * n / total)
    return "█" * filled + "░" * (10 - filled) + f" {n}/{total}"


def _bar_html(lesson, n, total):
    share = 100 * n / total
    return (
        '<div style="display: flex; align-items: center; gap: 0.8em; margin: 0.2em 0">'
        '<div style="width: 8em; height: 0.7em; border: 1px solid #7F7F7F">'
        f'<div style="width: {share:.0f}%; height: 100%; background: #009E73"></div>'
        f"</div><div>{n} of {total} · {lesson.number} {lesson.title}</div></div>"
    )
