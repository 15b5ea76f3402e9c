"""Rules about whether there is a model to judge at all."""

from .rules import error, note

BATCH_SIZE = 32  # what fit takes unless told otherwise


@error(
    "not-compiled",
    why="Without compile there is no loss to judge and none to train on.",
    seen='fit stops: "You must call `compile()`" or "No loss to compute".',
    fix='model.compile("adam", {loss}, metrics={metrics})',
)
def _not_compiled(case):
    if case.given_loss is not None or case.trains_itself:
        return None
    advice = case.advice
    holes = {"loss": '"mean_squared_error"', "metrics": []}
    if advice:
        holes = {"loss": f'"{advice.loss}"', "metrics": advice.metrics}
    called = "without a loss" if case.model.compiled else "never called"
    return f"compile was {called}.", holes


@error(
    "not-built",
    why="The shape of the input is not known, so there are no weights and no output.",
    seen="summary shows no parameters; fit builds the model on its first batch.",
    fix="model.build({shape})",
)
def _not_built(case):
    import keras

    why_not = getattr(case.model, "unbuilt", None)
    if why_not is None:
        return None
    cure = {"shape": (None, *case.inputs[0].shape[1:])}
    if not isinstance(case.model, keras.Sequential):
        cure = "model(x[:1])  # a call builds it"
    if not why_not:
        return "The model is not built yet; it was judged as if it were.", cure, "note"
    if case.trains_itself and why_not.startswith("NotImplementedError"):
        return "The model has no call, so it was not judged itself.", cure, "note"
    return f"The model could not be built: {why_not.rstrip('.')}.", cure


@error(
    "text-loss-weights",
    why="The third argument of compile is loss_weights; metrics go by their name.",
    seen='fit stops: "dtype=\'string\' is not a valid dtype", or "loss_weights".',
    fix="model.compile(model.optimizer, model.loss, metrics={metrics})",
)
def _text_loss_weights(case):
    weights = case.loss_weights
    weights = weights.values() if isinstance(weights, dict) else weights
    weights = weights if isinstance(weights, list | tuple) else [weights]
    names = [weight for weight in weights if isinstance(weight, str)]
    return (f"loss_weights is {names}.", {"metrics": names}) if names else None


@note(
    "fixed-batch",
    why="The size of a batch is part of the model's input.",
    seen="fit with batches of 32 stops, and so does predict with fewer rows.",
    fix="model.fit(x, y, batch_size={batch_size}, shuffle=False)",
)
def _fixed_batch(case):
    size = case.batch_size
    if not size or size == BATCH_SIZE and case.rows % size == 0:
        return None
    left = case.rows % size
    found = f"The model takes {size} rows at once."
    if left:
        found += (
            f" {case.rows} rows leave {left} over: cut x and y to {case.rows - left}."
        )
    return found, {"batch_size": size}


@note(
    "one-batch",
    why="A batch larger than the data is cut to it, and nothing is said.",
    seen='One update an epoch: the bar reads "1/1", and the loss moves little.',
    fix="model.fit(x, y, batch_size={batch_size})",
)
def _one_batch(case):
    if case.rows > BATCH_SIZE or case.batch_size:
        return None
    holes = {"batch_size": max(1, case.rows // 8)}
    return f"{case.rows} rows fit into one batch of {BATCH_SIZE}, the default.", holes


@note(
    "several-outputs",
    why="The doctor could not tell which target and loss belong to which output.",
    seen="Activations, labels, loss and metrics were not looked at; the rest was.",
    fix="print(model.output_names)  # y needs as many arrays, in this order",
)
def _several_outputs(case):
    unclear = case.several and case.targets and not case.heads
    return "The model has several outputs." if unclear else None


@note(
    "subclassed",
    why="Its layers may run in any order, so the output was judged by its values.",
    seen="A wrong activation shows only if the sample gives it away.",
    fix="model.summary()  # look at the last layer's activation yourself",
)
def _subclassed(case):
    return None if case.readable else "The model is subclassed."


@note(
    "metrics-unread",
    why="The arguments of compile could not be read back.",
    seen="A schedule or a metric of your own has no get_config.",
    fix="model.metrics_names  # look at them yourself, or give the class a get_config",
)
def _metrics_unread(case):
    return "The metrics were not judged." if case.metrics is None else None
