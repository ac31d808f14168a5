"""What a screen reader gets of a browser, read over AT-SPI and told as lines of JSON.

    {"live": "polite", "text": "gus is online"}
    {"answer": {"role": "push button", "name": "Sign In", "description": "", "states": ["focusable", ...]}}

The first when something is added to a live region, as Orca's own live regions take it: by the attribute container-live,
once for what is added together. A line on standard input asks: "focus" for the element that was focused last, as it is
now, "tree" for the page, which is

    {"answer": [[depth, role, name, states, attributes], ...]}
"""
import json
import sys

import gi

gi.require_version("Atspi", "2.0")
import pyatspi  # noqa: E402
from gi.repository import GLib  # noqa: E402

MOST_NODES = 2000


def told(**line):
    print(json.dumps(line), flush=True)


def attributes(node):
    return dict(pair.split(":", 1) for pair in node.getAttributes() or [])


def states(node):
    return sorted(pyatspi.stateToString(state).replace(" ", "-") for state in node.getState().getStates())


def text_of(node):
    """The name, or else the words inside."""
    if node.name:
        return node.name
    words = [text_of(child) for child in node if child is not None]
    try:
        own = node.queryText().getText(0, -1).replace("\ufffc", "")
    except NotImplementedError:
        own = ""
    return " ".join(word for word in words if word) or own.strip()


focused = None


def on_focus(event):
    global focused
    if event.detail1:
        focused = event.source


def focus():
    if focused is None:
        return None
    return {"role": focused.getRoleName(), "name": focused.name, "description": focused.description, "states": states(focused)}


def on_added(event):
    node = event.any_data
    # A node that is added with its parent is a part of that.
    live = attributes(node).get("container-live") if node is not None else None
    if live in ("polite", "assertive"):
        told(live=live, text=text_of(node))


def guarded(handler):
    """What has gone before it could be asked is nothing to tell."""
    def handle(event):
        try:
            handler(event)
        except (GLib.Error, LookupError, RuntimeError):
            pass
    return handle


def tree():
    """Of the page around the element that was focused last."""
    page = focused
    while page is not None and page.getRoleName() != "document web":
        page = page.parent
    lines = []

    def walk(node, depth):
        if node is None or len(lines) >= MOST_NODES:
            return
        lines.append([depth, node.getRoleName(), node.name, states(node), attributes(node)])
        for child in node:
            walk(child, depth + 1)

    walk(page, 0)
    return lines


def on_asked(source, _condition):
    asked = source.readline().strip()
    if not asked:
        pyatspi.Registry.stop()
        return False
    try:
        told(answer=tree() if asked == "tree" else focus())
    except (GLib.Error, LookupError, RuntimeError):
        # It changed meanwhile: who asks may ask again.
        told(answer=None)
    return True


pyatspi.Registry.registerEventListener(guarded(on_focus), "object:state-changed:focused")
pyatspi.Registry.registerEventListener(guarded(on_added), "object:children-changed:add")
GLib.io_add_watch(sys.stdin, GLib.IO_IN | GLib.IO_HUP, on_asked)
told(ready=True)
pyatspi.Registry.start()
