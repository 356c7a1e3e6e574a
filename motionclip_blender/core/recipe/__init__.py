"""What to make, as one plain value (`recipe`), how it is stored (`codec`), and the making (`make`).

Each kind of recipe has a file: `sum`, `blend`, `travel`, `mask`. Another kind is one more class of `content.Content`
in a file of its own, and its name in `codec.CONTENTS`.
"""
