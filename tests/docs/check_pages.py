#!/usr/bin/env python3
"""Checks links between all pages, code that they quote, and the languages of their blocks. Needs Python alone."""

import re
import sys

from pages import FENCE, PAGES, ROOT, blocks

LANGUAGES = {"sh", "text", "cpp", "python", "json"}


def without_code(text):
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", text))


def anchors(page):
    """What GitHub calls a page's headings."""
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", page.read_text()), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def bad_links(page):
    for link in re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text())):
        path, _, anchor = link.partition("#")
        if re.match(r"\w+:", link):
            continue
        target = page.parent / path if path else page
        if not target.exists():
            yield f"{link}: there is no such file"
        elif anchor and anchor not in anchors(target):
            yield f"{link}: {target.name} has no such heading"


def bad_blocks(page):
    place = {}  # in each quoted file, where the last piece ended
    for line, words, code in blocks(page):
        language, *more = words
        if language not in LANGUAGES and page.name != "README.md":
            yield f"line {line}: a block of '{language}'; its language is one of {', '.join(sorted(LANGUAGES))}"
        if language == "sh" and not set(more) <= {"no-run", "background"}:
            yield f"line {line}: sh {' '.join(more)}: is neither no-run nor background"
        if language == "cpp" and more:
            quoted = ROOT / more[0]
            at = quoted.read_text().find(code, place.get(more[0], 0)) if quoted.is_file() else -1
            if at < 0:
                yield f"line {line}: {more[0]} holds no such lines after those before"
            place[more[0]] = at + len(code)


def check():
    everywhere = [page for page in ROOT.rglob("*.md") if page.relative_to(ROOT).parts[0] not in ("build", "demo")]
    problems = [f"{page.relative_to(ROOT)}: {problem}" for page in everywhere for problem in bad_links(page)]
    problems += [f"{page.relative_to(ROOT)}: {problem}" for page in PAGES for problem in bad_blocks(page)]
    print("\n".join(problems) or f"{len(everywhere)} pages are as they should be")
    return not problems


if __name__ == "__main__":
    sys.exit(not check())
