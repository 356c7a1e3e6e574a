"""Renders training frames: the settings for `render_pipeline`, and the process that renders."""
