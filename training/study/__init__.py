"""The paper's user study as a protocol: lists of prompts, pairs of films, a page that asks, a table of the answers."""
