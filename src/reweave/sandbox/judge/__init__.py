"""The trusted side of a verdict: what to ask of the program, and whether the answers are right."""
