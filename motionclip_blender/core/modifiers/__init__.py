"""Measures and changes properties of a motion: side, count, speed, direction of travel, turn."""
