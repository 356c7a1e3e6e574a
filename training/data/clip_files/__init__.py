"""Reads real clips of many formats into one form: bones in motion on their own skeleton."""
