"""A photo and a prompt become a film of that person: what needs no Blender."""
