"""Models that nothing is wrong with, of many kinds: no error and no warning is due."""

import keras
import numpy as np
from keras import layers as L
from keras import losses, metrics, optimizers

RNG = np.random.default_rng(1)
ROWS = 160
X = RNG.normal(size=(ROWS, 6)).astype("float32")
AMOUNT = (X[:, 0] - 2 * X[:, 1] + 0.1 * RNG.normal(size=ROWS)).astype("float32")
YES = (AMOUNT > 0).astype("float32")
CLASSES = np.digitize(AMOUNT, [-1.0, 1.0])
ONE_HOT = np.eye(3, dtype="float32")[CLASSES]
SEVERAL = (X[:, :4] > 0).astype("float32")
PICTURES = RNG.uniform(size=(ROWS, 12, 12, 3)).astype("float32")
WORDS = RNG.integers(1, 60, (ROWS, 8))
SERIES = np.cumsum(RNG.normal(size=(ROWS, 10, 4)), axis=1).astype("float32")
COUNTS = RNG.poisson(np.exp(0.5 * X[:, 0]))
MASKS = (PICTURES[..., :1] > 0.5).astype("float32")
BCE, CCE = "binary_crossentropy", "categorical_crossentropy"
SCCE = "sparse_categorical_crossentropy"


def chain(*layers, shape=(6,), loss="mse", opt="adam", **options):
    """A compiled Sequential, the same each time."""
    model = keras.Sequential([keras.Input(shape), *layers])
    model.compile(opt, loss, **options)
    return model


def mlp(units, activation=None, loss="mse", **options):
    """A hidden layer of eight relus, and an output."""
    output = L.Dense(units, activation)
    return chain(L.Dense(8, "relu"), output, loss=loss, **options)


def graph(inputs, outputs, loss, opt="adam", **options):
    model = keras.Model(inputs, outputs)
    model.compile(opt, loss, **options)
    return model


def cnn(*head, **options):
    body = [L.Conv2D(8, 3, activation="relu"), L.MaxPooling2D(), L.Flatten()]
    return chain(*body, *head, shape=(12, 12, 3), **options)


def residual():
    a = keras.Input((12, 12, 3))
    h = L.Conv2D(8, 3, padding="same")(a)
    for _ in range(2):
        r = L.Activation("relu")(L.BatchNormalization()(h))
        r = L.Conv2D(8, 3, padding="same")(r)
        h = L.Add()([h, r])
    out = L.Dense(3, "softmax")(L.GlobalAveragePooling2D()(L.Activation("relu")(h)))
    sgd = optimizers.SGD(0.1, momentum=0.9, nesterov=True)
    return graph(a, out, SCCE, sgd, metrics=["accuracy"])


def transformer():
    a = keras.Input((8,), dtype="int32")
    h = L.Embedding(60, 16)(a)
    seen = L.MultiHeadAttention(2, 8)(h, h)
    h = L.LayerNormalization()(L.Add()([h, seen]))
    feed = L.Dense(16)(L.Dense(32, "gelu")(h))
    h = L.LayerNormalization()(L.Add()([h, feed]))
    out = L.Dense(1, "sigmoid")(L.Dropout(0.1)(L.GlobalAveragePooling1D()(h)))
    return graph(a, out, BCE, metrics=["accuracy"])


def unet():
    a = keras.Input((12, 12, 3))
    d = L.Conv2D(8, 3, padding="same", activation="relu")(a)
    m = L.Conv2D(8, 3, padding="same", activation="relu")(L.MaxPooling2D()(d))
    u = L.Concatenate()([L.UpSampling2D()(m), d])
    out = L.Conv2D(1, 1, activation="sigmoid")(u)
    return graph(a, out, BCE, metrics=["accuracy"])


def frozen():
    base = keras.Sequential(
        [keras.Input((12, 12, 3)), L.Conv2D(8, 3, activation="relu")]
    )
    base.trainable = False
    head = [L.GlobalAveragePooling2D(), L.Dense(3, "softmax")]
    return chain(base, *head, shape=(12, 12, 3), loss=SCCE, metrics=["accuracy"])


