"""Runs work that takes a while: in a worker thread, in small steps of the main thread, or in a separate process."""
