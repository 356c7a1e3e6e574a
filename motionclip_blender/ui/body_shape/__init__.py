"""The shape of a body: sliders, and the joints that follow."""
