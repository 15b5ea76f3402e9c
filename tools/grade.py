"""Grade what students handed in, each in a copy of the course of its own.

python -m tools.grade check 03_descent    says which submissions lost nbgrader's marks
python -m tools.grade mend 03_descent     gives them back, by the ids of the cells
python -m tools.grade run 03_descent      mends and grades each, writes grades.csv

They are read from dist/graded/submitted/STUDENT/LESSON/; INSTRUCTORS.md says more.
"""

import argparse
import csv
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import nbformat

from tools import graded, outputs

AUTOGRADE = "nbgrader autograde {lesson} --student {student} && nbgrader export"
# Students' code gets no network, no rights, little of the machine, and no folder but
# the copy with its own submission.
CONTAINER = (
    "docker run --rm --network none --cap-drop ALL --security-opt no-new-privileges "
    "--memory 4g --memory-swap 4g --pids-limit 512 --cpus 1 --read-only "
    "--tmpfs /tmp:exec,size=1g --env HOME=/tmp --workdir /course"
).split()


def mend(notebook, source):
    """Give a submission nbgrader's marks back; return the ids that lacked them.

    One that was deleted comes back above the next cell that is still there.
    """
    there, lost = graded.marked_ids(notebook), []
    for number, wanted in enumerate(source.cells):
        if not graded.locked(wanted) or wanted.id in there:
            continue
        lost.append(wanted.id)
        place = find(notebook, wanted)
        if place is None:
            below = (find(notebook, cell) for cell in source.cells[number + 1 :])
            end = len(notebook.cells)
            place = next((place for place in below if place is not None), end)
            notebook.cells.insert(place, nbformat.from_dict(wanted))
        notebook.cells[place].metadata["nbgrader"] = dict(wanted.metadata.nbgrader)
    for number, cell in enumerate(notebook.cells):
        cell.setdefault("id", f"cell-{number}")  # Colab's cells have none
    notebook.nbformat_minor = max(notebook.nbformat_minor, 5)
    return lost


def find(notebook, wanted):
    """Return the place of a built cell in a submission, or None.

    It is known by its id, by the id that Colab keeps, or by its first line.
    """
    first = wanted.source.splitlines()[0]
    ids = [{cell.get("id"), cell.metadata.get("id")} for cell in notebook.cells]
    starts = [cell.source.startswith(first) for cell in notebook.cells]
    same = [wanted.id in known for known in ids]
    return next((found.index(True) for found in (same, starts) if any(found)), None)


@dataclass(frozen=True)
class Course:
    """The folder that `make graded` writes, and one lesson in it."""

    folder: Path
    lesson: str

    @property
    def source(self):
        return self.folder / "source" / self.lesson / f"{self.lesson}.ipynb"

    def submissions(self):
        """Return student -> the notebook's file, for all who handed something in."""
        place = self.folder / "submitted"
        found = sorted(place.glob(f"*/{self.lesson}/{self.lesson}.ipynb"))
        return {file.parents[1].name: file for file in found}

    def misnamed(self):
        """Return student -> files, for who has none by the name that is looked for."""
        others, found = {}, self.submissions()
        for file in sorted((self.folder / "submitted").glob("*/*/*.ipynb")):
            mine = self.lesson[:2] in (file.name[:2], file.parent.name[:2])
            if mine and file.parents[1].name not in found:
                others.setdefault(file.parents[1].name, []).append(file.name)
        return others

    def mended(self, file):
        """Return a submission with all marks, and the ids that lacked them."""
        notebook = nbformat.read(file, as_version=4)
        return notebook, mend(notebook, nbformat.read(self.source, as_version=4))


def run_apart(course, image=None, minutes=15, jobs=2):
    """Grade each submission in a folder of its own; return the rows of the table."""
    with tempfile.TemporaryDirectory() as scratch:
        template = Path(scratch) / "template"
        shutil.copytree(course.source.parent, template / "source" / course.lesson)
        shutil.copy(course.folder / "nbgrader_config.py", template)
        generate = ["nbgrader", "generate_assignment", course.lesson]
        options = {"cwd": template, "env": around(), "capture_output": True}
        subprocess.run(generate, **options, check=True)

        def grade(item):
            place = Path(scratch) / "each" / item[0]
            shutil.copytree(template, place)
            return grade_one(course, *item, place, image, minutes)

        with ThreadPoolExecutor(jobs) as pool:
            return list(pool.map(grade, course.submissions().items()))


