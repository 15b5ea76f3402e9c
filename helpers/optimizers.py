"""Update rules with the names, arguments and defaults of ``keras.optimizers``.

The functions are those of lesson 7, letter by letter. Each takes weights ``w``, the
gradient ``g`` of the loss there, the ``memory`` that belongs to ``w``, and the learning
rate ``rate`` of this step. It returns the new weights and brings the memory up to date;
what it looks up there for the first time is 0.

The classes hold a rule's settings, and step with it; what all of them share is in
:mod:`helpers.inner.optimizer`. One with a rule of your own works wherever they do::

    class SignSGD(Optimizer):
        def update(self, w, g, memory, rate):
            return w - rate * np.sign(g)
"""

import numpy as np

from helpers.inner.arguments import number, switch
from helpers.inner.optimizer import Optimizer


def sgd(w, g, memory, rate):
    """Step downhill."""
    return w - rate * g


def momentum(w, g, memory, rate, beta=0.9):
    """Roll like a heavy ball (Polyak 1964)."""
    memory["velocity"] = beta * memory["velocity"] - rate * g
    return w + memory["velocity"]


def nesterov(w, g, memory, rate, beta=0.9):
    """Roll, and look to where the velocity is about to lead (Nesterov 1983)."""
    memory["velocity"] = beta * memory["velocity"] - rate * g
    return w + beta * memory["velocity"] - rate * g


def adagrad(w, g, memory, rate, first=0.1, epsilon=1e-7):
    """Divide by the root of the sum of all squared gradients (Duchi et al. 2011)."""
    memory["sum"] = memory["sum"] + g**2
    return w - rate * g / np.sqrt(first + memory["sum"] + epsilon)


def rmsprop(w, g, memory, rate, rho=0.9, epsilon=1e-7):
    """Divide by the root of their decaying average (Tieleman and Hinton 2012)."""
    memory["average"] = rho * memory["average"] + (1 - rho) * g**2
    return w - rate * g / np.sqrt(memory["average"] + epsilon)


def adadelta(w, g, memory, rate, rho=0.95, epsilon=1e-7):
    """Multiply by the usual move, divide by the usual gradient (Zeiler 2012)."""
    memory["average"] = rho * memory["average"] + (1 - rho) * g**2
    usual_move = (memory["moves"] + epsilon) ** 0.5
    usual_gradient = (memory["average"] + epsilon) ** 0.5
    move = -usual_move / usual_gradient * g
    memory["moves"] = rho * memory["moves"] + (1 - rho) * move**2
    return w + rate * move


