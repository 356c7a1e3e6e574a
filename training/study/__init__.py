"""Asks people which of two packs, or of a pack and films, fits a prompt better, as the paper's user study did.

`command` is the first file to read. `lists` holds the prompts, `sources` finds whose films are compared, `pairs` orders
them, `films` makes them, `page` writes the page that asks, and `score` makes the table of the answers.
"""
