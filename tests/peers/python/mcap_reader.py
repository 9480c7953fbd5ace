"""Reads a recording with the library of the makers of MCAP, and says what is in it."""

import json
import sys

from mcap.reader import make_reader
from mcap.stream_reader import StreamReader
from mcap.records import Message

path = sys.argv[1]
with open(path, "rb") as file:
    reader = make_reader(file, validate_crcs=True)
    summary = reader.get_summary()
    messages = [
        [channel.topic, schema.name if schema else None, message.log_time, message.data.hex()]
        for schema, channel, message in reader.iter_messages()
    ]
    metadata = [[record.name, record.metadata] for record in reader.iter_metadata()]
with open(path, "rb") as file:
    # Every record from the first byte on, with all sums compared.
    streamed = sum(
        isinstance(record, Message)
        for record in StreamReader(file, validate_crcs=True).records
    )
print(json.dumps({
    "messages": messages,
    "metadata": metadata,
    "streamed": streamed,
    "count": summary.statistics.message_count,
    "chunks": summary.statistics.chunk_count,
    "channels": sorted(
        [channel.topic, channel.message_encoding, channel.metadata]
        for channel in summary.channels.values()
    ),
    "schemas": sorted(
        [schema.name, schema.encoding, schema.data.decode()]
        for schema in summary.schemas.values()
    ),
}))
