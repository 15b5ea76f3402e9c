"""Judge a recipe: build it, look it over, train it with Keras, take it apart."""

import re
from collections import Counter

import numpy as np

from helpers.capstone import SEEDS, TASKS, load_task, score, steps_of
from helpers.capstone.tasks import allowed_units
from helpers.checks.answers import call, number
from helpers.checks.apart import most_costly, twin_of
from helpers.checks.engine import Wrong, describe_error
from helpers.checks.feedback import kind_of, show

FORM = '`return model, {"batch_size": 32, "epochs": 3}`'
_times_judged = Counter()


def judge(answer, name, task_name):
    """Return the praise for a recipe, or raise Wrong with the reason.

    ``answer`` is the learner's function of that name; ``task_name`` is one of TASKS.
    """
    task, problem = TASKS[task_name], load_task(task_name)
    built = [_build(answer, name, seed) for seed in SEEDS]
    models = [model for model, _ in built]
    _judge_models(models, problem)
    size, epochs, steps = _plan(built[0][1], len(problem.x_train), task.budget)
    _ask_the_doctor(models[0], problem)
    _judge_untrained(models[0], problem, task)
    settings = models[0].optimizer.get_config()
    twin = twin_of(models, problem, size, steps)
    scores = [
        _train(model, seed, problem, size, epochs, task.budget)
        for model, seed in zip(models, SEEDS, strict=True)
    ]
    said = f"{_reached(scores, task, settings, size)} {most_costly(twin)}"
    said += _times_said(task_name)
    if _mean(scores) < task.target:
        raise Wrong(said)
    return said


def _build(answer, name, seed):
    """Call the function; return a model, and how to train it."""
    import keras

    if isinstance(answer, keras.Model):
        raise Wrong(
            f"You handed over a model. Hand over the function `{name}` that builds and "
            "compiles it: the check trains it on the training rows."
        )
    if isinstance(answer, tuple):
        raise Wrong(
            f"You called the function. Hand over `{name}` itself, without brackets: "
            "the check makes a fresh model for each seed."
        )
    keras.utils.set_random_seed(seed)
    got = call(answer, name=name)
    if isinstance(got, keras.Model):
        raise Wrong(f"{name}() returns only the model. Write {FORM}.")
    if not isinstance(got, tuple | list) or len(got) != 2:
        raise Wrong(f"{name}() returns {kind_of(got)}. Write {FORM}.")
    model, settings = got
    if not isinstance(model, keras.Model):
        raise Wrong(
            f"{name}() should return a Keras model first, and returns "
            f"{kind_of(model)}. Write {FORM}."
        )
    return model, settings


def _judge_models(models, problem):
    """Stop on what can't be trained, isn't fresh, or isn't for this data."""
    model = models[0]
    if not model.compiled:
        raise Wrong(
            "The model is not compiled: it has no loss and no optimizer. Call "
            "`model.compile(optimizer, loss=...)` before you return it."
        )
    if not model.built:
        raise Wrong(
            "The model has no weights yet: begin it with `keras.Input((...,))`."
        )
    owned = [{*map(id, (each.optimizer, *each.weights))} for each in models]
    if len(set.union(*owned)) < sum(map(len, owned)):
        raise Wrong(
            "Make model and optimizer inside the function: each seed needs its own."
        )
    if int(model.optimizer.iterations) > 0:
        raise Wrong(
            f"Your model has made {int(model.optimizer.iterations)} steps before "
            "it is handed over. Leave `fit` out of the function: the check trains."
        )
    features, units = problem.x_train.shape[1], allowed_units(problem)
    inputs, outputs = model.input_shape, model.output_shape
    if inputs != (None, features):
        raise Wrong(
            f"A row has {features} features, and your model takes inputs of shape "
            f"{inputs[1:]}: begin it with `keras.Input(({features},))`."
        )
    if len(outputs) != 2 or outputs[1] not in units:
        wanted = " or ".join(map(str, units))
        wanted += " unit" if units == (1,) else " units"
        raise Wrong(
            f"The output should have {wanted} for each row, and yours has the "
            f"shape {outputs[1:]}. What is the answer for one row?"
        )