def applications():
    make = keras.applications.MobileNetV2
    base = make((32, 32, 3), include_top=False, weights=None, alpha=0.35, pooling="avg")
    base.trainable = False
    a = keras.Input((32, 32, 3))
    h = L.Rescaling(1 / 127.5, offset=-1)(a)
    return graph(a, L.Dense(1, "sigmoid")(base(h, training=False)), BCE)


def two_inputs(keys=False):
    a, b = keras.Input((6,), name="table"), keras.Input((8,), name="words")
    text = L.GlobalAveragePooling1D()(L.Embedding(60, 8)(b))
    h = L.Dense(16, "relu")(L.Concatenate()([L.Dense(8, "relu")(a), text]))
    inputs = {"table": a, "words": b} if keys else [a, b]
    return graph(inputs, L.Dense(1, "sigmoid")(h), BCE, metrics=["accuracy"])


def heads(named=False):
    a = keras.Input((6,))
    h = L.Dense(16, "relu")(a)
    outs = [L.Dense(1, name="amount")(h), L.Dense(3, "softmax", name="kind")(h)]
    if named:
        loss = {"amount": "mse", "kind": SCCE}
        return graph(a, outs, loss, metrics={"amount": ["mae"], "kind": ["accuracy"]})
    return graph(a, outs, ["mse", SCCE], metrics=[["mae"], ["accuracy"]])


def siamese():
    a, b = keras.Input((6,)), keras.Input((6,))
    tower = keras.Sequential([keras.Input((6,)), L.Dense(16, "relu"), L.Dense(4)])
    far = L.Lambda(lambda p: keras.ops.abs(p[0] - p[1]))([tower(a), tower(b)])
    return graph([a, b], L.Dense(1, "sigmoid")(far), BCE)


def factors():
    a, b = keras.Input((1,), dtype="int32"), keras.Input((1,), dtype="int32")
    rows, columns = (L.Flatten()(L.Embedding(60, 4)(i)) for i in (a, b))
    return graph([a, b], L.Dot(1)([rows, columns]), "mse")


def sequence_to_sequence():
    a = keras.Input((10, 4))
    code = L.GRU(8)(a)
    h = L.GRU(8, return_sequences=True)(L.RepeatVector(5)(code))
    return graph(a, L.TimeDistributed(L.Dense(4))(h), "mse")


def adapted():
    normal = L.Normalization()
    normal.adapt(100 * X + 50)
    return chain(normal, L.Dense(8, "relu"), L.Dense(1))


class Own(keras.Model):
    def __init__(self, units=1, activation=None):
        super().__init__()
        self.inner, self.drop = L.Dense(8, "relu"), L.Dropout(0.3)
        self.out = L.Dense(units, activation)

    def call(self, x, training=False):
        return self.out(self.drop(self.inner(x), training=training))


class OwnLayer(L.Layer):
    def build(self, shape):
        self.w = self.add_weight((shape[-1], 4), initializer="glorot_uniform")

    def call(self, x):
        return keras.ops.matmul(x, self.w)


def own(units, activation, loss, **options):
    model = Own(units, activation)
    model.compile("adam", loss, **options)
    model(X[:2])
    return model


def variational():
    class Variational(keras.Model):
        def __init__(self):
            super().__init__()
            self.encode, self.decode = L.Dense(4), L.Dense(6)

        def call(self, x):
            code = self.encode(x)
            self.add_loss(0.01 * keras.ops.mean(keras.ops.square(code)))
            return self.decode(code)

    model = Variational()
    model.compile("adam", "mse")
    model(X[:2])
    return model


def deep(activation, initializer, depth=8):
    hidden = [L.Dense(32, activation, kernel_initializer=initializer)] * 0
    for _ in range(depth):
        hidden.append(L.Dense(32, activation, kernel_initializer=initializer))
    return chain(*hidden, L.Dense(1))


