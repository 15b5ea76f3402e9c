"""Programs of several inputs or outputs, bases, schedules, and odd last layers."""

import keras
import numpy as np
from keras import layers as L
from keras import optimizers

from .programs import (
    AMOUNT,
    BCE,
    CLASSES,
    MASKS,
    ONE_HOT,
    PICTURES,
    RNG,
    ROWS,
    SCCE,
    SERIES,
    WORDS,
    YES,
    X,
    chain,
    cnn,
    factors,
    graph,
    mlp,
)

BYTES = RNG.integers(0, 256, (ROWS, 12, 12, 3)).astype("float32")
schedules = optimizers.schedules


def named(kind, size):
    """Two outputs in a dict, whose keys do not stand in the order of the alphabet."""
    a = keras.Input((6,))
    h = L.Dense(8, "relu")(a)
    outs = {"size": L.Dense(1, size, name="size")(h)}
    outs["kind"] = L.Dense(3, kind, name="kind")(h)
    return graph(a, outs, {"size": "mse", "kind": SCCE})


def joined(opt):
    a, b = keras.Input((6,)), keras.Input((2,))
    h = L.Dense(8, "relu")(L.Concatenate()([a, b]))
    return graph([a, b], L.Dense(1)(h), "mse", opt)


def based(scaled=False):
    make = keras.applications.MobileNetV2
    base = make((32, 32, 3), include_top=False, weights=None, alpha=0.35, pooling="avg")
    base.trainable = False
    first = [L.Rescaling(1 / 127.5, offset=-1)] if scaled else [L.RandomFlip()]
    return chain(*first, base, L.Dense(1, "sigmoid"), shape=(32, 32, 3), loss=BCE)


def unbuilt(*layers, loss):
    model = keras.Sequential(list(layers))
    model.compile("adam", loss)
    return model


def shares(count, opt="adam"):
    hidden = [L.Dense(32, "softmax") for _ in range(count)]
    return chain(*hidden, L.Dense(3, "softmax"), loss=SCCE, opt=opt)


def scaling():
    layers = [L.Rescaling(1 / 255), L.Conv2D(4, 3, activation="relu"), L.Flatten()]
    return chain(*layers, L.Dense(3, "softmax"), shape=(12, 12, 3), loss=SCCE)


RATED = 20 * WORDS[:, :1], WORDS[:, 1:2]
GRAPHS = [
    ("unreachable-target", lambda: (named("softmax", "relu"), X, both())),
    ("sigmoid-for-classes", lambda: (named("sigmoid", None), X, both())),
    ("embedding-range", lambda: (factors(), list(RATED), AMOUNT)),
    (
        "embedding-range",
        lambda: (
            chain(L.Embedding(30, 8), L.Flatten(), L.Dense(1), shape=(8,)),
            WORDS.astype("float32"),
            AMOUNT,
        ),
    ),
    (
        "forward-fails",
        lambda: (
            cnn(L.Dense(1, "sigmoid"), loss=BCE),
            PICTURES.transpose(0, 3, 1, 2),
            YES,
        ),
    ),
    ("unscaled-input", lambda: (joined("adam"), [X, 900 + 99 * X[:, :2]], AMOUNT)),
    (
        "rate-beyond-curvature",
        lambda: (joined("sgd"), [X, 900 + 99 * X[:, :2]], AMOUNT),
    ),
    (
        "unscaled-input",
        lambda: (
            chain(L.LSTM(8, activation="relu"), L.Dense(1), shape=(10, 4)),
            900 + 99 * SERIES,
            AMOUNT,
        ),
    ),
    (
        "unscaled-input",
        lambda: (
            chain(L.Dense(8, "relu"), L.Dense(1), opt="sgd"),
            900 + 99 * X,
            3e5 + 1e5 * AMOUNT,
        ),
    ),
    (
        "binary-loss-on-amounts",
        lambda: (
            chain(L.Dense(8, "relu"), L.Dense(432, "sigmoid"), shape=(432,), loss=BCE),
            BYTES.reshape(ROWS, -1),
            BYTES.reshape(ROWS, -1),
        ),
    ),
    (
        "not-preprocessed",
        lambda: (based(), np.tile(BYTES[:32], (1, 3, 3, 1))[:, :32, :32], YES[:32]),
    ),
    (
        "scaled-twice",
        lambda: (scaling(), PICTURES, CLASSES),
    ),
    (
        "x-hardly-varies",
        lambda: (
            cnn(L.Dense(3, "softmax"), loss=SCCE),
            BYTES / 255 / 127.5 - 1,
            CLASSES,
        ),
    ),
    (
        "shapes-differ",
        lambda: (mlp(3, "softmax", metrics=["accuracy"]), X, CLASSES),
    ),
    (
        "dead-layer",
        lambda: (
            chain(L.Activation("relu"), L.Dense(8, "relu"), L.Dense(1)),
            -np.abs(X),
            AMOUNT,
        ),
    ),
    (
        "output-not-probability",
        lambda: (
            chain(L.Dense(3, "softmax"), L.BatchNormalization(), loss=SCCE),
            X,
            CLASSES,
        ),
    ),
    ("softmax-inside", lambda: (shares(2, "sgd"), X, CLASSES)),
    ("softmax-inside", lambda: (shares(1), X, CLASSES)),
    (
        "extra-axes",
        lambda: (
            unbuilt(
                L.Embedding(60, 8),
                L.LSTM(8, return_sequences=True),
                L.Dense(1, "sigmoid"),
                loss=BCE,
            ),
            WORDS,
            YES,
        ),
    ),
    (
        "rate-too-low",
        lambda: (
            mlp(1, opt=optimizers.SGD(schedules.ExponentialDecay(0.1, 1, 0.5))),
            X,
            AMOUNT,
        ),
    ),
    (
        "rate-too-low",
        lambda: (
            mlp(1, opt=optimizers.Adam(schedules.CosineDecay(0.001, 10))),
            X,
            AMOUNT,
        ),
    ),
    (
        "dead-layer",
        lambda: (
            chain(
                L.Dense(8, "relu", kernel_initializer="zeros"),
                L.Dense(8, "relu", kernel_initializer="zeros"),
                L.Dense(1),
            ),
            X,
            AMOUNT,
        ),
    ),
]


