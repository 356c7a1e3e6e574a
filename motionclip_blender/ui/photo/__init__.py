"""A photo becomes a scene in which its person moves, and a film."""
