"""Makes training data of clips. `prepare` is the first file to read.

`clip_files` reads files of any skeleton, `core.retarget.rig_maps` maps their bones to joints, `retarget` makes SMPL-X
motions of them, `footing` corrects the feet, `measure` compares both, `records` and `report` document the result of
every file, `index` lists the motions. `captions` loads the wordings, `splits` holds clips out for testing, `wordings`
and `augment` make the spans that are trained on.
"""
