"""Cleans up a decoded motion before it is keyed: root trajectory, loops, feet."""