def both():
    return {"size": AMOUNT, "kind": CLASSES}


def healthy_graphs_too():
    """Yield name, model, x and y of models that stand close to these."""
    yield "dict of outputs", named("softmax", None), X, both()
    yield "two inputs, joined", joined("sgd"), [X, X[:, :2]], AMOUNT
    pictures = np.tile(BYTES[:32], (1, 3, 3, 1))[:, :32, :32]
    yield "a base, rescaled", based(scaled=True), pictures, YES[:32]
    yield "a base, scaled before", based(), pictures / 127.5 - 1, YES[:32]
    yield "built by fit", unbuilt(L.Dense(8, "relu"), L.Dense(1), loss="mse"), X, AMOUNT
    normal = L.Normalization()
    normal.adapt(900 + 99 * X)
    layers = normal, L.Dense(8, "relu"), L.Dense(1)
    yield "adapted, built by fit", unbuilt(*layers, loss="mse"), 900 + 99 * X, AMOUNT
    yield "daily returns", mlp(1), 0.01 * X, 0.1 * AMOUNT
    short = schedules.CosineDecay(0.01, 50)
    yield "a short schedule", mlp(1, opt=optimizers.Adam(short)), X, AMOUNT
    again = schedules.CosineDecayRestarts(0.01, 20)
    yield "restarts", mlp(1, opt=optimizers.Adam(again)), X, AMOUNT
    warm = schedules.CosineDecay(0.0, 200, warmup_target=0.01, warmup_steps=50)
    yield "a warm-up", mlp(1, opt=optimizers.Adam(warm)), X, AMOUNT
    topics = chain(L.Dense(8, "softmax"), L.Dense(6))
    yield "shares of topics", topics, X, X
    ratings = [WORDS[:, :1], WORDS[:, 1:2]]
    yield "factors from 1 on", factors(), ratings, RNG.integers(1, 11, ROWS) / 2
    levels = (CLASSES[:, None] > np.arange(2)).astype("float32")
    yield "ordered classes", mlp(2, "sigmoid", BCE), X, levels
    share = 0.3
    mixed = share * ONE_HOT + (1 - share) * ONE_HOT[::-1]
    loss = "categorical_crossentropy"
    yield "mixed labels", mlp(3, "softmax", loss, metrics=["accuracy"]), X, mixed
    a = keras.Input((8,))
    h = L.Embedding(60, 8)(a) + L.Embedding(8, 8)(keras.ops.arange(8))
    h = L.LayerNormalization()(h + L.MultiHeadAttention(2, 4)(h, h))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    yield "positions", graph(a, L.Dense(60)(h), loss), WORDS, np.roll(WORDS, -1, 1)
    tversky = keras.losses.Tversky(alpha=0.3, beta=0.7)
    masks = chain(
        L.Conv2D(8, 3, padding="same", activation="relu"),
        L.Conv2D(1, 1, activation="sigmoid"),
        shape=(12, 12, 3),
        loss=tversky,
    )
    yield "tversky", masks, PICTURES, MASKS
