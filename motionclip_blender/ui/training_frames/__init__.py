"""Training frames: what is asked of `render_pipeline`, and the process that renders them."""
