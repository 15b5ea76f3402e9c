"""What a model was compiled with, read back: loss, metrics and optimizer."""

import re
import warnings
from dataclasses import dataclass
from functools import cached_property, partial

KINDS = {
    "binary": ("binary_crossentropy", "binary_focal_crossentropy"),
    "sparse": ("sparse_categorical_crossentropy",),
    "categorical": ("categorical_crossentropy", "categorical_focal_crossentropy"),
    "hinge": ("hinge", "squared_hinge", "categorical_hinge"),
    "regression": (
        *("mean_squared_error", "mean_absolute_error", "huber", "log_cosh", "poisson"),
        *("mean_absolute_percentage_error", "mean_squared_logarithmic_error"),
    ),
}


@dataclass(frozen=True)
class Metric:
    """A metric as compile was given it: by name, or as an object with settings."""

    name: str
    given: str
    settings: dict


class Compiled:
    """The arguments of ``model.compile``, whatever form they were given in."""

    def __init__(self, model):
        self.model = model
        self.given_loss = getattr(model, "loss", None)
        # Keras has no public way to ask for the objects; without them, less is judged.
        kept = getattr(getattr(model, "_compile_config", None), "config", {})
        self.given_metrics = [kept.get("metrics"), kept.get("weighted_metrics")]
        self.loss_weights = kept.get("loss_weights")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of lambdas, which are not stored here
                config = model.get_compile_config()
        except Exception:  # a schedule or metric that cannot be serialised
            self.metrics = self.stored_metrics = None
        else:
            self.stored_metrics = [
                config.get("metrics"),
                config.get("weighted_metrics"),
            ]
            self.metrics = as_metrics(self.stored_metrics)

    @cached_property
    def loss(self):
        """The loss as a function or an object; None if there is none."""
        import keras

        loss = self.given_loss
        if isinstance(loss, dict | list | tuple) and len(loss) == 1:
            loss = next(iter(loss.values() if isinstance(loss, dict) else loss))
        return keras.losses.get(loss) if isinstance(loss, str) else loss

    @cached_property
    def loss_name(self):
        """Keras's name of the loss; None if it is not one of Keras's."""
        loss = self.loss
        if type(loss).__name__ == "LossFunctionWrapper":
            loss = loss.fn
        loss = loss.func if isinstance(loss, partial) else loss
        home = loss if hasattr(loss, "__name__") else type(loss)
        ours = getattr(home, "__module__", "").startswith("keras.")
        return _snake(home.__name__) if ours else None

    @cached_property
    def kind(self):
        """What the loss is for: a key of ``KINDS``, or None."""
        return next((k for k, names in KINDS.items() if self.loss_name in names), None)

    @property
    def trains_itself(self):
        """Whether it needs no loss: by add_loss, or with a training step of its own."""
        import keras

        own = [
            getattr(type(self.model), name) is not getattr(keras.Model, name)
            for name in ("train_step", "compute_loss")
        ]
        return bool(self.model.built and self.model.losses) or any(own)

    @property
    def crossentropy(self):
        """Whether the loss is one of the crossentropies."""
        return self.kind in ("binary", "sparse", "categorical")

    @cached_property
    def loss_settings(self):
        """What the loss was configured with: ``from_logits`` and others."""
        if isinstance(self.loss, partial):
            return self.loss.keywords
        config = self.loss.get_config() if hasattr(self.loss, "get_config") else {}
        # The config leaves out the delta of Huber.
        return config | getattr(self.loss, "_fn_kwargs", {})

    @property
    def from_logits(self):
        """Whether the loss applies the sigmoid or softmax itself."""
        return bool(self.loss_settings.get("from_logits"))

    def metrics_among(self, names):
        """Return the metrics with one of these names, as they were written."""
        return ", ".join(m.given for m in self.metrics or () if m.name in names)

    @property
    def optimizer(self):
        """The optimizer itself, out of a loss-scaling wrapper; or None."""
        optimizer = getattr(self.model, "optimizer", None)
        return getattr(optimizer, "inner_optimizer", optimizer)

    @property
    def rate(self):
        """The learning rate at this step; at the end of a warm-up, if there is one."""
        rate = float(self.optimizer.learning_rate)
        target = getattr(self.schedule, "warmup_target", None)
        return rate if target is None else max(rate, float(target))

    @property
    def plain(self):
        """Whether a step is the rate times the gradient, for all weights alike."""
        return type(self.optimizer).__name__ == "SGD"

    @property
    def momentum(self):
        """The momentum of SGD, or 0."""
        return float(getattr(self.optimizer, "momentum", 0) or 0)

    @property
    def schedule(self):
        """What the optimizer was given for a rate: a schedule, or a variable."""
        return getattr(self.optimizer, "_learning_rate", None)

    @cached_property
    def scheduled(self):
        """Whether the learning rate follows a schedule."""
        try:
            return isinstance(self.optimizer.get_config()["learning_rate"], dict)
        except NotImplementedError:  # a schedule of one's own
            return True

    @property
    def fresh(self):
        """Whether this optimizer has made no step yet."""
        return self.optimizer is None or int(self.optimizer.iterations) == 0


def flatten(entries):
    """Return the leaves of nested lists and dicts of metrics."""
    if isinstance(entries, dict) and "class_name" not in entries:
        entries = list(entries.values())
    if isinstance(entries, list | tuple):
        return [leaf for entry in entries for leaf in flatten(entry)]
    return [] if entries is None else [entries]


def of_output(entries, name, i, count):
    """Return what belongs to one output, of a list or dict for each or one for all."""
    if isinstance(entries, dict) and "class_name" not in entries:
        return entries.get(name)
    if isinstance(entries, list | tuple) and len(entries) == count:
        return entries[i]
    return entries


def as_metrics(stored):
    """Return the metrics among what compile has stored."""
    return [_metric(entry) for entry in flatten(stored)]


def _metric(entry):
    if isinstance(entry, str):
        name = {"acc": "accuracy"}.get(entry.lower(), _snake(entry))
        return Metric(name, entry, {})
    settings = entry.get("config")
    if isinstance(settings, str):  # a function, by name
        return Metric(settings, settings, {})
    name = entry["class_name"]
    return Metric("exact" if name == "Accuracy" else _snake(name), name, settings or {})


def _snake(name):
    """Turn Keras's CamelCase class names into its snake_case function names."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
