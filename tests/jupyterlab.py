"""JupyterLab in headless Chromium, for the browser tests and for `make bench`."""

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from functools import partial
from pathlib import Path

import nbformat
import pytest

from tools.lab import SERVER_CONFIG

ROOT = Path(__file__).parents[1]
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
).split()
PICTURE = "img.widget-image"
VIEWPORT = {"width": 1400, "height": 1000}

OPEN = """async (path) => {
    for (const widget of [...jupyterapp.shell.widgets("main")]) widget.dispose();
    await jupyterapp.serviceManager.sessions.shutdownAll();
    await jupyterapp.commands.execute("docmanager:open", { path });
}"""


def chromium():
    """Path of the browser; without one the test is skipped, but never in CI."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    reason = "no Chromium on the path: install Debian's package chromium"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@contextlib.contextmanager
def session(folder):
    """JupyterLab over an empty folder, in one page: yields open_notebook(...)."""
    from playwright.sync_api import sync_playwright

    path = chromium()
    with (
        _server(Path(folder)) as address,
        sync_playwright() as playwright,
        contextlib.closing(
            playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        ) as browser,
    ):
        page = browser.new_page(viewport=VIEWPORT)
        page.goto(address)
        page.wait_for_function("() => window.jupyterapp", timeout=60_000)
        page.evaluate("() => jupyterapp.restored")
        yield partial(Notebook, page, Path(folder))


@contextlib.contextmanager
def _server(folder):
    token = secrets.token_hex(16)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        "JupyterApp.config_file": SERVER_CONFIG,
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.root_dir": folder,
        "ServerApp.open_browser": False,
        "ServerApp.allow_root": True,
        "IdentityProvider.token": token,
        "LabApp.expose_app_in_browser": True,
    }
    homes = {
        f"JUPYTER_{name}_DIR": str(folder / f".{name.lower()}")
        for name in ("CONFIG", "DATA", "RUNTIME")
    }
    homes["JUPYTERLAB_SETTINGS_DIR"] = homes["JUPYTERLAB_WORKSPACES_DIR"] = str(
        folder / ".lab"
    )
    news = (
        folder / ".lab/@jupyterlab/apputils-extension/notification.jupyterlab-settings"
    )
    news.parent.mkdir(parents=True)
    news.write_text('{"fetchNews": "false"}')
    with (folder / ".server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab"]
            + [f"--{name}={value}" for name, value in settings.items()],
            env=os.environ | homes | {"PYTHONPATH": str(ROOT)},
            stdout=log,
            stderr=log,
        )
        address = f"http://127.0.0.1:{port}/lab?token={token}&reset"
        try:
            _wait_for(process, f"http://127.0.0.1:{port}/api?token={token}", folder)
            yield address
        finally:
            process.terminate()
            process.wait(20)


def _wait_for(process, address, folder):
    for _ in range(600):
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5):
            return
        time.sleep(0.1)
    log = (folder / ".server.log").read_text()
    raise RuntimeError(f"JupyterLab did not start:\n{log}")


class Notebook:
    """The one open notebook: whatever was open before is closed, and its kernel ended.

    ``kernel_errors`` collects whatever the kernel reports as an error: JupyterLab shows
    the error of a widget's callback nowhere on the page.
    """

    def __init__(self, page, folder, name, cells, viewport=VIEWPORT):
        path = folder / f"{name}.ipynb"
        if isinstance(cells, Path):
            shutil.copy(cells, path)
        else:
            nb = nbformat.v4.new_notebook(
                cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
                metadata={
                    "kernelspec": {
                        "name": "python3",
                        "display_name": "Python 3 (ipykernel)",
                    }
                },
            )
            nbformat.write(nb, path)
        self.kernel_errors = []
        self.page = page
        page.set_viewport_size(viewport)
        page.on("websocket", self._listen)
        page.evaluate(OPEN, path.name)
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        page.wait_for_function(
            "() => jupyterapp.shell.currentWidget?.sessionContext?.isReady",
            timeout=60_000,
        )

    def _listen(self, socket):
        socket.on("framereceived", self._keep_error)

    def _keep_error(self, frame):
        data = frame if isinstance(frame, bytes) else frame.encode()
        if b'"msg_type": "error"' in data or b'"msg_type":"error"' in data:
            self.kernel_errors.append(data.decode(errors="replace"))

    def command(self, name, **options):
        self.page.evaluate(
            "([name, options]) => { jupyterapp.commands.execute(name, options); }",
            [name, options],
        )

    def run(self):
        """Run every cell, without waiting for the end."""
        self.command("notebook:run-all-cells")

    def control(self, label):
        """The handle of the slider, or the list, with that label."""
        box = self.page.locator(".widget-inline-hbox").filter(
            has=self.page.locator(f'label:text-is("{label}")')
        )
        return box.locator(".noUi-handle, select")

    def picture(self):
        """SHA-256 of the bytes of the picture."""
        return self.page.evaluate(
            """async (selector) => {
                const image = document.querySelector(selector);
                const data = await (await fetch(image.src)).arrayBuffer();
                const digest = await crypto.subtle.digest("SHA-256", data);
                return [...new Uint8Array(digest)]
                    .map((byte) => byte.toString(16).padStart(2, "0")).join("");
            }""",
            PICTURE,
        )

    def settled_picture(self):
        """The picture once it has stood still for half a second."""
        last, since = self.picture(), time.monotonic()
        while time.monotonic() - since < 0.5:
            self.page.wait_for_timeout(50)
            if (now := self.picture()) != last:
                last, since = now, time.monotonic()
        return last

    def changed_picture(self, old):
        """The next picture that differs from ``old``."""
        return self._picture_that(lambda now: now != old, "has not changed")

    def shows(self, expected):
        """Wait for a picture; true if it stays."""
        self._picture_that(lambda now: now == expected, "is not the one expected")
        return self.settled_picture() == expected

    def _picture_that(self, fits, complaint):
        until = time.monotonic() + 20
        while time.monotonic() < until:
            if fits(now := self.picture()):
                return now
            self.page.wait_for_timeout(50)
        raise AssertionError(f"for 20 seconds the picture {complaint}")

    def errors(self):
        """Whatever went wrong, on the page or in the kernel."""
        bad = self.page.locator(
            '[data-mime-type="application/vnd.jupyter.stderr"], '
            '[data-mime-type="application/vnd.jupyter.error"], .jupyter-widgets-error'
        )
        return bad.all_inner_texts() + self.kernel_errors
