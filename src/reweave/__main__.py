"""``python -m reweave``."""

from reweave.cli import main

if __name__ == "__main__":
    main()
