"""Parquet: sizes are read from the footer before anything is unpacked."""

import warnings
from io import BytesIO

from reweave.errors import RowError
from reweave.ground.contexts.config import ContextsConfig
from reweave.ground.contexts.table import Table, check_size
from reweave.ground.contexts.text import visible


def read_parquet(data: bytes, config: ContextsConfig) -> Table:
    """Read a Parquet file.

    Raises:
        RowError: It is damaged (``damaged``), too large, or has no columns.
    """
    import pandas as pd  # noqa: PLC0415 - heavy
    import pyarrow as pa  # noqa: PLC0415 - likewise
    import pyarrow.parquet as pq  # noqa: PLC0415 - likewise

    if not data:
        raise RowError("empty-file", "the file has no bytes")
    try:
        footer = pq.read_metadata(BytesIO(data))
        groups = [footer.row_group(number).total_byte_size for number in range(footer.num_row_groups)]
    except (pa.ArrowException, OSError) as error:
        raise RowError("damaged", visible(str(error), 300)) from error
    check_size(footer.num_rows, footer.num_columns, config.max_cells)
    if sum(groups) > config.max_unpacked:
        raise RowError("too-large", f"{sum(groups):,} bytes unpacked; the limit is {config.max_unpacked:,}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame = pd.read_parquet(BytesIO(data))
    if not len(frame.columns):
        raise RowError("no-columns", f"{len(frame):,} rows without a column")
    return Table(frame, "read_parquet")
