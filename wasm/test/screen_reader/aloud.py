"""Orca, which writes what it says as lines of JSON instead of speaking it: {"said": "Sign In push button."}

    aloud.py DIRECTORY   for its settings, which are its defaults
"""
import json
import logging
import sys

import gi

gi.require_version("Atspi", "2.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Atspi  # noqa: E402
from orca import orca, settings, speech  # noqa: E402

PREFIX = "SPEECH OUTPUT: "


class Aloud(logging.Handler):
    """Orca logs each utterance in the words that it hands to the voice."""

    def emit(self, record):
        words = record.getMessage()
        if words.startswith(PREFIX):
            print(json.dumps({"said": words[len(PREFIX):].strip("'")}), flush=True)


speech.log.addHandler(Aloud())
# On a busy machine an answer takes long; Orca would do without it.
Atspi.set_timeout(60000, 60000)
manager = orca.getSettingsManager()
manager.activate(sys.argv[1], {"enableBraille": False})
sys.path.insert(0, manager.getPrefsDir())
settings.speechServerFactory = None
sys.exit(orca.main())
