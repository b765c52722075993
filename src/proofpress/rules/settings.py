"""What can be wrong with site.yaml."""

from __future__ import annotations

from typing import Final

from proofpress.rules.rule import Fault, Rule


class _SettingsSyntax(Rule, frozen=True):
    def no_mapping(self, shown: str) -> Fault:
        return self.says(f"settings are lines of 'key: value', not {shown}")


class _NoUrl(Rule, frozen=True):
    def missing(self) -> Fault:
        return self.says(
            "without the site's address there are no feeds, sitemap or canonical links that work",
            "write 'url: https://example.org/'",
        )


class _UnknownSetting(Rule, frozen=True):
    def no_setting(self, name: str, mend: str) -> Fault:
        """`name` with those of the mappings that it stands in: `feeds: atmo`."""
        return self.says(f"there is no setting '{name}'", mend)


SETTINGS_SYNTAX: Final = _SettingsSyntax("settings-syntax", "error", "source", fixed=True)
UNKNOWN_SETTING: Final = _UnknownSetting("unknown-setting", "error", "source", fixed=True)
NO_URL: Final = _NoUrl("no-url", "warning", "source")
