"""The preview: the site from memory, built again when a file is saved, and shown in the browser at once."""
