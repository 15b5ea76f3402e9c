"""Small errors put into every reference answer: do the checks notice?"""

import ast
import copy
import importlib
from pathlib import Path

import numpy as np
import pytest

from tools import build, cells

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "source").glob("*.py"))
SWAPS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.Eq: ast.NotEq,
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.USub: ast.UAdd,
}
NAMES = {"argmax": "argmin", "mean": "sum", "sum": "mean", "max": "min", "min": "max"}
IRRELEVANT = {"verbose"}  # changes nothing that an exercise asks for
# Mutants that are right answers, too: exercise -> line -> why.
RIGHT_ALL_THE_SAME = {
    "compare_rates": {
        "model.fit(x, y, epochs=4, verbose=0)": "the task leaves the epochs open",
    },
    "budget": {
        "my_dials = {'learning_rate': 1.0, 'batch_size': 55}": "it meets the budget",
    },
    "leaky_gradients": {
        "d_hidden = d * W2.T * np.where(z > 0, 1, 0.1)": "the same for one output unit",
    },
    "on_plateau": {
        "rates, best, waited = ([], np.inf, 1)": "the first loss sets it back to 0",
    },
    "my_digits": {
        "model = dense(64, [65], 10, 'softmax')": "the width is open",
        "return (model, {'batch_size': 65, 'epochs': 6})": "within the budget",
    },
    "my_diabetes": {
        "model = dense(10, [65], 1)": "the width is open",
        "return (model, {'batch_size': 33, 'epochs': 22})": "within the budget",
    },
    "my_cancer": {
        "model = dense(30, [17], 1, 'sigmoid')": "the width is open",
        "return (model, {'batch_size': 33, 'epochs': 1})": "within the budget",
    },
    "my_two_digits": {
        "model = dense(64, [65], 10, 'sigmoid')": "the width is open",
        "return (model, {'batch_size': 33, 'epochs': 3})": "within the budget",
    },
    "rows_needed": {
        "for batch_size in range(1, n + 2):": "the loop ends at n, with no noise",
        "for batch_size in range(0, n + 1):": "no rows have infinite noise: it goes on",
    },
}


def mutants(code):
    """Yield (changed line, changed code), one small change at a time."""
    tree = ast.parse(code)
    keywords = [node for node in ast.walk(tree) if isinstance(node, ast.keyword)]
    idle = [keyword.value for keyword in keywords if keyword.arg in IRRELEVANT]
    for place, node in enumerate(ast.walk(tree)):
        for change in changes(node) if node not in idle else ():
            changed = copy.deepcopy(tree)
            target = list(ast.walk(changed))[place]
            change(target)
            text = ast.unparse(ast.fix_missing_locations(changed))
            before = ast.unparse(tree).splitlines()
            lines = [line for line in text.splitlines() if line not in before]
            yield (lines[0] if lines else "a line dropped").strip(), text


def changes(node):
    """Return functions that change a copy of the node in place."""
    if isinstance(node, ast.BinOp | ast.AugAssign | ast.UnaryOp):
        if type(node.op) in SWAPS:
            yield lambda n: setattr(n, "op", SWAPS[type(n.op)]())
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
        yield lambda n: n.ops.__setitem__(0, SWAPS[type(n.ops[0])]())
    elif isinstance(node, ast.Attribute) and node.attr in NAMES:
        yield lambda n: setattr(n, "attr", NAMES[n.attr])
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield lambda n: setattr(n, "value", n.value + 1)
        if node.value != 0:
            yield lambda n: setattr(n, "value", 0)
    elif isinstance(node, ast.Return) and node.value is not None:
        yield lambda n: setattr(n, "value", ast.UnaryOp(ast.USub(), n.value))
    if isinstance(node, ast.FunctionDef | ast.For):
        for number in range(len(node.body)):
            yield lambda n, i=number: n.body.__setitem__(i, ast.Pass())


def cases():
    for source in SOURCES:
        for cell in build.read_cells(source):
            if name := build.exercise_name(cell):
                yield pytest.param(source.stem[:2], name, cell.source, id=name)


SURVIVED, TRIED = [], []


@pytest.mark.parametrize(("lesson", "name", "source"), list(cases()))
def test_the_check_rejects_mutants_of_its_reference(lesson, name, source, request):
    check = importlib.import_module(f"helpers.checks.lesson_{lesson}")
    if getattr(check, name).needs == "keras":
        request.getfixturevalue("in_ci")
    bank = importlib.import_module(f"bank.lesson_{lesson}")
    code, call = cells.split_check(build.with_answers(source))
    unexplained = []
    for line, text in set(mutants(code)):
        names = {"np": np, "check": check, **bank.NAMES}
        exec(text, names)
        TRIED.append(name)
        if eval(call, names):
            SURVIVED.append(f"{name}: {line}")
            if line not in RIGHT_ALL_THE_SAME.get(name, {}):
                unexplained.append(line)
    assert not unexplained
    assert name in TRIED, "the reference answer has no mutants: give it more to go on"


def test_at_least_nineteen_of_twenty_mutants_are_rejected():
    rejected = 1 - len(SURVIVED) / max(len(TRIED), 1)
    print(f"\n{len(TRIED)} mutants, {rejected:.1%} rejected; survivors: {SURVIVED}")
    assert rejected >= 0.95 or not TRIED
