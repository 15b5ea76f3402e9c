"""Judge a recipe: look at it, train it with Keras, score it, take it apart."""

import inspect
import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from helpers import optimizers
from helpers.capstone import SEEDS, TASKS, follow, load_task, score, steps_of
from helpers.capstone.recipes import scores_of
from helpers.capstone.tasks import UNITS
from helpers.checks.answers import call, kind_of, number, show
from helpers.checks.engine import Wrong, describe_error
from helpers.networks import Network
from helpers.schedules import CosineDecay

FORM = '`return model, {"batch_size": 32, "epochs": 3}`'
FACTORS = (0.1, 0.3, 3, 10)
MOST_ROWS, MOST_WEIGHTS = 256, 100_000  # more would take too long to try
WORTH_SAYING = 0.005
_looks = Counter()


@dataclass
class Attempt:
    """One answer: the function, and the task that it is for."""

    answer: object
    name: str
    task: str

    @cached_property
    def problem(self):
        """The data."""
        return load_task(self.task)

    def judge(self):
        """Return the praise, or raise Wrong with the reason."""
        model, how = self.build()
        self.look_at(model)
        steps = self.plan(how)
        self.examine(model)
        task, scores = TASKS[self.task], self.train()
        came = self.came(scores, model.optimizer.get_config())
        said = f"{came} {self.apart(steps)}{self.looks()}"
        if _mean(scores) < task.target:
            raise Wrong(said)
        return said

    def build(self, seed=SEEDS[0]):
        """Call the function; return a compiled model, and how to train it."""
        import keras

        if isinstance(self.answer, keras.Model):
            raise Wrong(
                f"You handed over a model. Hand over the function `{self.name}` that "
                "builds and compiles it: the check trains it on the training rows."
            )
        if isinstance(self.answer, tuple):
            raise Wrong(
                f"You called the function. Hand over `{self.name}` itself, without "
                "brackets: the check makes a fresh model for each seed."
            )
        keras.utils.set_random_seed(seed)
        came = call(self.answer, name=self.name)
        if isinstance(came, keras.Model):
            raise Wrong(f"{self.name}() returns only the model. Write {FORM}.")
        if not isinstance(came, tuple | list) or len(came) != 2:
            raise Wrong(f"{self.name}() returns {kind_of(came)}. Write {FORM}.")
        model, how = came
        if not isinstance(model, keras.Model):
            raise Wrong(
                f"{self.name}() should return a Keras model first, and returns "
                f"{kind_of(model)}. Write {FORM}."
            )
        return model, how

    def look_at(self, model):
        """Stop on what can't be trained, isn't fresh, or isn't for this data."""
        if not model.compiled:
            raise Wrong(
                "The model is not compiled: it has no loss and no optimizer. Call "
                "`model.compile(optimizer, loss=...)` before you return it."
            )
        if not model.built:
            raise Wrong(
                "The model has no weights yet: begin it with `keras.Input((...,))`."
            )
        one, other = (
            {*map(id, (each.optimizer, *each.weights))}
            for each in (model, self.build()[0])
        )
        if one & other:
            raise Wrong(
                "Make model and optimizer inside the function: each seed needs its own."
            )
        if int(model.optimizer.iterations) > 0:
            raise Wrong(
                f"Your model has made {int(model.optimizer.iterations)} steps before "
                "it is handed over. Leave `fit` out of the function: the check trains."
            )
        features, units = self.problem.x_train.shape[1], UNITS[self.problem.kind]
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

    def plan(self, how):
        """Return the number of steps, if they are within the budget."""
        wanted = {"batch_size", "epochs"}
        if not isinstance(how, dict) or set(how) != wanted:
            keys = show([*how]) if isinstance(how, dict) else kind_of(how)
            raise Wrong(
                "Beside the model, return a dictionary with batch_size and epochs and "
                f"nothing else: {FORM}. Yours: {keys}."
            )
        size, epochs = (number(how[k], k, whole=True) for k in ("batch_size", "epochs"))
        if min(size, epochs) < 1:
            raise Wrong("batch_size and epochs should be at least 1.")
        rows, budget = len(self.problem.x_train), TASKS[self.task].budget
        an_epoch = steps_of(rows, int(size), 1)
        steps = an_epoch * int(epochs)
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
        self.how = {"batch_size": int(size), "epochs": int(epochs)}
        return steps

    def examine(self, model):
        """Stop on what the doctor calls an error, and on a model that knows already."""
        from helpers.doctor import diagnose

        found = diagnose(model, self.problem.x_train, self.problem.y_train).findings
        errors = [finding for finding in found if finding.severity == "error"]
        if errors:
            first = errors[0]
            problem = " ".join(re.split(r"(?<=\.) ", first.problem)[:2])
            raise Wrong(
                f"The doctor of lesson 6 says: {problem[:350]} Try `{first.fix[:120]}`."
            )
        test, train = (self.score(model, part) for part in ("test", "train"))
        if test >= TASKS[self.task].target:
            rows = "test" if test > train else "training"
            raise Wrong(
                f"Before its first step your model scores {test:.2f} on the test rows: "
                f"it was trained on the {rows} rows. Return a fresh model."
            )

    def train(self):
        """Train with Keras, once for each seed; return the test scores."""
        import keras

        scores = []
        for seed in SEEDS:
            model, _ = self.build(seed)
            keras.utils.set_random_seed(seed)
            x, y = self.problem.x_train, self.problem.y_train
            try:
                model.fit(x, y, verbose=0, **self.how)
            except Exception as error:
                raise Wrong(f"`fit` stopped with {describe_error(error)}.") from None
            made = int(model.optimizer.iterations)
            if made > TASKS[self.task].budget:
                raise Wrong(f"Over budget: your model made {made} steps.")
            scores.append(self.score(model, "test"))
        return scores

    def score(self, model, part):
        """Return the score of a Keras model on a part of the rows."""
        import keras

        from helpers.doctor.compiled import Compiled

        x, y = (getattr(self.problem, f"{axis}_{part}") for axis in "xy")
        outputs = keras.ops.convert_to_numpy(model(x, training=False))
        logits = Compiled(model).from_logits
        came = float(score(outputs, y, self.problem.kind, logits))
        if not np.isfinite([came, outputs.sum()]).all():
            raise Wrong("The training blew up: take a lower rate.")
        return came

    def came(self, scores, optimizer):
        """Say what the recipe reached, between baseline and best."""
        task = TASKS[self.task]
        mean = _mean(scores)
        if mean < task.target:
            place = "short of the target"
            if mean <= task.baseline:
                place = "no better than the baseline"
            same = {"learning_rate": np.float32(0.1), "momentum": 0, "nesterov": False}
            if same.items() <= optimizer.items() and self.how["batch_size"] == 32:
                place += ", with the baseline's optimizer, rate and batch size"
        elif mean < task.best:
            place = "above the target, short of the best"
        else:
            place = "as good as the best found"
        digits = 2 if mean >= task.target else 3  # so that a near miss is seen as one
        return (
            f"{mean:.{digits}f} on the test rows, from {min(scores):.{digits}f} to "
            f"{max(scores):.{digits}f} over {len(scores)} seeds: {place} (baseline "
            f"{task.baseline:g}, target {task.target:g}, best {task.best:g})."
        )

    def looks(self):
        """Say how often the test rows were looked at."""
        _looks[self.task] += 1
        if _looks[self.task] == 1:
            return ""
        return (
            f"\n\nThis was look number {_looks[self.task]} at these test rows: choose "
            "on the validation rows."
        )

    def apart(self, steps):
        """Say which single change gains most on the validation rows."""
        try:
            gains = Apart(self, steps).gains()
        except (ValueError, TypeError, AttributeError):
            return (
                "Your model is too large to be taken apart here, or has unknown parts: "
                "change one choice at a time yourself."
            )
        (choice, change), gain = max(gains.items(), key=lambda item: item[1])
        if gain < WORTH_SAYING:
            return (
                f"Taken apart, on the validation rows: none of {len(gains)} changes, "
                "one choice at a time, gains anything."
            )
        return (
            "Taken apart, one choice changed at a time, on the validation rows, what "
            f"costs most: {choice} ({change} gains {gain:.2f})."
        )


