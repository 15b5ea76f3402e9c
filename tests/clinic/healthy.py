"""Models that nothing is wrong with: no error and no warning is due."""

import numpy as np
from keras import layers as L
from keras import losses, metrics, optimizers

from .graphs import healthy_graphs_too
from .healthy_graphs import of_graphs_and_own_code, of_pictures_and_words
from .programs import (
    AMOUNT,
    BCE,
    CCE,
    CLASSES,
    COUNTS,
    ONE_HOT,
    RNG,
    ROWS,
    SCCE,
    SEVERAL,
    YES,
    X,
    chain,
    deep,
    pinball,
)


def of_tables():
    """Yield name, model, x and y: rows of numbers."""
    acc, mae = {"metrics": ["accuracy"]}, {"metrics": ["mae"]}
    relu = L.Dense
    yield "logistic", chain(L.Dense(1, "sigmoid"), loss=BCE, **acc), X, YES
    yield "booleans", chain(L.Dense(1, "sigmoid"), loss=BCE, **acc), X, YES > 0
    yield "uint8", chain(L.Dense(1, "sigmoid"), loss=BCE), X, YES.astype("uint8")
    yield "softmax regression", chain(L.Dense(3, "softmax"), loss=SCCE), X, CLASSES
    yield "line", chain(L.Dense(1), opt="sgd"), X, AMOUNT
    yield "line, 0.3", chain(L.Dense(1), opt=optimizers.SGD(0.3)), X, AMOUNT
    for name in ("adam", "sgd", "rmsprop", "adagrad", "adamw", "nadam", "adamax"):
        model = chain(relu(32, "relu"), relu(16, "relu"), L.Dense(1), opt=name, **mae)
        yield f"two layers, {name}", model, X, AMOUNT
    for name in ("relu", "tanh", "elu", "selu", "gelu", "swish", "leaky_relu"):
        model = chain(relu(16, name), L.Dense(3, "softmax"), loss=CCE, **acc)
        yield f"hidden {name}", model, X, ONE_HOT
    sigmoid = chain(relu(16, "sigmoid"), L.Dense(3, "softmax"), loss=CCE, **acc)
    yield "hidden sigmoid", sigmoid, X, ONE_HOT
    layer = chain(relu(16), L.LeakyReLU(), relu(16), L.PReLU(), L.Dense(1))
    yield "activation layers", layer, X, AMOUNT
    yield "deep relu", deep("relu", "he_normal"), X, AMOUNT
    yield "deep tanh", deep("tanh", "glorot_uniform"), X, AMOUNT
    yield "deep selu", deep("selu", "lecun_normal", 12), X, AMOUNT
    yield (
        "several labels",
        chain(
            relu(16, "relu"),
            L.Dense(4, "sigmoid"),
            loss=BCE,
            metrics=["binary_accuracy"],
        ),
        X,
        SEVERAL,
    )
    logits = losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)
    yield (
        "smoothed logits",
        chain(relu(16, "relu"), L.Dense(3), loss=logits, **acc),
        X,
        (ONE_HOT),
    )
    yield "quantile", chain(relu(16, "relu"), L.Dense(1), loss=pinball), X, AMOUNT
    yield "huber", chain(relu(16, "relu"), L.Dense(1), loss="huber"), X, AMOUNT
    yield (
        "counts",
        chain(relu(16, "relu"), L.Dense(1, "exponential"), loss="poisson"),
        (X),
        COUNTS,
    )
    yield "percentages", chain(relu(16, "relu"), L.Dense(1), loss="mape"), X, 5 + YES
    yield (
        "logarithms",
        chain(relu(16, "relu"), L.Dense(1, "relu"), loss="msle"),
        X,
        COUNTS,
    )
    yield (
        "hinge",
        chain(relu(16, "relu"), L.Dense(1, "tanh"), loss="hinge"),
        X,
        2 * YES - 1,
    )
    scores = [metrics.AUC(), metrics.Precision(), metrics.Recall(), metrics.F1Score()]
    rare = (AMOUNT > 3.5).astype("float32")[:, None]
    yield (
        "rare, scored",
        chain(
            relu(16, "relu"),
            L.Dense(1, "sigmoid"),
            loss=BCE,
            metrics=["accuracy", *scores],
        ),
        X,
        rare,
    )
    yield (
        "light penalty",
        chain(relu(64, "relu", kernel_regularizer="l2"), L.Dense(1)),
        X,
        (AMOUNT),
    )
    yield (
        "batch norm",
        chain(relu(16), L.BatchNormalization(), L.Activation("relu"), L.Dense(1)),
        X,
        AMOUNT,
    )
    yield (
        "dropout",
        chain(
            relu(64, "relu"),
            L.Dropout(0.5),
            relu(64, "relu"),
            L.Dropout(0.5),
            L.Dense(3, "softmax"),
            loss=SCCE,
        ),
        X,
        CLASSES,
    )
    yield (
        "ages",
        chain(relu(64, "relu"), L.Dense(1), **mae),
        X,
        RNG.integers(18, 70, ROWS),
    )
    yield "prices in thousands", chain(relu(64, "relu"), L.Dense(1)), X, 22 + 9 * AMOUNT
    yield (
        "a column of zeros",
        chain(relu(16, "relu"), L.Dense(1)),
        np.c_[X[:, :5], np.zeros(ROWS)],
        AMOUNT,
    )
    yield (
        "years beside shares",
        chain(L.Normalization(mean=0, variance=1), L.Dense(1)),
        (X),
        AMOUNT,
    )


def healthy():
    """Yield name, model, x and y of them all."""
    yield from of_tables()
    yield from of_pictures_and_words()
    yield from of_graphs_and_own_code()
    yield from healthy_graphs_too()
