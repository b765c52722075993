"""What can be wrong with the owner's templates, the data that they read, and plugins."""

from __future__ import annotations

from typing import Final

from proofpress.rules.rule import Fault, Rule


class _UnusedTemplate(Rule, frozen=True):
    def makes_nothing(self, name: str, mend: str) -> Fault:
        return self.says(
            "no page is made from this template, and none that makes one extends, includes or imports it",
            mend or f"name it by 'template: {name}' in a page's front matter, include it, or delete it",
        )


class _PluginError(Rule, frozen=True):
    def two(self) -> Fault:
        return self.says("there is a 'plugins.py' too, which is used", "write one of them, the file or the folder")

    def no_package(self) -> Fault:
        return self.says(
            "this folder has no '__init__.py', so no plugin in it is found",
            "write 'plugins/__init__.py' with a list 'plugins', or 'plugins.py' beside site.yaml",
        )


TEMPLATE_ERROR: Final = Rule("template-error", "error", "page", fixed=True, precision=(1, 1))
PLUGIN_ERROR: Final = _PluginError("plugin-error", "error", "site", fixed=True)
DATA_ERROR: Final = Rule("data-error", "error", "source")
UNUSED_TEMPLATE: Final = _UnusedTemplate("unused-template", "warning", "site")