def grade_one(course, student, file, place, image, minutes):
    """Grade one submission in that copy of the course; return its row."""
    row = {"student_id": student, "assignment": course.lesson, "score": 0}
    try:
        notebook, lost = course.mended(file)
    except Exception as error:  # whatever a student may hand in
        return row | {"remark": f"not a notebook: {error}"[:80]}
    mine = place / "submitted" / student / course.lesson / file.name
    mine.parent.mkdir(parents=True)
    nbformat.write(notebook, mine)
    start = time.monotonic()
    named = {"lesson": shlex.quote(course.lesson), "student": shlex.quote(student)}
    command = ["sh", "-c", AUTOGRADE.format(**named)]
    name = f"downhill-{os.getpid()}-{student}"
    if image:
        user = f"{os.getuid()}:{os.getgid()}" if hasattr(os, "getuid") else "1000"
        options = ["--name", name, "--user", user, "--volume", f"{place}:/course"]
        command = [*CONTAINER, *options, image, *command]
    remark = f"mended: {' '.join(lost)}" if lost else ""
    try:
        run_for(command, place, 60 * minutes)
        with open(place / "grades.csv", encoding="utf-8") as table:
            came = next(csv.DictReader(table))
        # Of a file that students' code could write to, no more than two numbers.
        row |= {name: float(came[name]) for name in ("score", "max_score")}
    except subprocess.TimeoutExpired:
        remark = f"stopped after {minutes:g} minutes"
        if image:
            subprocess.run(["docker", "kill", name], capture_output=True)
    except (OSError, StopIteration, KeyError, TypeError, ValueError, csv.Error):
        said = log_of(place).read_text("utf-8", "replace").split()
        remark = f"nbgrader could not grade it: {' '.join(said)[-200:]}"
    kept = course.folder / "autograded" / student / course.lesson
    shutil.rmtree(kept, ignore_errors=True)
    done = place / "autograded" / student / course.lesson / file.name
    if done.is_file() and not done.is_symlink():
        kept.mkdir(parents=True)
        shutil.copyfile(done, kept / file.name)
    return row | {"seconds": f"{time.monotonic() - start:.0f}", "remark": remark}


def log_of(place):
    """Return where that says what happened: out of reach of what runs there."""
    return place.parent / f"{place.name}.log"


def around():
    """Return the environment, with the programs beside this Python found first."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return os.environ | outputs.KERNEL_ENVIRONMENT | {"PATH": path}


def run_for(command, place, seconds):
    """Run a command for so long; when the time is over, end all that it started."""
    with open(log_of(place), "w") as log:
        out = {"stdout": log, "stderr": subprocess.STDOUT}
        process = subprocess.Popen(
            command, cwd=place, env=around(), start_new_session=True, **out
        )
    try:
        process.wait(seconds)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, 9)
            process.wait()


def main(arguments=None):
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("check", "mend", "run"))
    parser.add_argument("lesson", help="such as 03_descent")
    parser.add_argument("--course", type=Path, default=graded.FOLDER)
    parser.add_argument("--image", help="run students' code in this Docker image")
    parser.add_argument("--minutes", type=float, default=15, help="for each submission")
    parser.add_argument("--jobs", type=int, default=2, help="so many at a time")
    options = parser.parse_args(arguments)
    course = Course(options.course, options.lesson)
    if not course.source.exists():
        sys.exit(f"{course.source} is missing: run `make graded`")
    if options.what == "run":
        rows = run_apart(course, options.image, options.minutes, options.jobs)
        fields = "student_id", "assignment", "score", "max_score", "seconds", "remark"
        with open(course.folder / "grades.csv", "w", encoding="utf-8") as file:
            table = csv.DictWriter(file, fields, extrasaction="ignore")
            table.writeheader()
            table.writerows(rows)
        print((course.folder / "grades.csv").read_text("utf-8"), end="")
        return 0
    submissions, damaged = course.submissions(), 0
    for student, names in course.misnamed().items():
        print(f"{student}: rename to {course.lesson}.ipynb: {', '.join(names)}")
        damaged += 1
    for student, file in submissions.items():
        try:
            notebook, lost = course.mended(file)
        except Exception as error:  # whatever a student may hand in
            print(f"{student}: not a notebook: {error}"[:100])
            damaged += 1
            continue
        damaged += bool(lost)
        if lost and options.what == "mend":
            nbformat.write(notebook, file)
        if lost:
            said = "mended" if options.what == "mend" else "without nbgrader's marks"
            print(f"{student}: {said}: {' '.join(lost)}")
    if not submissions:
        print(f"Nothing is in {course.folder}/submitted/STUDENT/{course.lesson}/.")
    elif not damaged:
        print(f"All is well: {len(submissions)} submitted, each with nbgrader's marks.")
    return 1 if damaged and options.what == "check" else 0


if __name__ == "__main__":
    sys.exit(main())
