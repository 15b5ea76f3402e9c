"""Where Keras comes in: networks to and from it, its curve, its range test."""

from helpers.keras_tools.conversion import from_keras, to_keras
from helpers.keras_tools.curve import LearningCurve
from helpers.keras_tools.range_test import learning_rate_range

__all__ = ["LearningCurve", "from_keras", "learning_rate_range", "to_keras"]