def healthy():
    """Name -> model, x, y."""
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

    yield "pictures", cnn(L.Dense(3, "softmax"), loss=SCCE, **acc), PICTURES, CLASSES
    yield (
        "pictures, uint8 labels",
        cnn(L.Dense(3, "softmax"), loss=SCCE),
        PICTURES,
        (CLASSES.astype("uint8")),
    )
    yield "angle of a picture", cnn(L.Dense(1)), PICTURES, AMOUNT
    rescaled = chain(
        L.Rescaling(1 / 255),
        L.Conv2D(8, 3, activation="relu"),
        L.Flatten(),
        L.Dense(3, "softmax"),
        shape=(12, 12, 3),
        loss=SCCE,
    )
    yield "bytes, rescaled", rescaled, (255 * PICTURES).astype("uint8"), CLASSES
    turned = chain(
        L.RandomFlip(),
        L.RandomRotation(0.1),
        L.Conv2D(8, 3, activation="relu"),
        L.GlobalMaxPooling2D(),
        L.Dense(3, "softmax"),
        shape=(12, 12, 3),
        loss=SCCE,
    )
    yield "augmented", turned, PICTURES, CLASSES
    yield "residual", residual(), PICTURES, CLASSES
    yield "segments", unet(), PICTURES, MASKS
    yield "segments without channel", unet(), PICTURES, MASKS[..., 0]
    kinds = chain(
        L.Conv2D(8, 3, padding="same", activation="relu"),
        L.Conv2D(3, 1, activation="softmax"),
        shape=(12, 12, 3),
        loss=SCCE,
        **acc,
    )
    yield "a class a pixel", kinds, PICTURES, RNG.integers(0, 3, (ROWS, 12, 12))
    separable = chain(
        L.SeparableConv2D(8, 3, activation="relu"),
        L.GlobalAveragePooling2D(),
        L.Dense(1, "sigmoid"),
        shape=(12, 12, 3),
        loss=BCE,
    )
    yield "separable", separable, PICTURES, YES
    yield "frozen base", frozen(), PICTURES, CLASSES
    yield (
        "applications",
        applications(),
        RNG.integers(0, 256, (32, 32, 32, 3)),
        YES[:32],
    )

    yield (
        "words",
        chain(
            L.Embedding(60, 8),
            L.LSTM(8),
            L.Dense(1, "sigmoid"),
            shape=(8,),
            loss=BCE,
            **acc,
        ),
        WORDS,
        YES,
    )
    masked = (
        chain(
            L.Embedding(60, 8, mask_zero=True),
            L.Bidirectional(L.GRU(8)),
            L.Dense(3, "softmax"),
            shape=(8,),
            loss=SCCE,
        ),
        WORDS,
        CLASSES,
    )
    yield ("words, both ways", *masked)
    tags = chain(
        L.Embedding(60, 8),
        L.LSTM(8, return_sequences=True),
        L.Dense(3, "softmax"),
        shape=(8,),
        loss=SCCE,
        **acc,
    )
    yield "a tag a word", tags, WORDS, WORDS % 3
    ignoring = losses.SparseCategoricalCrossentropy(ignore_class=-1)
    padded = np.where(WORDS > 50, -1, WORDS % 3)
    yield (
        "padded tags",
        chain(L.Embedding(60, 8), L.Dense(3, "softmax"), shape=(8,), loss=ignoring),
        WORDS,
        padded,
    )
    yield (
        "next word",
        chain(
            L.Embedding(60, 8), L.GRU(16), L.Dense(60, "softmax"), shape=(8,), loss=SCCE
        ),
        WORDS,
        RNG.integers(1, 60, ROWS),
    )
    pooled = chain(
        L.Embedding(60, 8),
        L.GlobalAveragePooling1D(),
        relu(16, "relu"),
        L.Dense(1, "sigmoid"),
        shape=(8,),
        loss=BCE,
        **acc,
    )
    yield "bag of words", pooled, WORDS, YES
    yield "transformer", transformer(), WORDS, YES
    yield (
        "series",
        chain(L.LSTM(16), L.Dense(1), shape=(10, 4)),
        SERIES,
        SERIES[:, -1, 0],
    )
    stacked = chain(
        L.GRU(8, return_sequences=True), L.GRU(8), L.Dense(4), shape=(10, 4)
    )
    yield "stacked", stacked, SERIES, SERIES[:, -1]
    every = chain(L.SimpleRNN(8, return_sequences=True), L.Dense(1), shape=(10, 4))
    yield "an amount a step", every, SERIES, SERIES[:, :, :1]
    conv = chain(
        L.Conv1D(8, 3, padding="causal", activation="relu"),
        L.MaxPooling1D(),
        L.Flatten(),
        L.Dense(1),
        shape=(10, 4),
    )
    yield "convolved series", conv, SERIES, AMOUNT
    yield "sequence to sequence", sequence_to_sequence(), SERIES, SERIES[:, 5:]
    stateful = keras.Sequential(
        [keras.Input(batch_shape=(32, 10, 4)), L.LSTM(4, stateful=True), L.Dense(1)]
    )
    stateful.compile("adam", "mse")
    yield "stateful", stateful, SERIES, AMOUNT
    open_ended = chain(L.LSTM(8), L.Dense(1), shape=(None, 4))
    yield "any length", open_ended, SERIES, AMOUNT

    yield "two inputs", two_inputs(), [X, WORDS], YES
    yield "two inputs, dict", two_inputs(keys=True), {"table": X, "words": WORDS}, YES
    yield "two outputs", heads(), X, [AMOUNT, CLASSES]
    yield "two outputs, dict", heads(named=True), X, {"amount": AMOUNT, "kind": CLASSES}
    yield "siamese", siamese(), [X, X[::-1].copy()], YES
    yield "factors", factors(), [WORDS[:, :1], WORDS[:, 1:2]], AMOUNT
    code = chain(relu(3, "relu"), L.Dense(6))
    yield "autoencoder", code, X, X
    yield "linear autoencoder", chain(L.Dense(2), L.Dense(6)), X, X
    flat = MASKS.reshape(ROWS, -1)
    yield (
        "autoencoder of bits",
        chain(relu(16, "relu"), L.Dense(144, "sigmoid"), shape=(144,)),
        flat,
        flat,
    )
    blurred = chain(
        L.Conv2D(8, 3, padding="same", activation="relu"),
        L.Conv2D(3, 3, padding="same", activation="sigmoid"),
        shape=(12, 12, 3),
        loss=BCE,
    )
    yield "denoiser", blurred, np.clip(PICTURES + 0.1, 0, 1), PICTURES
    yield "variational", variational(), X, X
    fool = chain(
        relu(16, "leaky_relu"),
        L.Dropout(0.3),
        L.Dense(1, "sigmoid"),
        loss=BCE,
        opt=optimizers.Adam(2e-4, beta_1=0.5),
    )
    yield "discriminator", fool, X, YES[:, None]
    draw = chain(relu(16, "relu"), L.BatchNormalization(), L.Dense(6, "tanh"))
    yield "generator", draw, RNG.normal(size=(ROWS, 6)), np.tanh(X)
    value = chain(
        relu(24, "relu"), relu(24, "relu"), L.Dense(4), opt=optimizers.Adam(1e-3)
    )
    yield "q values", value, X, X[:, :4]

    yield "own model", own(1, None, "mse"), X, AMOUNT
    yield "own classifier", own(3, "softmax", SCCE, metrics=["accuracy"]), X, CLASSES
    yield "own layer", chain(OwnLayer(), L.Dense(1)), X, AMOUNT
    yield "adapted inside", adapted(), 100 * X + 50, AMOUNT
    functions = chain(relu(16, "relu"), L.Dense(1), metrics=[own_error])
    yield "own metric", functions, X, AMOUNT[:, None]
    cosine = optimizers.SGD(optimizers.schedules.CosineDecay(0.05, 500), momentum=0.9)
    yield "schedule", chain(relu(16, "relu"), L.Dense(1), opt=cosine), X, AMOUNT
    half = optimizers.LossScaleOptimizer(optimizers.Adam())
    yield "loss scaling", chain(relu(16, "relu"), L.Dense(1), opt=half), X, AMOUNT
    batch_x, batch_y = next(batches())
    yield "a generator's batch", chain(relu(16, "relu"), L.Dense(1)), batch_x, batch_y


def batches():
    while True:
        rows = RNG.integers(0, ROWS, 64)
        yield X[rows], AMOUNT[rows]


def pinball(y_true, y_pred):
    error = y_true - y_pred
    return keras.ops.mean(keras.ops.maximum(0.9 * error, -0.1 * error), axis=-1)


def own_error(y_true, y_pred):
    return keras.ops.mean(keras.ops.abs(y_true - y_pred))
