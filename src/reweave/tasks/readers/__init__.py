"""Readers: one row of a published file to tasks. Each names its paper; none copies its data.

A reader takes a row, the benchmark's name and the split, and gives the row's tasks (none where the split
leaves it out). It raises ``RowError`` for a row that is not of its form.
"""
