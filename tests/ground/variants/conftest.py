"""What the tests of variants share."""

import hypothesis  # noqa: F401 - imported after torch, by pytest's plugin, it warns about another package