def _plan(settings, rows, budget):
    """Return batch size, epochs and steps, if the budget allows them."""
    keys = ("batch_size", "epochs")
    if not isinstance(settings, dict) or set(settings) != set(keys):
        yours = show([*settings]) if isinstance(settings, dict) else kind_of(settings)
        raise Wrong(
            "Beside the model, return a dictionary with batch_size and epochs and "
            f"nothing else: {FORM}. Yours: {yours}."
        )
    size, epochs = (int(number(settings[key], key, whole=True)) for key in keys)
    if min(size, epochs) < 1:
        raise Wrong("batch_size and epochs should be at least 1.")
    an_epoch = steps_of(rows, size, 1)
    steps = an_epoch * epochs
    if steps > budget:
        most = budget // an_epoch
        remedy = f"Epochs within the budget: {most}."
        if not most:
            remedy = "Not even one epoch fits: take more rows in each step."
        raise Wrong(
            f"Over budget: {rows:,} rows at batch size {size:g} are {an_epoch} "
            f"steps an epoch, times {epochs:g} makes {steps}, and the budget is "
            f"{budget}. {remedy}"
        )
    return size, epochs, steps


def _ask_the_doctor(model, problem):
    """Stop on what the doctor calls an error."""
    from helpers.doctor import diagnose

    for finding in diagnose(model, problem.x_train, problem.y_train).findings:
        if finding.severity == "error":
            seen = " ".join(re.split(r"(?<=\.) ", finding.problem)[:2])
            raise Wrong(
                f"The doctor of lesson 6 says: {seen[:350]} Try `{finding.fix[:120]}`."
            )


def _judge_untrained(model, problem, task):
    """Stop on a model that knows the rows before its first step."""
    test, train = (_score(model, problem, part) for part in ("test", "train"))
    if test >= task.target:
        rows = "test" if test > train else "training"
        raise Wrong(
            f"Before its first step your model scores {test:.2f} on the test rows: "
            f"it was trained on the {rows} rows. Return a fresh model."
        )


def _train(model, seed, problem, size, epochs, budget):
    """Train a model with Keras; return its score on the test rows."""
    import keras

    keras.utils.set_random_seed(seed)
    x, y = problem.x_train, problem.y_train
    try:
        model.fit(x, y, batch_size=size, epochs=epochs, verbose=0)
    except Exception as error:
        raise Wrong(f"`fit` stopped with {describe_error(error)}.") from None
    steps = int(model.optimizer.iterations)
    if steps > budget:
        raise Wrong(f"Over budget: your model made {steps} steps.")
    return _score(model, problem, "test")


def _score(model, problem, part):
    """Return the score of a Keras model on a part of the rows."""
    import keras

    from helpers.doctor.compiled import Compiled

    x, y = (getattr(problem, f"{axis}_{part}") for axis in "xy")
    outputs = keras.ops.convert_to_numpy(model(x, training=False))
    reached = float(score(outputs, y, problem.kind, Compiled(model).from_logits))
    if not np.isfinite([reached, outputs.sum()]).all():
        raise Wrong("The training blew up: take a lower rate.")
    return reached


def _reached(scores, task, settings, size):
    """Say what the recipe reached, between baseline and best."""
    mean = _mean(scores)
    if mean < task.target:
        place = "short of the target"
        if mean <= task.baseline:
            place = "no better than the baseline"
        same = {"learning_rate": np.float32(0.1), "momentum": 0, "nesterov": False}
        if same.items() <= settings.items() and size == 32:
            place += ", with the baseline's optimizer, rate and batch size"
    elif mean < task.best:
        place = "above the target, short of the best"
    else:
        place = "as good as the best found"
    return (
        f"{mean:.3f} on the test rows, from {min(scores):.3f} to {max(scores):.3f} "
        f"over {len(scores)} seeds: {place} (baseline {task.baseline:g}, target "
        f"{task.target:g}, best {task.best:g})."
    )


def _mean(scores):
    """Return the mean as it is shown, so that what is shown decides."""
    return round(float(np.mean(scores)), 3)


def _times_said(task_name):
    """Say how often these test rows have judged a recipe, from the second time on."""
    _times_judged[task_name] += 1
    if _times_judged[task_name] == 1:
        return ""
    return (
        f"\n\nThis was look number {_times_judged[task_name]} at these test rows: "
        "choose on the validation rows."
    )
