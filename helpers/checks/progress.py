"""What the learner has solved: one small file in ``my/``, and a bar a lesson."""

import contextlib
import html
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
        with no_other_kernel():
            solved, remark = _read()
            if name not in solved.setdefault(lesson, []):
                solved[lesson].append(name)
                remark += _write(solved)
    except OSError as error:
        return once(f"Your progress could not be kept: {error.strerror}.")
    return remark


def show(lesson) -> Note:
    """Show what is solved of one lesson, what is left, and the course as bars.

    With ``DOWNHILL_PROGRESS=off`` there are no bars: a built solution then says the
    same wherever it is run.
    """
    solved, remark = _read()
    done = _solved_of(lesson, solved)
    lines = [
        f"{'✓' if each.name in done else '·'} {each.number} {each.kind}: {title(each)}"
        for each in lesson.exercises
    ]
    off = os.environ.get("DOWNHILL_PROGRESS") == "off"
    lessons = [] if off else [module.LESSON for module in modules()]
    bars = [
        (each, len(_solved_of(each, solved)), len(each.exercises)) for each in lessons
    ]
    plain = [f"{_bar(n, total)} {each.number} {each.title}" for each, n, total in bars]
    where = "" if off else remark.strip() or _where()
    picture = "".join(f"<div>{html.escape(line)}</div>" for line in lines)
    picture += "".join(_bar_html(*bar) for bar in bars) + f"<p>{where}</p>"
    left = [each.number for each in lesson.exercises if each.name not in done]
    return Note(
        f"Lesson {lesson.number}: {len(done)} of {len(lesson.exercises)} solved"
        + (f", left {', '.join(left)}" if done and left else ""),
        "\n".join(lines + [""] * bool(plain) + plain) + f"\n\n{where}" * bool(where),
        picture_html=picture,
    )


def title(exercise) -> str:
    """Return what an exercise is about: its docstring after "Judge", up to a colon."""
    first = exercise.judge.__doc__.splitlines()[0]
    words = first.removeprefix("Judge ").removesuffix(".").split(": ")[0]
    return words[0].upper() + words[1:]


def modules() -> list:
    """Return the modules with the checks of each lesson, in order."""
    names = sorted(m.name for m in pkgutil.iter_modules(helpers.checks.__path__))
    return [
        import_module(f"helpers.checks.{name}")
        for name in names
        if name.startswith("lesson_")
    ]


def _where():
    if file := progress_file():
        return f"Kept in my/{file.name}, beside your lessons."
    if (Path.cwd().parent / "source").is_dir():
        return "Nothing is kept in this folder: learn in my/, which `make lab` opens."
    return "It is kept until this notebook's kernel stops."


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
def no_other_kernel():
    """Let one kernel at a time read, add and write, so that none undoes another's."""
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
