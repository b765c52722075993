"""Pages: templates filled, feeds written."""
