"""Rules about the data, and about whether there is a model to judge at all."""

import numpy as np

from .rules import error, note, warning

BATCH_SIZE = 32  # what fit takes unless told otherwise
UNSCALED = 20  # inputs this far from 0, in root mean square


@error(
    "not-compiled",
    why="Without compile there is no loss to judge and none to train on.",
    seen='fit stops: "You must call `compile()`" or "No loss to compute".',
    fix='model.compile("adam", {loss}, metrics={metrics})',
)
def _not_compiled(case):
    if case.loss is not None or case.trains_itself:
        return None
    advice = case.advice
    holes = {"loss": f'"{advice.loss}"', "metrics": advice.metrics} if advice else {}
    called = "without a loss" if case.model.compiled else "never called"
    return f"compile was {called}.", holes


@error(
    "not-built",
    why="The shape of the input is not known, so there are no weights and no output.",
    seen="summary shows no parameters; fit builds the model on its first batch.",
    fix="model.build({shape})",
)
def _not_built(case):
    if case.model.built:
        return None
    shape = (None, *case.inputs[0].shape[1:])
    return "The model is not built: its output was not judged.", {"shape": shape}


@error(
    "forward-fails",
    why="The model cannot take this x.",
    seen="fit and predict stop with the same error.",
    fix="keras.Input({shape})  # the shape of one row, as the model's first layer",
)
def _forward_fails(case):
    if not case.failure:
        return None
    shape = case.inputs[0].shape[1:]
    return f"x of shape {case.inputs[0].shape}: {case.failure}.", {"shape": shape}


@error(
    "rows-differ",
    why="Every row of x needs its row of y.",
    seen='fit stops: "Data cardinality is ambiguous".',
    fix="len(x), len(y)  # find where they were last alike: often a filter on one",
)
def _rows_differ(case):
    if case.target_rows == case.rows:
        return None
    return f"x has {case.rows} rows and y has {case.target_rows}."


@error(
    "python-list",
    why="Keras takes a list for several arrays, one for each input or output.",
    seen='fit stops: "Unrecognized data type", or an IndexError.',
    fix="{name} = np.asarray({name})",
)
def _python_list(case):
    if not case.lists:
        return None
    name = case.lists[0]
    return f"{' and '.join(case.lists)} given as a list of numbers.", {"name": name}


@error(
    "x-not-finite",
    why="One NaN or infinite input spoils every weight in a single step.",
    seen="The loss is NaN; or it stays finite behind a ReLU, with weights that are NaN "
    "and one prediction for all.",
    fix="keep = np.isfinite(x).all(axis=1); x, y = x[keep], y[keep]",
)
def _x_not_finite(case):
    numbers = [leaf for leaf in case.inputs if leaf.dtype.kind == "f"]
    bad = sum(int((~np.isfinite(leaf)).sum()) for leaf in numbers)
    return f"x holds {bad} NaN or infinite values." if bad else None


@error(
    "y-not-finite",
    why="The loss of a NaN is NaN, and so is its gradient.",
    seen="The loss is NaN from the first batch that holds one, and stays so.",
    fix="keep = np.isfinite(y); x, y = x[keep], y[keep]",
)
def _y_not_finite(case):
    bad = case.target.missing if case.target else 0
    return f"y holds {bad} NaN or infinite values." if bad else None


@error(
    "text-input",
    why="NumPy's own text type is unknown to fit; Python objects are taken.",
    seen='fit stops: "Invalid dtype: str", though a call of the model works.',
    fix="x = x.astype(object)",
)
def _text_input(case):
    return "x is an array of NumPy's text." if case.numpy_text else None


@error(
    "text-target",
    why="A loss calculates with numbers.",
    seen='fit stops: "Invalid dtype: str", or "UnimplementedError" on a Cast.',
    fix="classes, y = np.unique(y, return_inverse=True)",
)
def _text_target(case):
    if not (case.target and case.target.text):
        return None
    return f"y holds text, such as {case.target.distinct[0].item()!r}."


@warning(
    "one-value",
    why="There is nothing to tell apart.",
    seen="The loss falls towards 0 and the accuracy is perfect, whatever x is.",
    fix="np.unique(y, axis=0, return_counts=True)  # what y holds",
)
def _one_value(case):
    values = None if case.target is None else case.target.values
    if values is None or values.ndim > 2 or len(values) == 1:
        return None
    alike = (values == values[0]).all()
    return f"All {len(values)} rows of y are alike." if alike else None


@note(
    "unscaled-input",
    why="Large inputs make large steps: features near 0 with spread 1 train best.",
    seen="A high loss at the start; SGD may explode, and Adam takes longer.",
    fix="x = (x - x_train.mean(axis=0)) / x_train.std(axis=0)",
)
def _unscaled_input(case):
    if len(case.inputs) > 1 or case.inputs[0].dtype.kind not in "biuf":
        return None
    first = [type(op).__name__ for op in case.operations]
    first = next((name for name in first if name != "InputLayer"), "")
    if first not in ("Dense", "Conv1D", "Conv2D", "LSTM", "GRU", "Flatten"):
        return None
    sample = case.inputs[0][case.sample_rows].astype(float)
    scale = np.sqrt(np.mean(np.square(sample)))
    return f"x lies around {scale:.3g}." if scale > UNSCALED else None


@note(
    "sorted-target",
    why="validation_split takes the last rows, without shuffling.",
    seen="Good on the training rows, poor on the others, which hold other classes.",
    fix="rows = np.random.default_rng(0).permutation(len(x)); x, y = x[rows], y[rows]",
)
def _sorted_target(case):
    target = case.target
    if target is None or target.text or target.missing or len(target.values) < 10:
        return None
    values = target.values.argmax(axis=1) if target.shares else target.values
    if values.ndim > 1 or (values == values[0]).all() or (np.diff(values) < 0).any():
        return None
    return "The rows are sorted by y."


@note(
    "one-batch",
    why="A batch larger than the data is cut to it, and nothing is said.",
    seen='One update an epoch: the bar reads "1/1", and the loss moves little.',
    fix="model.fit(x, y, batch_size={batch_size})",
)
def _one_batch(case):
    if case.rows > BATCH_SIZE:
        return None
    holes = {"batch_size": max(1, case.rows // 8)}
    return f"{case.rows} rows fit into one batch of {BATCH_SIZE}, the default.", holes


@note(
    "several-outputs",
    why="The doctor judges one output with one loss.",
    seen="Activations, labels, loss and metrics were not looked at; the rest was.",
    fix="keras.Model(model.inputs, model.outputs[0])  # compile and diagnose each",
)
def _several_outputs(case):
    return "The model has several outputs." if case.several else None


@note(
    "subclassed",
    why="Its layers may run in any order, so the output was judged by its values.",
    seen="A wrong activation shows only if the sample gives it away.",
    fix="keras.Model(inputs, outputs)  # a functional model can be read",
)
def _subclassed(case):
    return None if case.readable else "The model is subclassed."


@note(
    "metrics-unread",
    why="The arguments of compile could not be read back.",
    seen="A schedule or a metric of your own has no get_config.",
    fix='def get_config(self): return {{"rate": self.rate}}  # in the class',
)
def _metrics_unread(case):
    return "The metrics were not judged." if case.metrics is None else None
