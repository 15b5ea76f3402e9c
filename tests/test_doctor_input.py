"""What people give the doctor: each is read, or refused in one clear sentence."""

from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest
from clinic.programs import (
    AMOUNT,
    BCE,
    CLASSES,
    PICTURES,
    SCCE,
    YES,
    X,
    chain,
    cnn,
    mlp,
    own,
)
from keras import layers

from helpers.doctor import diagnose


def batches():
    while True:
        yield X, AMOUNT


class Batches(keras.utils.PyDataset):
    def __len__(self):
        return 1

    def __getitem__(self, i):
        return X, AMOUNT


RAGGED = [np.ones((4, 4, 1)), np.ones((5, 4, 1))]


@pytest.mark.parametrize(
    ("x", "y", "match"),
    [
        (
            batches(),
            None,
            r"x must be an array.*generator.*x, y = next\(iter\(data\)\)",
        ),
        (Batches(), None, r"x must be an array.*Batches.*x, y = data\[0\]"),
        ("train.csv", YES, "x must be an array.*'train.csv': read the file first"),
        (Path("train.npy"), YES, "x must be an array.*read the file first"),
        (X, "y", "y must be an array.*str 'y'"),
        (X, None, "y must be an array.*NoneType"),
        (RAGGED, YES[:2], r"\(4, 4, 1\) and \(5, 4, 1\); give each row the same"),
        ([[1, 2], [3]], YES[:2], "x could not be read.*same length"),
        (pd.DataFrame({"a": [1.5, 2], "b": ["u", "v"]}), YES[:2], "get_dummies"),
        (X, [[1], [1, 2]], "y could not be read.*same length"),
    ],
)
def test_what_holds_no_rows_is_refused_in_a_sentence(x, y, match):
    with pytest.raises((TypeError, ValueError), match=match) as refused:
        diagnose(mlp(1), x, y)
    assert "\n" not in str(refused.value)


def test_a_data_set_of_tensorflow_is_refused_in_a_sentence():
    import tensorflow as tf

    data = tf.data.Dataset.from_tensor_slices((X, AMOUNT)).batch(32)
    with pytest.raises(TypeError, match=r"x, y = next\(iter\(data\)\)"):
        diagnose(mlp(1), data)
    x, y = next(iter(data))
    assert diagnose(mlp(1), x, y).ok


def test_lists_of_rows_are_one_array_and_lists_of_inputs_several():
    found = diagnose(
        cnn(layers.Dense(3, "softmax"), loss=SCCE), list(PICTURES), CLASSES
    )
    assert found.codes == ("python-list",)
    assert found.findings[0].fix == "x = np.asarray(x)"
    assert diagnose(mlp(1), X, list(AMOUNT)).codes == ("python-list",)
    assert diagnose(mlp(1), [X], [AMOUNT]).ok


def test_a_list_of_text_is_a_list_of_rows():
    words = ["good", "bad"] * 20
    read = layers.TextVectorization(output_sequence_length=2)
    read.adapt(words)
    model = keras.Sequential(
        [
            keras.Input((), dtype="string"),
            *(
                read,
                layers.Embedding(5, 2),
                layers.Flatten(),
                layers.Dense(1, "sigmoid"),
            ),
        ]
    )
    model.compile("adam", BCE)
    y = np.array([1.0, 0.0] * 20)
    assert diagnose(model, words, y).codes == ("python-list",)


def test_the_metric_and_masks_without_a_channel_are_left_in_peace():
    model = chain(
        *(layers.Conv2D(1, 3, padding="same", activation="sigmoid"),),
        **{"shape": (12, 12, 3), "loss": BCE, "metrics": ["accuracy"]},
    )
    assert diagnose(model, PICTURES, PICTURES[..., 0] > 0.5).ok


def test_a_large_table_of_objects_is_read():
    x = np.zeros((20_000, 200)).astype(object)
    model = chain(layers.Dense(1), shape=(200,))
    assert "object-array" in diagnose(model, x, np.arange(20_000) % 7 / 7).codes


def test_a_softmax_of_one_unit_shows_in_the_values_of_a_subclass():
    model = own(1, "softmax", BCE)
    found = diagnose(model, X, X[:, 0] > 0)
    assert found.codes == ("softmax-one-unit", "subclassed")
    assert diagnose(own(1, "sigmoid", BCE), X, X[:, 0] > 0).ok


def test_a_model_that_fit_would_build_stays_unbuilt_and_a_copy_is_judged():
    model = keras.Sequential([layers.Dense(4, "relu"), layers.Dense(1, "softmax")])
    model.compile("adam", BCE)
    found = diagnose(model, X, X[:, 0] > 0)
    assert found.codes == ("softmax-one-unit", "not-built")
    assert not found.ok
    assert not model.built


class Bare(keras.Model):
    """As people write it: no argument for Keras, no get_config, nothing built."""

    def __init__(self, sizes, last):
        super().__init__()
        self.hidden = [layers.Dense(size, "relu") for size in sizes]
        self.last = last

    def call(self, x):
        for layer in self.hidden:
            x = layer(x)
        return self.last(x)


def bare(last, loss):
    model = Bare([8, 4], last)
    model.compile("adam", loss)
    return model


def test_a_subclass_that_cannot_be_copied_is_judged_and_left_unbuilt():
    model = bare(layers.Dense(1), "mse")
    found = diagnose(model, X, AMOUNT, steps=2)
    assert found.ok and "In a trial of 2 steps" in found.start
    assert not model.built and not model.last.built and not model.weights
    model.fit(X, AMOUNT, verbose=0)
    assert len(model.weights) == 6
    sigmoids = bare(layers.Dense(3, "sigmoid"), SCCE)
    assert "sigmoid-for-classes" in diagnose(sigmoids, X, CLASSES).codes


def test_a_subclass_that_cannot_take_x_says_why():
    model = bare(layers.LSTM(2), "mse")
    found = diagnose(model, X, AMOUNT).findings[0]
    assert found.code == "not-built" and "ValueError" in found.problem
    assert found.severity == "error"


def test_a_training_step_of_ones_own_needs_no_y():
    class Own(Bare):
        def train_step(self, data):
            return {"loss": keras.ops.zeros(())}

    model = Own([8], layers.Dense(2))
    model.compile("adam")
    assert diagnose(model, X, steps=2).ok
    model(X[:2])
    assert diagnose(model, X).ok


class Halves(keras.Model):
    """A model without a call, as the two halves of a GAN are kept in one."""

    def train_step(self, data):
        return {}


def test_a_model_without_a_call_is_no_error():
    model = Halves()
    model.compile("adam")
    assert diagnose(model, X).ok
