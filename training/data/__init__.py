"""From clips to training data. The way begins in `prepare`:

`clip_files` reads files of any skeleton, `rig_maps` says which bone is which joint, `retarget` makes SMPL-X motions of
them, `footing` sets the feet down, `measure` compares both, `records` and `report` tell what became of every file,
`index` what every motion is. `captions` holds the wordings, `splits` what is held out, `wordings` and `augment` what
a training hears.
"""
