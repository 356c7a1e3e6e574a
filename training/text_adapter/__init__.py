"""Trains the text adapter, before everything that is aligned to texts. `train` is the first file to read.

`texts` collects what it learns from, `states` what the text tower finds in it, `losses` says what is good, `validate`
measures it on takes that are left out, `file` keeps the result.
"""
