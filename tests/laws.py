"""What the laws of several lessons start from."""

from helpers.data import load


def diabetes_line():
    """One feature of the diabetes patients, and how far their illness went."""
    data = load("diabetes")
    feature = data.feature_names.index("bmi")
    return data.x_train[:, feature].astype(float), data.y_train[:, 0].astype(float)
