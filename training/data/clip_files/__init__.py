"""Reads clips of many file formats into one form: bones in motion on their own skeleton."""
