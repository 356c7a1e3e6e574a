"""What is asked of a motion, measured and brought about: side, count, speed, direction of travel, turn."""
