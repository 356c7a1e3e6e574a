"""Shows which bone of the active armature is which joint, and lets the user change it."""
