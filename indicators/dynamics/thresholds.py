"""Every threshold by which a series is read, with its reason. All are free of the unit."""

#: How many received months on either side of a peak say what is ordinary around it.
NEIGHBOURS = 5
