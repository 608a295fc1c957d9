"""Every threshold by which a series is read, with its reason. All are free of the unit.

They were set on the series of the committee of January 2026, and hold for them under a noise of
15 % a month (see the tests): change one, and look at what the tests say of all.
"""

# --- Peaks -----------------------------------------------------------------------------------

#: A peak rises at least half above the ground it stands on: less is an ordinary good month…
PEAK_RATIO = 1.6
#: … for at most half a year: longer, it is a new level.
PEAK_WIDTH = 5.5
#: It starts and ends where it has lost this share of its height…
PEAK_FEET = 0.85
#: … and stands on the median of so many received months on either side: a short year, in which
#: another peak is a minority.
NEIGHBOURS = 5
#: It also stands so many ordinary monthly changes above the ground: the median change of a noise
#: is about its standard deviation, and few noises ever go that far.
PEAK_NOISE = 5.0
#: It stands out of the whole series too: a bump among small months is no peak once volumes grew.
PEAK_SHARE_OF_MAXIMUM = 0.2
#: A peak "at the start" tops within this share of the months.
START = 1 / 4

# --- Words -----------------------------------------------------------------------------------

#: From three peaks on, a series is no plateau with an accident any more…
IRREGULAR_PEAKS = 3
#: … unless its months grow almost without exception (Kendall's tau) under its peaks…
STEADY_TAU = 0.75
#: … and its peaks hold less than this share of the whole.
PEAKS_SHARE = 0.2
#: Kendall's tau from which months and values are said to rise (or fall) together: three pairs of
#: months in four agree.
TREND_TAU = 0.45
#: A long plateau hides the rise before it from tau: less is asked there.
RISEN_TAU = 0.3
#: How much the level must change from the first quarter of the months to the last: a quarter, the
#: least that a chart of two years shows at a glance.
RISE = 1.25
FALL = 1 / RISE
#: Median month-on-month change, as a share of the level, above which a series is irregular.
ROUGH = 0.3

# --- A rise then a plateau -------------------------------------------------------------------

#: The plateau lasts a third of the months, and half a year at least…
PLATEAU_SHARE = 1 / 3
PLATEAU_MONTHS = 6
#: … and moves less than this from its first half to its second, …
PLATEAU_CHANGE = 0.15
#: … or than so many standard errors of that move, when its months are noisy.
PLATEAU_ERRORS = 2.0
#: "A line, then a constant" leaves at most this share of the squared errors of a plain line.
HINGE_GAIN = 0.65

# --- What qualifies a word -------------------------------------------------------------------

#: The usual level of a test: a trend that chance would give more often than this is none.
SIGNIFICANT = 0.05
#: A slight change of the ground of a plateau: below it, nobody would see it on a chart.
SLIGHT = 0.05
#: An acceleration is at least this many times faster than the months before, …
FASTER = 2.0
#: (how many times is not said from a slope under a tenth of it: that was no rise to speak of), …
BARELY = 0.1
#: … lasts a quarter of the months at least, as those before it do, …
PHASE = 1 / 4
#: … and two lines leave at most this share of the squared errors of one.
BEND_GAIN = 0.5
#: A recent turn: the last three months, held against the line of the nine before them, …
LAST_QUARTER = 3
TURN_BASE = 9
#: … stand at least this share away from what the line announced, …
TURN = 0.1
#: … and so many standard errors: one series in a hundred would by chance.
TURN_ERRORS = 3.0
