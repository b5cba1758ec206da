"""Serves the published sampler and linter, pylintseq, over a pipe. Runs in the peer's interpreter.

A request is a line of JSON: ``{"sample": program, "seed": s, "paths": n}`` asks for paths, made with the
arguments that the published ``generate.py`` passes; ``{"lint": [texts]}`` for message ids. The reply is a
line of JSON; CPU and wall seconds are taken here, around the published calls alone.
"""

import importlib.metadata
import json
import os
import resource
import sys
import tempfile
import time

import pylintseq.utils as published

ARGUMENTS = {
    "children_per_round": 1,
    "top_k": 1,
    "max_population_size": 1,
    "max_depth": 512,
    "indent_bias_sampling_factor": 1,
    "ignore_imports": False,
    "ignore_comments": True,
    "ignore_global_defs": True,
    "ignore_init_errors": False,
}


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def sample(program):
    """Sample one path as ``generate.py`` does; its states and diffs, or the name of what it raised."""
    wall, burnt = time.perf_counter(), cpu()
    found = {}
    try:
        path = published.lintseq_backward_sampling_pythonic(program, **ARGUMENTS)
        if path is None:
            found["error"] = "none"
        else:
            states, diffs = published.inflate_edit_path(program, path[0][0])
            found.update(states=states, diffs=diffs)
    except Exception as error:  # noqa: BLE001 - whatever it raises ends a run of generate.py
        found["error"] = type(error).__name__
    found.update(wall=time.perf_counter() - wall, cpu=cpu() - burnt)
    return found


def lint(text):
    with tempfile.NamedTemporaryFile(suffix=".py", mode="r+") as file:
        file.write(text)
        file.seek(0)
        return [trace[0] for trace in published.file_linter(file.name)]


def main():
    replies = os.fdopen(os.dup(1), "w")
    versions = {name: importlib.metadata.version(name) for name in ("pylintseq", "pylint")}
    packages = sorted(importlib.metadata.packages_distributions())
    lint("x = 1\n")  # loaded and warm before anything is timed
    print(json.dumps({"versions": versions, "packages": packages}), file=replies, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        if "lint" in request:
            reply = [lint(text) for text in request["lint"]]
        else:
            published.set_seed_everywhere(request["seed"])
            reply = [sample(request["sample"]) for _ in range(request["paths"])]
        print(json.dumps(reply), file=replies, flush=True)


if __name__ == "__main__":
    main()