def adam(w, g, memory, rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    """Join momentum and RMSprop, corrected for the start at 0 (Kingma and Ba 2015)."""
    memory["t"] = t = memory["t"] + 1
    memory["m"] = beta_1 * memory["m"] + (1 - beta_1) * g
    memory["v"] = beta_2 * memory["v"] + (1 - beta_2) * g**2
    correction = (1 - beta_2**t) ** 0.5 / (1 - beta_1**t)
    return w - rate * correction * memory["m"] / (np.sqrt(memory["v"]) + epsilon)


def amsgrad(w, g, memory, rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    """Take Adam's step with a divisor that never shrinks (Reddi et al. 2018)."""
    memory["t"] = t = memory["t"] + 1
    memory["m"] = beta_1 * memory["m"] + (1 - beta_1) * g
    memory["v"] = beta_2 * memory["v"] + (1 - beta_2) * g**2
    memory["largest"] = np.maximum(memory["largest"], memory["v"])
    correction = (1 - beta_2**t) ** 0.5 / (1 - beta_1**t)
    return w - rate * correction * memory["m"] / (np.sqrt(memory["largest"]) + epsilon)


class SGD(Optimizer):
    """Step downhill; with ``momentum``, roll like a heavy ball (Polyak 1964).

    ``nesterov`` also goes where the velocity is about to lead (Nesterov 1983).
    """

    def __init__(self, learning_rate=0.01, momentum=0.0, nesterov=False):
        super().__init__(learning_rate)
        self.momentum = number("momentum", momentum, below=1)
        self.nesterov = switch("nesterov", nesterov)

    @property
    def uses_gradient_once(self):
        """Whether the rule looks at the gradient a single time."""
        return not self.nesterov

    def update(self, w, g, memory, rate):
        """Follow minus the gradient, or the velocity that gathers it."""
        if self.momentum == 0:
            return sgd(w, g, memory, rate)
        rule = nesterov if self.nesterov else momentum
        return rule(w, g, memory, rate, self.momentum)


class Adagrad(Optimizer):
    """Give each weight a rate of its own, which only falls (Duchi et al. 2011)."""

    def __init__(
        self, learning_rate=0.001, initial_accumulator_value=0.1, epsilon=1e-7
    ):
        super().__init__(learning_rate)
        self.initial_accumulator_value = number(
            "initial_accumulator_value", initial_accumulator_value
        )
        self.epsilon = number("epsilon", epsilon)

    def update(self, w, g, memory, rate):
        """Divide by the root of the sum of all squared gradients."""
        first = self.initial_accumulator_value
        return adagrad(w, g, memory, rate, first, self.epsilon)


class RMSprop(Optimizer):
    """Adagrad that forgets: its rates can rise again (Tieleman and Hinton 2012)."""

    def __init__(self, learning_rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-7):
        super().__init__(learning_rate)
        self.rho = number("rho", rho, below=1)
        self.momentum = number("momentum", momentum, below=1)
        self.epsilon = number("epsilon", epsilon)

    def update(self, w, g, memory, rate):
        """Divide by the usual gradient of late; a velocity may gather such moves."""
        if self.momentum == 0:
            return rmsprop(w, g, memory, rate, self.rho, self.epsilon)
        move = rmsprop(0.0, g, memory, rate, self.rho, self.epsilon)
        return momentum(w, -move, memory, 1.0, self.momentum)


class Adadelta(Optimizer):
    """RMSprop times the usual size of its own past moves (Zeiler 2012).

    The paper has no learning rate; that is ``learning_rate=1.0`` here and in Keras.
    """

    def __init__(self, learning_rate=0.001, rho=0.95, epsilon=1e-7):
        super().__init__(learning_rate)
        self.rho = number("rho", rho, below=1)
        self.epsilon = number("epsilon", epsilon)

    def update(self, w, g, memory, rate):
        """Multiply by the usual size of a move, divide by that of a gradient."""
        return adadelta(w, g, memory, rate, self.rho, self.epsilon)


class Adam(Optimizer):
    """Momentum joined with RMSprop, corrected for the start at 0 (Kingma and Ba 2015).

    ``amsgrad`` never lets the divisor shrink (Reddi et al. 2018).
    """

    def __init__(
        self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False
    ):
        super().__init__(learning_rate)
        self.beta_1 = number("beta_1", beta_1, below=1)
        self.beta_2 = number("beta_2", beta_2, below=1)
        self.epsilon = number("epsilon", epsilon)
        self.amsgrad = switch("amsgrad", amsgrad)

    def update(self, w, g, memory, rate):
        """Divide an average of gradients by the root of one of their squares."""
        rule = amsgrad if self.amsgrad else adam
        return rule(w, g, memory, rate, self.beta_1, self.beta_2, self.epsilon)


class AdamW(Adam):
    """Adam that also pulls every weight towards 0 (Loshchilov and Hutter 2019)."""

    def __init__(
        self,
        learning_rate=0.001,
        weight_decay=0.004,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
        amsgrad=False,
    ):
        super().__init__(learning_rate, beta_1, beta_2, epsilon, amsgrad)
        self.weight_decay = number("weight_decay", weight_decay)

    def update(self, w, g, memory, rate):
        """Shrink the weights, then take Adam's step."""
        return super().update(w - rate * self.weight_decay * w, g, memory, rate)
