"""What ``align validate``, ``ground trace`` and ``ground bridge`` share: flags of running programs."""

from pathlib import Path
from typing import Annotated

import typer

Flag = typer.Option

Out = Annotated[
    Path,
    Flag("-o", "--out", help="A .jsonl, .jsonl.gz, .jsonl.zst or .parquet file, or a folder of shards."),
]
RowBytes = Annotated[
    int | None, Flag(help="Bytes a row's values take at most; others are cut.", show_default="262144")
]
Memory = Annotated[int | None, Flag(help="MiB that one run may take.", show_default="1024")]
Python = Annotated[
    str | None, Flag(help="The programs' interpreter or virtual environment.", show_default="this one")
]
Tier = Annotated[str | None, Flag(help="The sandbox's tier.", show_default="the best that holds here")]
Unsafe = Annotated[
    bool | None, Flag("--unsafe-no-isolation", help="Run model-written programs all the same.")
]
Limit = Annotated[int | None, Flag(help="Read only the first N rows.", show_default="all")]
ShardRecords = Annotated[
    int | None, Flag(help="Input rows a shard, when the output is a folder.", show_default="50000")
]
Workers = Annotated[int, Flag(min=0, help="Programs at once.", show_default="one a core")]
Config = Annotated[
    Path | None, Flag(help="TOML file with any of these settings, at the top or under the verb's name.")
]
Sets = Annotated[list[str] | None, Flag("--set", help="key=value, as in the TOML file; repeatable.")]
