"""What can be wrong with site.yaml."""

from __future__ import annotations

from typing import Final

from proofpress.rules.rule import Rule

SETTINGS_SYNTAX: Final = Rule("settings-syntax", "error", "source", fixed=True)
UNKNOWN_SETTING: Final = Rule("unknown-setting", "error", "source", fixed=True)
NO_URL: Final = Rule("no-url", "warning", "source")
UNMATCHED_SETTING: Final = Rule("unmatched-setting", "warning", "site")
UNKNOWN_OPTION: Final = Rule("unknown-option", "warning", "site")
