"""A real browser for the pages' tests, and someone who has a page open in it."""

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
FLAGS = [
    "--headless=new", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip


class Reader:
    """Someone with the page open."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def visit(self, page: Path, fragment: str = "") -> None:
        """Open the page anew, with fresh logs."""
        # By way of an empty page: an address that differs in its fragment only would not load anew.
        self.driver.get("about:blank")
        self.driver.get_log("browser")
        self.driver.get_log("performance")
        self.driver.get(page.as_uri() + fragment)
        # Chromium drops keys that come before a page is first painted.
        self.waits_for("performance.getEntriesByType('paint').length > 0")

    def window(self, width: int, height: int, *, scheme: str = "light", media: str = "") -> None:
        """Take a screen of this size, colour scheme and medium."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 2, "mobile": width < 500}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": features})

    def press(self, *keys: str) -> None:
        """Press keys, wherever the focus is."""
        ActionChains(self.driver).send_keys(*keys).perform()

    def click(self, name: str) -> None:
        """Click on the element with this id."""
        self.driver.find_element(By.ID, name).click()

    def run(self, script: str, *arguments: Any) -> Any:
        """Look at the page from within."""
        return self.driver.execute_script(script, *arguments)

    def waits_for(self, condition: str) -> None:
        """Give the page five seconds to make a condition true."""
        WebDriverWait(self.driver, 30, poll_frequency=0.02).until(lambda _: self.run(f"return {condition}"))

    def complaints(self) -> list[Any]:
        """Give what the page has logged, and what it asked for other than pages beside it."""
        logged: list[Any] = self.driver.get_log("browser")
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        requests = [
            e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"
        ]
        if not requests:
            logged.append("no request at all: the log of requests is not on, or no page was opened")
        logged += [url for url in requests if not re.fullmatch(r"file:[^?]+\.html(#.*)?", url)]
        if self.run("return performance.getEntriesByType('resource').length"):
            logged.append("the page loaded a resource")
        return logged


def start(profile: Path) -> Any:
    """Start the browser, headless, with its logs on."""
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for flag in FLAGS:
        options.add_argument(flag)
    if getattr(os, "geteuid", lambda: 1)() == 0:
        # Chromium's own sandbox does not start as root.
        options.add_argument("--no-sandbox")
    options.add_argument(f"--user-data-dir={profile}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    # The service names the driver, so that selenium looks for none on the network.
    return webdriver.Chrome(options=options, service=Service(DRIVER))
