"""What goes over the socket between the harness and a zygote: numbers, and descriptors beside them."""

import struct

#        id, seed, wall s, cpu s, memory, processes, open files, disk, output, result bytes
REQUEST = struct.Struct("<IQdIQIIQQQ")
#        id, how, code, wall s, cpu s, peak resident bytes, the signal that ended the code side
REPORT = struct.Struct("<IBiddQB")
# Into gVisor no descriptor passes. A request is followed by CONTENTS (what files it has: NO_INPUT, INPUT,
# TWO_SIDES; the bytes of the body and of the other content), then by these; a report by WRITTEN (the bytes of
# results, standard output and standard error), then by these, cut at their limits.
CONTENTS = struct.Struct("<BQQ")
WRITTEN = struct.Struct("<QQQ")
READY = struct.Struct("<I")  # before the first message: its bytes
NO_INPUT, INPUT, TWO_SIDES = range(3)

# The descriptors that come with a request: one sample, with or without an input, or a proxy pair.
ALONE = ("body", "result", "stdout", "stderr", "stdin")
PAIR = ("program", "program_output", "body", "result", "stdout", "stderr")

# How a run ended. REFUSED: nothing untrusted has run.
EXITED, SIGNALED, TIMEOUT, MEMORY, OUTPUT, REFUSED = range(6)
