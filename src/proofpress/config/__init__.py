"""Settings: `site.yaml` as a typed, frozen Config.

`values` holds what the settings are read into, `table` every setting with how it is read and what it is for, `reading`
walks the table over a file. To add a setting is to add a field of the values and its entry in the table; the JSON Schema
and docs/settings.md follow from the entry.
"""

from proofpress.config.folders import SECTION
from proofpress.config.languages import LANGUAGE
from proofpress.config.reading import place_of, read_config, zone
from proofpress.config.table import SETTINGS
from proofpress.config.values import (
    Cache,
    Config,
    Feeds,
    Field,
    HighlightOptions,
    Hosting,
    Language,
    Links,
    MarkdownOptions,
    MenuItem,
    Repository,
    Section,
)

__all__ = [
    "LANGUAGE",
    "SECTION",
    "SETTINGS",
    "Cache",
    "Config",
    "Feeds",
    "Field",
    "HighlightOptions",
    "Hosting",
    "Language",
    "Links",
    "MarkdownOptions",
    "MenuItem",
    "Repository",
    "Section",
    "place_of",
    "read_config",
    "zone",
]
