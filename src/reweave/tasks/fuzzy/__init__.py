"""ARCADE's fuzzy output match: is a prediction's output as good as the reference's?

>>> from reweave.tasks.fuzzy import fuzzy_match
>>> fuzzy_match((1, 2.0000001), [1, 2])
Match(ok=True, why='the same values')
>>> fuzzy_match([2, 1], [1, 2])
Match(ok=False, why='at [0]: 2 against 1')

**Published** in the paper (Yin et al., arXiv 2212.09248, "Evaluation by Fuzzy Output Matching"): container
types are made one before values are compared, and a frame is right if every column of the reference's frame,
cell by cell, is among its own. What the paper leaves open is taken from how the published evaluator
(``variable_state_utils`` of google-research/arcade-nl2code, read in a copy) behaves:

- lists, tuples, arrays, series, indexes and frames are rows of values; neither index nor column names count;
- rows in their order; columns in any; one column of the prediction may stand for two of the reference's, but
  it must have as many columns as the reference; the superset is for frames and series alone;
- a frame of one column, or rows of one value, is the list of its values; a single value is that value;
- a predicted series' index is a column, a predicted frame's index is not;
- numbers by value, of any type, booleans too, within 1e-5, and in lists and columns also within 1e-5 of the
  other's size;
- missing values are zeros; whatever has no row equals whatever else has none.

**Ours**, because the published behaviour is an accident or lets wrong answers pass; ``PUBLISHED`` gives these
up, so that scores can be compared (``Rules``):

- ``missing_is_zero``: a missing value equals missing values (None, NaN, NaT, NA) and nothing else;
- ``close_integers``: integers are equal or not, for an off-by-one in a count of millions is wrong;
- ``positions_count``: a series' default index 0, 1, 2 … is no column;
- ``single_absolute``: single values have the tolerance of lists.

Not given up: the relative tolerance is relative to the reference; a number never equals its text, which one
text in a list makes happen there, nor an instant the integer of its nanoseconds; NaN equals NaN where it is
the whole answer; cells are compared by value in frames of mixed types; repeated column names are columns of
their own; sets are compared without order; dicts by key, their values fuzzily (there: equal or not);
containers within containers by these rules.

- ``cells``: one value's form that is compared; ``same`` compares two
- ``marked``: instants, durations, sets: what equals only its own kind
- ``columns``: a frame's columns, typed, and compared as arrays
- ``matching``: which rule holds, and why two values do not match
"""

from reweave.tasks.fuzzy.cells import PUBLISHED, STRICT, Rules
from reweave.tasks.fuzzy.matching import Match, fuzzy_match

__all__ = ["PUBLISHED", "STRICT", "Match", "Rules", "fuzzy_match"]
