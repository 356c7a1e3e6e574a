"""Describes what to make as one plain value (`recipe`), stores it (`codec`), and makes it (`make`).

Each kind of recipe has a file: `sum`, `blend`, `travel`, `mask`, `plan`. To add a kind, write a subclass of
`content.Content` in a file of its own, and add its name to `codec.CONTENTS`.
"""
