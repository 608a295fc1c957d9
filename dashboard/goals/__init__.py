"""Events and targets ("repères"): typed in or imported, in the order of the modules' names.

`writing` reads and writes their values; `forms` judges one of them, whether typed or from a file;
`table` is the file; `acts` are what changes them, remembered in the trail.
"""
