"""Files brought into Blender: motions, saved latents, images."""
