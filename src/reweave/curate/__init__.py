"""Cleaning a data set: near-duplicates, items of benchmarks, and how much variety is left.

Everything here is a pure function of rows; `reweave.compute` runs it over files, in parts, and goes on after
a kill.

- ``tokens``: what of a text is compared; ``shingles``: sets of hashed n-grams, and their similarity;
``minhash``: who may
  be similar; ``duplicates``: who is, and which row stays.
- ``contamination``: items of benchmarks in rows; ``benchmark_items`` reads them; ``normal``: programs in
normal form.
- ``diversity``: how varied rows are.
- ``columns``: which columns of a row are looked at; ``config``: the settings.
"""
