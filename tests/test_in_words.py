"""People's mistakes in words are the bank's, the check says so, and it is one page."""

import ast
import functools
import importlib
import numbers
import os
import re

import pytest

from tools import build, graded

TRAIN = bool(os.environ.get("CI"))  # elsewhere, no exercise in Keras: it takes minutes
each_source = pytest.mark.parametrize("source", build.sources(), ids=lambda s: s.stem)


def module(source, room):
    return importlib.import_module(f"{room}.lesson_{source.stem[:2]}")


def entries(source):
    """All of a lesson: (exercise's name, entry)."""
    table = graded.in_words(source.stem[:2])
    return [(name, entry) for name, them in table.items() for entry in them]


@functools.cache
def page(source):
    return graded.mistakes(source, train=TRAIN)


@each_source
def test_every_exercise_has_its_commonest_mistakes(source):
    names = [each.name for each in module(source, "helpers.checks").EXERCISES]
    table = graded.in_words(source.stem[:2])
    wrong = [f"{name}: no entry" for name in names if name not in table]
    wrong += [f"{name}: no such exercise" for name in table if name not in names]
    wrong += [
        f"{name}: 1 to 3 wanted" for name in table if not 0 < len(table[name]) < 4
    ]
    assert not wrong


@each_source
def test_each_part_finds_one_message_of_the_bank(source):
    wrong = []
    for name, entry in entries(source):
        known = [part for _, part in module(source, "bank").WRONG[name]]
        found = {part for part in known if entry["part"] in part}
        if len(found) != 1 and entry["part"] not in found:
            wrong.append(f"{name}: {entry['part']!r} is in {sorted(found) or 'none'}")
    assert not wrong


@each_source
def test_the_page_says_what_the_check_says(source):
    checks, wrong = module(source, "helpers.checks"), []
    rows = [row.split(" | ") for row in page(source).splitlines()[4:]]
    for (name, entry), row in zip(entries(source), rows, strict=True):
        exercise = getattr(checks, name)
        answer, part = graded.known_mistake(source.stem[:2], name, entry["part"])
        message = part
        if TRAIN or exercise.needs != "keras":
            message = " ".join(exercise(answer).message.split())
        if not (part in row[2] and row[2].replace("\\|", "|") in message):
            wrong.append(f"{name}: the page has {row[2]!r}, the check says {message!r}")
    assert not wrong


@each_source
def test_a_number_in_words_is_the_answer_of_the_bank(source):
    for name, entry in entries(source):
        answer, _ = graded.known_mistake(source.stem[:2], name, entry["part"])
        if isinstance(answer, numbers.Real | tuple):
            assert answer in literals(entry["said"]), name


def literals(text):
    for code in re.findall(r"`([^`]+)`", text):
        try:
            yield ast.literal_eval(code)
        except (SyntaxError, ValueError):
            continue


@each_source
def test_it_is_for_people_and_one_page(source):
    assert not re.search(r"\blambda\b|\b_[a-z]\w*\(", page(source))
    assert len(page(source).splitlines()) <= 4 + 25
    assert len(page(source).replace("|", " ").split()) <= 550
    for name, entry in entries(source):
        assert set(entry) == {"said", "part", "ask"}, name
        assert entry["ask"].count("?") == 1, name


def test_a_part_that_matches_no_more_is_named():
    with pytest.raises(build.BuildError, match="no message of ball has 'goes square'"):
        graded.known_mistake("03", "ball", "goes square")


@pytest.mark.parametrize(
    ("message", "short"),
    [
        ("It is the sum. Go on.", "It is the sum. Go on."),
        ("You add up the rows. It is the sum of all.", "It is the sum of all."),
        ("You add up the rows of it. A sum.", "You add up the rows of it. A sum."),
        ("It is the sum of all. Take their mean.", "It is the sum of all."),
    ],
)
def test_long_messages_keep_the_sentence_that_matters(message, short):
    assert graded.shortened(message, "sum", words=8) == short
