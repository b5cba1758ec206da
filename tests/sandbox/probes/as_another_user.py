"""Runs attacks for test_probes.py, as the user it is started as: a name a line in, an outcome a line out."""

import json
import sys
from dataclasses import asdict

from reweave.sandbox import Sandbox
from reweave.sandbox.probes import corpus, run
from reweave.sandbox.probes.host import laid_out


def main(tier):
    probes = {probe.name: probe for probe in corpus.probes()}
    forgeries = {forgery.name: forgery for forgery in corpus.forgeries()}
    task = corpus.task()
    with Sandbox(tier=tier, workers=1) as sandbox, laid_out() as host:
        sys.stdout.write(json.dumps(sandbox.tier) + "\n")
        sys.stdout.flush()
        for line in sys.stdin:
            name, form = json.loads(line)
            if name == "reference":
                outcome = next(item for item in run.each_forgery(sandbox) if item.form == form)
            elif form:
                outcome = run.run_forgery(sandbox, forgeries[name], form, task)
            else:
                outcome = run.run_probe(sandbox, probes[name], host)
            sys.stdout.write(json.dumps(asdict(outcome)) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
