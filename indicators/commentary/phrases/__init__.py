"""The turns of phrase of each paragraph: several ways to say each thing, so that eight départements
do not read as one. What stands between braces is filled from the evidence, by who picks the phrase.
"""
