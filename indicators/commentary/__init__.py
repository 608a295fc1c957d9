"""French paragraphs composed from evidence: what a committee's analyst would write first.

Facts only: every number comes from the evidence and is kept beside the words, no cause is given
that is not an event somebody entered, and an analyst has the last word.
"""

from indicators.commentary.departement import write_departement
from indicators.commentary.region import write_region
from indicators.commentary.sentences import Paragraph, Sentence, fact_label, fact_text

__all__ = ["Paragraph", "Sentence", "fact_label", "fact_text", "write_departement", "write_region"]
