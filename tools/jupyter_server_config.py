"""JupyterLab's settings for `make lab`: its look, and pictures that are sent at once.

By default TCP holds a small message back until the browser has confirmed the one before
it, which it does after 40 ms: as long as everything else between slider and picture.
"""

from pathlib import Path

# The option of that name, static_custom_path, can't be set here.
LOOK = Path(__file__).with_name("look")
c.LabApp.custom_css = True  # noqa: F821
c.ServerApp.tornado_settings = {"static_custom_path": [str(LOOK)]}  # noqa: F821

try:
    from jupyter_server.services.kernels.connection.channels import (
        ZMQChannelsWebsocketConnection,
    )
except ImportError:  # another version keeps it elsewhere: then with those 40 ms
    pass
else:

    class PromptConnection(ZMQChannelsWebsocketConnection):
        """The usual connection of a kernel to the browser, without that wait."""

        def connect(self):
            """Switch the wait off, and connect."""
            self.websocket_handler.set_nodelay(True)
            return super().connect()

    c.ServerApp.kernel_websocket_connection_class = PromptConnection  # noqa: F821
