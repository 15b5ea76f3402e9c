"""Update rules with the names, arguments and defaults of ``keras.optimizers``.

An optimizer is a memory, made by ``start``, and a rule, ``update``. From one to the
next only these few lines change; what all share is in :mod:`helpers.inner.optimizer`.

In every rule ``w`` is an array of weights, ``g`` the gradient of the loss there,
``state`` the memory that belongs to ``w``, and ``rate`` the learning rate of this step.
"""

from types import SimpleNamespace

import numpy as np

from helpers.inner.arguments import number, switch
from helpers.inner.optimizer import Optimizer


class SGD(Optimizer):
    """Step downhill; with ``momentum``, roll like a heavy ball (Polyak 1964).

    ``nesterov`` also goes where the velocity is about to lead (Nesterov 1983).
    """

    def __init__(self, learning_rate=0.01, momentum=0.0, nesterov=False):
        super().__init__(learning_rate)
        self.momentum = number("momentum", momentum, below=1)
        self.nesterov = switch("nesterov", nesterov)

    def start(self, w):
        """At rest."""
        return SimpleNamespace(velocity=np.zeros_like(w))

    def update(self, w, g, state, rate):
        """Follow minus the gradient, or the velocity that gathers it."""
        if self.momentum == 0:
            return w + -rate * g  # one array less in passing than w - rate * g
        state.velocity = self.momentum * state.velocity - rate * g
        if self.nesterov:
            return w + self.momentum * state.velocity - rate * g
        return w + state.velocity


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

    def start(self, w):
        """Everywhere the same small number, so that the first steps are not huge."""
        small = self.initial_accumulator_value
        return SimpleNamespace(accumulator=np.full_like(w, small))

    def update(self, w, g, state, rate):
        """Divide by the root of the sum of all squared gradients."""
        state.accumulator = state.accumulator + g**2
        return w - rate * g / np.sqrt(state.accumulator + self.epsilon)


class RMSprop(Optimizer):
    """Adagrad that forgets: its rates can rise again (Tieleman and Hinton 2012)."""

    def __init__(self, learning_rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-7):
        super().__init__(learning_rate)
        self.rho = number("rho", rho, below=1)
        self.momentum = number("momentum", momentum, below=1)
        self.epsilon = number("epsilon", epsilon)

    def start(self, w):
        """No gradient seen, at rest."""
        zeros = np.zeros_like(w)
        return SimpleNamespace(accumulator=zeros, velocity=zeros)

    def update(self, w, g, state, rate):
        """Divide by the root of a decaying average of squared gradients."""
        state.accumulator = _average(state.accumulator, g**2, self.rho)
        move = -rate * g / np.sqrt(state.accumulator + self.epsilon)
        state.velocity = self.momentum * state.velocity + move
        return w + state.velocity


class Adadelta(Optimizer):
    """RMSprop whose steps have the unit of the weights (Zeiler 2012).

    The paper has no learning rate; that is ``learning_rate=1.0`` here and in Keras.
    """

    def __init__(self, learning_rate=0.001, rho=0.95, epsilon=1e-7):
        super().__init__(learning_rate)
        self.rho = number("rho", rho, below=1)
        self.epsilon = number("epsilon", epsilon)

    def start(self, w):
        """No gradient seen, no move made."""
        zeros = np.zeros_like(w)
        return SimpleNamespace(accumulator=zeros, move_accumulator=zeros)

    def update(self, w, g, state, rate):
        """Multiply by the usual size of a move, divide by that of a gradient."""
        state.accumulator = _average(state.accumulator, g**2, self.rho)
        usual_gradient = np.sqrt(state.accumulator + self.epsilon)
        usual_move = np.sqrt(state.move_accumulator + self.epsilon)
        move = -usual_move * g / usual_gradient
        state.move_accumulator = _average(state.move_accumulator, move**2, self.rho)
        return w + rate * move


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

    def start(self, w):
        """Both averages at 0, which is what the correction makes up for."""
        zeros = np.zeros_like(w)
        return SimpleNamespace(
            first_moment=zeros, second_moment=zeros, largest_second_moment=zeros
        )

    def update(self, w, g, state, rate):
        """Divide an average of gradients by the root of one of their squares."""
        state.first_moment = _average(state.first_moment, g, self.beta_1)
        state.second_moment = _average(state.second_moment, g**2, self.beta_2)
        second_moment = state.second_moment
        if self.amsgrad:
            second_moment = np.maximum(state.largest_second_moment, second_moment)
            state.largest_second_moment = second_moment
        t = self.iterations + 1
        correction = (1 - self.beta_2**t) ** 0.5 / (1 - self.beta_1**t)
        move = rate * correction * state.first_moment
        return w - move / (np.sqrt(second_moment) + self.epsilon)


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

    def update(self, w, g, state, rate):
        """Shrink the weights, then take Adam's step."""
        return super().update(w - rate * self.weight_decay * w, g, state, rate)


def _average(old, new, share):
    """Return a decaying average: ``share`` of what was, the rest of what comes."""
    return share * old + (1 - share) * new
