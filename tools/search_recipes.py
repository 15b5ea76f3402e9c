"""Search hundreds of recipes for each problem of lesson 8.

Writes helpers/capstone/found.json. All recipes are tried with three seeds, the twelve
best again with ten others, and the best of these is the one. Only validation rows
decide; the scores on the test rows are written down afterwards, and nothing is chosen
by them. On two cores this takes some minutes.
"""

import itertools
import json
import sys
from pathlib import Path

import numpy as np

from helpers.capstone import SEEDS, TASKS, Recipe, load_task, recipes, steps_of

OUT = Path(recipes.__file__).with_name("found.json")
RATES = {
    "SGD": (0.01, 0.03, 0.1, 0.3, 1, 3),
    "momentum": (0.001, 0.003, 0.01, 0.03, 0.1, 0.3),
    "RMSprop": (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1),
    "Adam": (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1),
}
HIDDEN = {
    "digits": [(), (32,), (256,)],
    "diabetes": [(), (32,), (128,), (512,)],
    "breast_cancer": [(), (32,), (128,)],
    "two_digits": [(64,), (128, 128)],
}
SIZES = {"two_digits": (32, 128)}
AGAIN, QUOTED = range(10, 20), range(20, 30)  # seeds: to choose with, and to state

R = Recipe
REASONABLE = {  # the first of each is the baseline
    "digits": [
        (R("SGD", 0.1, 32), 3),
        (R("SGD", 0.5, 64), 6),
        (R("momentum", 0.05, 32), 3),
        (R("Adam", 0.001, 32), 3),
        (R("Adam", 0.01, 32), 3),
        (R("RMSprop", 0.01, 128, "cosine"), 12),
    ],
    "diabetes": [
        (R("SGD", 0.1, 32), 22),
        (R("SGD", 0.01, 32), 22),
        (R("SGD", 0.05, 64, hidden=()), 40),
        (R("momentum", 0.01, 32, "cosine", (16,)), 22),
        (R("Adam", 0.001, 32), 22),
        (R("Adam", 0.01, 32, hidden=(64, 64)), 22),
    ],
    "breast_cancer": [
        (R("SGD", 0.1, 32, hidden=(16,)), 1),
        (R("SGD", 0.5, 32, hidden=(16,)), 1),
        (R("momentum", 0.3, 32, hidden=()), 1),
        (R("Adam", 0.01, 32, hidden=(16,)), 1),
        (R("Adam", 0.03, 32, hidden=(16,)), 1),
        (R("RMSprop", 0.01, 64, "cosine"), 1),
    ],
    "two_digits": [
        (R("SGD", 0.1, 32), 3),
        (R("SGD", 1.0, 32), 3),
        (R("momentum", 0.3, 64), 6),
        (R("Adam", 0.001, 32), 3),
        (R("Adam", 0.01, 32), 3),
        (R("RMSprop", 0.005, 128, "cosine", (128,)), 12),
    ],
}


def search(name, problem, budget):
    """Return (validation score, test score, recipe, epochs) for each recipe."""
    rows, out = len(problem.x_train), []
    for optimizer, size, schedule, hidden in itertools.product(
        RATES, SIZES.get(name, (16, 64, 256)), ("constant", "cosine"), HIDDEN[name]
    ):
        epochs = budget // steps_of(rows, size, 1)
        if epochs == 0:
            continue
        rates = np.repeat(RATES[optimizer], len(SEEDS))
        recipe = Recipe(optimizer, rates, size, schedule, hidden)
        stack = run(problem, recipe, epochs, list(SEEDS) * len(RATES[optimizer]))
        valid, test = (
            recipes.scores_of(stack, problem, part).reshape(-1, len(SEEDS)).mean(axis=1)
            for part in ("valid", "test")
        )
        for rate, *scored in zip(RATES[optimizer], valid, test, strict=True):
            chosen = Recipe(optimizer, rate, size, schedule, hidden)
            out.append((*scored, chosen, epochs))
    return out


def run(problem, recipe, epochs, seeds):
    """Return the trained networks."""
    steps = steps_of(len(problem.x_train), recipe.batch_size, epochs)
    *_, (_, stack) = recipes.train(problem, recipe, steps, seeds)
    return stack


def again(problem, recipe, epochs):
    """Return the mean validation score over other seeds."""
    stack = run(problem, recipe, epochs, AGAIN)
    return recipes.scores_of(stack, problem, "valid").mean()


def quoted(problem, recipe, epochs):
    """Return a recipe with its scores on the test rows, over ten seeds more."""
    scores = recipes.scores_of(run(problem, recipe, epochs, QUOTED), problem, "test")
    return vars(recipe) | {
        "epochs": epochs,
        "mean": round(float(scores.mean()), 3),
        "low": round(float(scores.min()), 3),
        "high": round(float(scores.max()), 3),
    }


def write(found):
    """Write down what was found."""
    OUT.write_text(json.dumps(found, separators=(",", ":")) + "\n", "utf-8")


def short(scores, baseline, best):
    """Return the scores as short as a picture of them allows: lessons carry them.

    What lies further left than the picture is set to one value.
    """
    way = best - baseline
    lowest, digits = baseline - 2 * way, 3 if way < 0.1 else 2
    return sorted(round(max(float(score), lowest), digits) for score in scores)


def exchanged(stored, name):
    """Return what another problem's best recipe scores here, as a mean over seeds."""
    steps, fields = TASKS[name].budget, Recipe.__dataclass_fields__
    recipe = Recipe(**{field: stored[field] for field in fields})
    scored = recipes.scores(load_task(name), recipe, steps, QUOTED, "test")[steps]
    return round(float(scored.mean()), 3)


def main(names):
    """Search for each of the problems, and write what was found."""
    found = json.loads(OUT.read_text("utf-8")) if OUT.exists() else {}
    for name in names or TASKS:
        problem = load_task(name)
        out = search(name, problem, TASKS[name].budget)
        first = sorted(out, key=lambda row: -row[0])[:12]
        best = max(first, key=lambda row: again(problem, *row[2:]))
        best = quoted(problem, *best[2:])
        reasonable = [quoted(problem, *each) for each in REASONABLE[name]]
        scores = {}
        for optimizer in RATES:
            tests = [test for _, test, by, _ in out if by.optimizer == optimizer]
            scores[optimizer] = short(tests, reasonable[0]["mean"], best["mean"])
        found[name] = {"best": best, "reasonable": reasonable, "scores": scores}
        print(name, len(out), "recipes; on validation rows up to", first[0][0])
        for each in (found[name]["best"], *found[name]["reasonable"]):
            print("  ", each, flush=True)
        write(found)
    for name in names or TASKS:
        found[name]["winners"] = {
            winner: exchanged(found[winner]["best"], name) for winner in found
        }
        print(name, found[name]["winners"])
    write(found)


if __name__ == "__main__":
    main(sys.argv[1:])
