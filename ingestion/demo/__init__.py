"""The demonstration: a fictitious register and monthly files that tell the committee's story.

Everything is invented, its mix of sectors included, and says so; only the shape of the curves
follows what the region's committee published. `story` reads the parameters (`fixtures/demo`),
`register`, `deposits` and `volumes` draw facilities and counts that meet them exactly, `files`
writes what people would receive, `load` brings it through the real pipeline.
"""
