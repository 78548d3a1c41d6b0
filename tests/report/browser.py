#!/usr/bin/env python3
"""Opens report::html's page in a headless Chromium, light and dark, wide and as narrow as a phone.

    browser.py TEST_REPORT_HTML

The browser must not complain, and the page not be wider than its window. Exit status 77, which Meson counts as skipped,
where there is no Chromium.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path

#: Which elements have no end.
VOID = {"meta", "link", "img"}


class Nesting(HTMLParser):
    """Finds elements that are not closed, or closed by another's end."""

    def __init__(self):
        super().__init__()
        self.open, self.problems = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> at {self.getpos()}")


#: Prints what the reader would have to scroll sideways.
MEASURE = "<script>document.title = document.documentElement.scrollWidth + ' of ' + innerWidth;</script></body>"


def shown(browser, page, width, folder):
    """What the browser makes of the page: its title, after MEASURE, and its complaints."""
    run = subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--enable-logging=stderr",
         f"--user-data-dir={folder / 'profile'}", f"--window-size={width},1200", "--virtual-time-budget=2000", "--dump-dom",
         page.as_uri()],
        capture_output=True, encoding="utf-8", errors="replace", timeout=120, check=False)
    title = re.search(r"<title>(.*?)</title>", run.stdout)
    return title[1] if title else "", [line for line in run.stderr.splitlines() if "CONSOLE" in line]


def main(program):
    browser = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
    if browser is None:
        print("there is no Chromium")
        return 77
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        page = folder / "page.html"
        subprocess.run([program, "--test-case=*a section a part*"], env={**os.environ, "BURIN_PAGE": str(page)},
                       stdout=subprocess.DEVNULL, check=True)
        text = page.read_text(encoding="utf-8")
        nesting = Nesting()
        nesting.feed(text)
        problems = nesting.problems + [f"<{tag}> is not closed" for tag in nesting.open]

        # That it would tell a fault.
        broken = folder / "broken.html"
        broken.write_text(text.replace("</body>", "<script>nothing.of.this.is.there</script></body>"), encoding="utf-8")
        if not shown(browser, broken, 800, folder)[1]:
            problems.append("the browser did not complain of a page that is wrong")

        dark = text.replace("@media (prefers-color-scheme: dark)", "@media all")
        assert dark != text
        for scheme, content in {"light": text, "dark": dark}.items():
            for width in (1200, 500):
                page.write_text(content.replace("</body>", MEASURE), encoding="utf-8")
                title, complaints = shown(browser, page, width, folder)
                found = re.fullmatch(r"(\d+) of (\d+)", title)
                if not found or int(found[1]) > int(found[2]):
                    problems.append(f"{scheme}, {width} pixels: expected all of the width to be in sight, got '{title}'")
                problems += [f"{scheme}, {width} pixels: {line}" for line in complaints]
    print("\n".join(problems) or "no complaint")
    return int(bool(problems))


sys.exit(main(sys.argv[1]))
