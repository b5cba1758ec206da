"""The pages and tables a person looks at: edit sequences step by step, and what a data set is made of.

``page`` writes self-contained HTML, ``table`` draws for a terminal, ``plots`` for a paper. Nothing here
makes, checks or stores data.
"""
