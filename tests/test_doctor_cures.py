"""Every cure that the doctor prints is run: the fault is gone, and fit makes a step.

Of each code the first patient is cured at once; the others, and the one that has more
than a hundred layers, in CI.
"""

import functools
import warnings

import keras
import pytest
from clinic.cure import treat
from clinic.healthy import healthy
from clinic.patients import PATIENTS

from helpers.doctor import diagnose
from helpers.doctor.diagnosis import RULES

# Nothing that a line of code could mend: the data themselves, what the doctor cannot
# see, or how fit will be called.
LASTING = {"one-value", "x-alike", "unknown-loss", "subclassed", "one-batch"}
LASTING |= {"fixed-batch", "metrics-unread", "several-outputs", "log-of-zero"}


def anew(make):
    """Make a patient anew, with the same names and weights each time."""
    keras.utils.clear_session(free_memory=False)
    keras.utils.set_random_seed(0)
    return make()


@functools.cache
def diagnosis_of(number):
    return diagnose(*anew(PATIENTS[number][1]))


def errors(diagnosis):
    return {f.code for f in diagnosis.findings if f.severity == "error"}


@pytest.mark.parametrize("number", range(len(PATIENTS)))
def test_each_patient_has_what_is_due(number):
    assert PATIENTS[number][0] in diagnosis_of(number).codes


@pytest.mark.parametrize("number", range(len(PATIENTS)))
def test_each_cure_is_one(number, request):
    due, make = PATIENTS[number]
    before = [code for code, _ in PATIENTS[:number]]
    if due in before or due == "not-preprocessed":
        request.getfixturevalue("in_ci")
    found = diagnosis_of(number)
    for finding in found.findings:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Keras's own, about what is being mended
            model, x, y = treat(finding.fix, *anew(make))
            after = diagnose(model, x, y)
        where = (finding.code, finding.fix, after)
        assert finding.code in LASTING or finding.code not in after.codes, where
        assert errors(after) <= errors(found), where
        if not errors(after):
            model.run_eagerly = True  # one step, without the time that a graph takes
            inputs = getattr(model, "inputs", None)
            size = inputs[0].shape[0] if inputs else None
            model.fit(x, y, batch_size=size, steps_per_epoch=1, verbose=0)


def test_each_code_is_due_in_a_patient():
    cannot_be_shown = {"several-outputs", "metrics-unread", "log-of-zero"}
    due = {code for code, _ in PATIENTS}
    assert {rule.code for rule in RULES} - due == cannot_be_shown


def test_no_alarm_for_healthy_models(in_ci):
    count = 0
    for name, model, x, y in healthy():
        found = diagnose(model, x, y)
        assert found.ok, (name, found)
        count += 1
    assert count >= 60


def test_two_findings_never_contradict_each_other():
    """Each line for the output layer asks for the same one."""
    for found in map(diagnosis_of, range(len(PATIENTS))):
        outputs = {
            f.fix for f in found.findings if f.fix.startswith("keras.layers.Dense")
        }
        grave = [
            f for f in found.findings if f.severity == "error" and f.fix in outputs
        ]
        assert len({f.fix for f in grave}) <= 1, found
