"""Makes training data of clips. `prepare` is the first file to read.

`clip_files` finds the files and reads them, the add-on's `core.retarget` makes SMPL-X motions of them and compares
both, `records` and `report` document the result of every file, `index` lists the motions. `captions` loads the
wordings, `splits` holds clips out for testing, `split_proposal` chooses them, `wordings` and `augment` make the spans
that are trained on.
"""
