"""Moving pictures: each function films results; nothing here trains."""

from helpers.films.epoch import one_epoch
from helpers.films.walks import valley

__all__ = ["one_epoch", "valley"]