class Apart:
    """The recipe in the course's own engine, with one choice changed at a time."""

    def __init__(self, attempt, steps):
        self.problem, self.steps = attempt.problem, steps
        self.size = attempt.how["batch_size"]
        from helpers.keras_tools import from_keras  # takes ten seconds with Keras

        models = [attempt.build(seed)[0] for seed in SEEDS]
        if models[0].count_params() > MOST_WEIGHTS:
            raise ValueError
        networks = [from_keras(model) for model in models]
        self.network = networks[0]
        self.network.weights = [
            np.concatenate(arrays)
            for arrays in zip(*(n.weights for n in networks), strict=True)
        ]
        optimizer = models[0].optimizer
        self.make = getattr(optimizers, type(optimizer).__name__)
        known = set(inspect.signature(self.make).parameters) - {"learning_rate"}
        settings = optimizer.get_config()
        self.settings = {name: settings[name] for name in known & set(settings)}
        self.rates = _rates(optimizer, steps)

    def gains(self):
        """Return what each change gains, as a mean over the seeds.

        A dictionary (choice, change) -> number.
        """
        first, steps = self.rates[0], np.arange(self.steps)
        flat = np.ptp(self.rates) < 1e-6 * first
        other = CosineDecay(first, self.steps)(steps) if flat else 0 * steps + first
        words = "a cosine down to 0" if flat else "a constant rate"
        tries = {("the schedule", words): self.score(rates=other)}
        for factor in FACTORS:
            change = "the learning rate", f"{factor:g} times as high"
            tries[change] = self.score(rates=factor * self.rates)
        for size in (self.size // 4, self.size * 4):
            if 1 <= size <= MOST_ROWS:
                change = "the batch size", f"{size} rows in as many steps"
                tries[change] = self.score(size=size)
        if self.steps >= 8:
            fewer = self.rates[::4]
            tries["the number of steps", "a quarter"] = self.score(rates=fewer)
        inputs, *hidden, units = self.network.widths
        if hidden:
            twice = [2 * width for width in hidden]
            wider = self.fresh([inputs, *twice, units])
            tries["the hidden layers", "twice the units"] = self.score(network=wider)
            none = self.fresh([inputs, units])
            tries["the hidden layers", "none at all"] = self.score(network=none)
        for make, rate in ((optimizers.SGD, 0.3), (optimizers.Adam, 0.01)):
            if make is not self.make:
                change = "the optimizer", f"{make.__name__} at {rate:g}"
                tries[change] = self.score(optimizer=make(rate))
        yours = self.score()
        return {change: score - yours for change, score in tries.items()}

    def fresh(self, widths):
        """Return networks of other widths, their last layer and loss as they were."""
        kept = {"loss": self.network.loss, "output": self.network.output}
        return Network(widths, runs=len(SEEDS), seed=SEEDS, **kept)

    def score(self, rates=None, size=None, optimizer=None, network=None):
        """Return the mean validation score, with these changes; 0 if it blew up."""
        rates = self.rates if rates is None else rates
        if optimizer is None:
            optimizer = self.make(lambda step: rates[step], **self.settings)
        size = size or self.size
        network, steps = network or self.network, len(rates)
        run = follow(self.problem, network, optimizer, size, steps, SEEDS)
        ((_, stack),) = run
        return scores_of(stack, self.problem, "valid").clip(0).mean()


def _mean(scores):
    """Return the mean as it is shown, so that what is shown decides."""
    return round(float(np.mean(scores)), 3)


def _rates(optimizer, steps):
    """Return the learning rate of each step, whatever schedule there is."""
    rates = []
    for step in range(steps):
        optimizer.iterations.assign(step)
        rates.append(float(optimizer.learning_rate))
    return np.array(rates)
