"""Pages in Debian's chromium: opened, looked at and checked, with the same few words for every page."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import axe_core_python
import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

ROOT = Path(__file__).resolve().parents[2]
TUTTI = Path(os.environ.get("TUTTI_PROGRAM", ROOT / "build/release/tutti"))
AXE = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text()


class Page:
    """What a test does with a page, and what the browser says of it."""

    def __init__(self, driver):
        self.driver = driver

    def open(self, url, scheme="light", width=1100, height=900):
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia",
                                    {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                    {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})
        self.driver.get("about:blank")  # so that a URL that differs in its fragment alone is loaded anew
        self.driver.get_log("browser"), self.driver.get_log("performance")
        self.driver.get(str(url))

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def wait(self, condition, seconds=30):
        return WebDriverWait(self.driver, seconds, 0.05).until(lambda _: condition())

    def complaints(self):
        """Warnings and errors on the console."""
        return [entry["message"] for entry in self.driver.get_log("browser")
                if entry["level"] in ("WARNING", "SEVERE")]

    def requests(self):
        """The URLs that the page has asked for since it was opened."""
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return [event["params"]["request"]["url"] for event in events
                if event["method"] == "Network.requestWillBeSent"]

    def violations(self):
        """Of the rules for accessibility that axe-core knows."""
        self.driver.execute_cdp_cmd("Runtime.evaluate", {"expression": AXE})  # whatever the page's policy
        found = self.driver.execute_async_script(
            "axe.run().then(arguments[0], problem => arguments[0]({violations: [{id: String(problem)}]}))")
        return [f"{rule['id']}: {[node['html'] for node in rule.get('nodes', [])]}" for rule in found["violations"]]

    def is_too_wide(self):
        """Whether one has to scroll sideways."""
        return self.driver.execute_script("return document.documentElement.scrollWidth > innerWidth")

    def picture(self, path):
        self.driver.save_screenshot(str(path))


@pytest.fixture(scope="session")
def driver():
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for word in ("headless=new", "no-sandbox", "disable-dev-shm-usage", "disable-gpu"):
        options.add_argument(f"--{word}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(shutil.which("chromedriver")))
    yield driver
    driver.quit()


@pytest.fixture
def page(driver):
    return Page(driver)


@pytest.fixture
def serve():
    """Starts servers, with options; returns their addresses."""
    running = []

    def start(*options):
        server = subprocess.Popen([TUTTI, "serve", "--port", "0", *options], stderr=subprocess.PIPE, text=True)
        running.append(server)
        return re.search(r"http://\S+", server.stderr.readline())[0]

    yield start
    for server in running:
        server.terminate()
        with server:  # waits, and closes its stderr
            pass
        assert server.returncode == 0


@pytest.fixture(scope="session")
def songs(tmp_path_factory):
    """A folder of songs: 0.wav and 1.wav of a window and of three, and text.mp3, which is not one."""
    made = tmp_path_factory.mktemp("synth")
    folder = tmp_path_factory.mktemp("songs")
    for name, seconds in (("0", 31), ("1", 80)):
        subprocess.run([TUTTI, "synth", "--songs", "1", "--seconds", str(seconds), "--out", made / name, "--quiet"],
                       check=True, stdout=subprocess.DEVNULL)
        shutil.copy(sorted((made / name).glob("audio/*/*.wav"))[0], folder / f"{name}.wav")
    (folder / "text.mp3").write_text("no music at all")
    return folder
