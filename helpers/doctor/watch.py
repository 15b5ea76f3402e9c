"""The doctor as a callback of fit."""


def watch(x, y, show=print):
    """Return a callback that looks at model and data before training, and at its curve.

    Before the first epoch it speaks if there is an error or a warning, and at the end
    if the learning curve tells something. A fault of its own is one line, and training
    goes on.

    Parameters
    ----------
    x, y : arrays
        What ``fit`` is given.
    show : function
        What is called with a `Diagnosis`, or with a line of text.

    Examples
    --------
    ``model.fit(x, y, epochs=5, callbacks=[watch(x, y)])``
    """
    import keras

    from .diagnosis import Diagnosis, diagnose

    class Watch(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.record = {}
            self._speak(lambda: diagnose(self.model, x, y))

        def on_epoch_end(self, epoch, logs=None):
            for name, value in (logs or {}).items():
                self.record.setdefault(name, []).append(value)

        def on_train_end(self, logs=None):
            if self.record:
                self._speak(self._curve, notes=True)

        def _curve(self):
            whole = diagnose(self.model, x, y, history=self.record)
            curve = [f for f in whole.findings if f.code.startswith("curve-")]
            return Diagnosis(tuple(curve))

        def _speak(self, look, notes=False):
            try:
                told = look()
                if not told.ok or (notes and told.findings):
                    show(told)
            except Exception as error:
                show(f"The doctor could not look: {type(error).__name__}: {error}")

    return Watch()
