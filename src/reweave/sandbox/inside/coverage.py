"""Which lines and branches of a program are reached: probes in its syntax tree, and what each stands for.

A probe is a call that puts a number into a set; ``points`` says, for the same text, what the numbers mean, on
either side and under any Python alike. As coverage.py has it: a line is where a statement begins, or a
decorator, an ``except`` or a ``case``, and it is reached once the statement is begun; a branch is one way out
of an ``if``, a loop or a ``case``. Docstrings, ``...``, ``global`` and what no run can come to
(``control_flow``) are no lines. Other than there, both ways out count where they lead to one line
(``if x: y = 1``), and ``# pragma: no cover`` is a comment.

The set is the program's to write to: what it says is its own word.
"""

import ast

from . import control_flow as flow

NAME = "__covered__"  # underscores at both ends: in a class's body it is not mangled


def asked(body):
    """Give the set for the points that are reached, None where the harness does not ask for them."""
    return set() if body.get("coverage") else None


def tell(channel, covered):
    """Write the points that were reached, behind the end, where they were asked for."""
    if covered is not None:
        channel.write(("points", sorted(covered)))


def compiled(source, file, covered, space):
    """Give the code of a program that notes in ``covered`` which points it reaches; it runs in ``space``."""
    tree = ast.parse(source, file)
    points(tree)
    space[NAME] = covered.add
    return compile(ast.fix_missing_locations(tree), file, "exec", dont_inherit=True)


def points(tree):
    """Put the probes into a program's tree; give by number (its lines, its branch or None).

    Args:
        tree: An ``ast.Module``; it is changed. A branch is (line, whether it was taken).
    """
    prober = _Prober()
    tree.body = prober.block(tree.body, tree)
    return prober.points


class _Prober:
    def __init__(self):
        self.points = []
        self.in_function = False

    def probe(self, lines, branch=None):
        """Make the next point; give the call that notes it, whose value is None."""
        self.points.append((lines, branch))
        return ast.Call(ast.Name(NAME, ast.Load()), [ast.Constant(len(self.points) - 1)], [])

    def block(self, body, owner, *entering):
        """Give a block with a probe before each statement that a run can come to.

        Args:
            body: Its statements.
            owner: The node it belongs to.
            entering: Lines and branch of the point that is reached where the block is entered, if there is.
        """
        made = [ast.copy_location(ast.Expr(self.probe(*entering)), owner)] if entering else []
        waiting = []
        for place, node in enumerate(body):
            lines = () if place == 0 and _documents(node, owner) else self.lines(node)
            probes = [ast.copy_location(ast.Expr(self.probe(lines)), node)] if lines else []
            over = flow.leaves(node)
            self.within(node)
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                made.append(node)  # nothing else may come before it
                waiting += probes
                continue
            made += [*waiting, *probes, node]
            waiting = []
            if over:
                return made + body[place + 1 :]
        return made + waiting

    def lines(self, node):
        """Give the lines that a statement makes, none where there is nothing to run."""
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            return ()
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and node.value.value is ...:
            return ()
        if isinstance(node, ast.AnnAssign) and node.value is None and self.in_function:
            return ()
        return (*[each.lineno for each in getattr(node, "decorator_list", ())], node.lineno)

    def within(self, node):
        """Put probes into what a statement holds."""
        if isinstance(node, (*flow.FUNCTIONS, ast.ClassDef)):
            around, self.in_function = self.in_function, isinstance(node, flow.FUNCTIONS)
            node.body = self.block(node.body, node)
            self.in_function = around
        elif isinstance(node, (ast.If, ast.While)):
            self.condition(node, flow.constant(node.test))
        elif isinstance(node, flow.LOOPS):
            self.condition(node, None)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            node.body = self.block(node.body, node)
        elif isinstance(node, flow.TRIES):
            self.attempt(node)
        elif isinstance(node, flow.MATCH):
            self.match(node)

    def condition(self, node, always):
        """Put probes behind both outcomes of a condition, or of the only one that there is."""
        if always is not False:
            entering = ((), (node.lineno, True)) if always is None else ()
            node.body = self.block(node.body, node, *entering)
        if always is not True:
            entering = ((), (node.lineno, False)) if always is None else ()
            node.orelse = self.block(node.orelse, node, *entering)

    def attempt(self, node):
        if not flow.ends_within(node.body):
            node.orelse = self.block(node.orelse, node)
        node.body = self.block(node.body, node)
        for handler in node.handlers:
            tried = ((handler.lineno,),)
            if handler.type is not None:  # it is tried before it is known whether it is entered
                both = ast.BoolOp(ast.Or(), [self.probe(*tried), handler.type])
                handler.type, tried = ast.copy_location(both, handler.type), ()
            handler.body = self.block(handler.body, handler, *tried)
        node.finalbody = self.block(node.finalbody, node)

    def match(self, node):
        cases, before = [], None
        for case in node.cases:
            line, sure = case.pattern.lineno, flow.irrefutable(case)
            # A case that never matches, as the probe's value is None
            tried = self.probe((line,), before and (before, False))
            cases.append(ast.match_case(ast.MatchAs(), tried, [ast.Pass()]))
            case.body = self.block(case.body, case.pattern, *(() if sure else ((), (line, True))))
            cases.append(case)
            before = None if sure else line
        if before:
            cases.append(ast.match_case(ast.MatchAs(), None, self.block([], node, (), (before, False))))
        node.cases = cases


def _documents(node, owner):
    """Say whether the first statement of a block is a docstring."""
    if not isinstance(owner, (*flow.FUNCTIONS, ast.ClassDef, ast.Module)) or not isinstance(node, ast.Expr):
        return False
    return isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
