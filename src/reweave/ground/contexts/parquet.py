"""Parquet: sizes are read from the footer before anything is unpacked.

pandas reads it, but for columns that repeat a name: these only pyarrow reads, a file alone.
"""

import warnings
from io import BytesIO

from reweave.errors import RowError
from reweave.ground.contexts.config import ContextsConfig
from reweave.ground.contexts.table import Table, check_size
from reweave.ground.contexts.text import visible

_ALONE = """import pyarrow.parquet as pq

{variable} = pq.ParquetFile({name}).read(use_pandas_metadata=True).to_pandas()
"""


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
    damaged = (pa.ArrowException, OSError)
    try:
        footer = pq.read_metadata(BytesIO(data))
        names = footer.schema.to_arrow_schema().names
        groups = [footer.row_group(number).total_byte_size for number in range(footer.num_row_groups)]
    except damaged as error:
        raise RowError("damaged", visible(str(error), 300)) from error
    check_size(footer.num_rows, footer.num_columns, config.max_cells)
    if sum(groups) > config.max_unpacked:
        raise RowError("too-large", f"{sum(groups):,} bytes unpacked; the limit is {config.max_unpacked:,}")
    repeated = len(names) - len(set(names))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            if repeated:
                frame = pq.ParquetFile(BytesIO(data)).read(use_pandas_metadata=True).to_pandas()
            else:
                frame = pd.read_parquet(BytesIO(data))
        except MemoryError:  # Arrow's is one of its exceptions, too
            raise
        except damaged as error:
            raise RowError("damaged", visible(str(error), 300)) from error
    if not len(frame.columns):
        raise RowError("no-columns", f"{len(frame):,} rows without a column")
    if repeated:
        return Table(frame, "", notes=(f"{repeated:,} columns repeat a name",), cell=_ALONE)
    return Table(frame, "read_parquet")
