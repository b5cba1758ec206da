"""The first process of a gVisor sandbox: it has the files of memory that cannot be passed in from outside.

It forks the zygote before it reads anything, so that no program, input or result is ever in the memory that
samples are copies of. Then it lays the contents of each request into files, passes these to the zygote, and
sends back what the samples wrote. It ends, and everything inside with it, when the harness hangs up.
"""

import contextlib
import os
import select
import socket
import struct

from . import protocol, zygote

_READ = 1 << 20
_HEAD = protocol.REQUEST.size + protocol.CONTENTS.size


def main(settings):
    """Serve the harness at the other end of standard input until it hangs up.

    Args:
        settings: The zygote's.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if os.fork() == 0:
        ours.close()
        empty = os.open("/dev/null", os.O_RDWR)
        os.dup2(empty, 0)
        os.close(empty)
        zygote.main(theirs.detach(), settings)
        os._exit(0)
    theirs.close()
    harness = socket.socket(fileno=0)
    harness.setblocking(False)
    Relay(harness, ours).serve()


class Relay:
    """What is between the harness and the zygote.

    Args:
        harness: A stream.
        zygote: Packets.
    """

    def __init__(self, harness, zygote):
        self.harness = harness
        self.zygote = zygote
        self.read = bytearray()  # of the harness, not yet whole
        self.unsent = bytearray()  # to the harness; never waited for, as it may be sending itself
        self.files = {}  # number: (the result, stdout and stderr files with the bytes allowed, all files)

    def serve(self):
        """Pass on what comes, either way."""
        ready = self.zygote.recv(1 << 16)
        if not ready:
            return
        self.unsent += protocol.READY.pack(len(ready)) + ready
        poll = select.poll()
        poll.register(self.zygote, select.POLLIN)
        while True:
            poll.register(self.harness, select.POLLIN | (select.POLLOUT if self.unsent else 0))
            for descriptor, event in poll.poll():
                if descriptor == self.zygote.fileno():
                    report = self.zygote.recv(protocol.REPORT.size)
                    if not report:
                        return
                    self.answer(report)
                elif event & ~select.POLLOUT:
                    more = self.harness.recv(_READ)
                    if not more:
                        return
                    self.read += more
                    while self.take():
                        pass
            if self.unsent:
                with contextlib.suppress(BlockingIOError):
                    del self.unsent[: self.harness.send(self.unsent)]

    def take(self):
        """Hand a request that has come whole to the zygote; say whether there was one."""
        if len(self.read) < _HEAD:
            return False
        kind, size, other = protocol.CONTENTS.unpack_from(self.read, protocol.REQUEST.size)
        if len(self.read) < _HEAD + size + other:
            return False
        message = bytes(self.read[: protocol.REQUEST.size])
        with memoryview(self.read) as view:
            body, other_file = file(view[_HEAD : _HEAD + size]), None
            if kind != protocol.NO_INPUT:
                other_file = file(view[_HEAD + size : _HEAD + size + other])
        del self.read[: _HEAD + size + other]
        named = {"body": body, "result": file(), "stdout": file(), "stderr": file()}
        if kind == protocol.TWO_SIDES:
            named.update(program=other_file, program_output=file())
        elif kind == protocol.INPUT:
            named["stdin"] = other_file
        order = protocol.PAIR if kind == protocol.TWO_SIDES else protocol.ALONE
        descriptors = [named[name] for name in order if name in named]
        request = protocol.REQUEST.unpack(message)
        output, results = request[-2:]
        written = ((named["result"], results), (named["stdout"], output), (named["stderr"], output))
        self.files[request[0]] = written, descriptors
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack("%di" % len(descriptors), *descriptors))]
        self.zygote.sendmsg([message], rights)
        return True

    def answer(self, report):
        """Send the harness a report with what was written, no more of it than was allowed."""
        written, descriptors = self.files.pop(protocol.REPORT.unpack(report)[0])
        sizes = [os.fstat(descriptor).st_size for descriptor, _ in written]
        self.unsent += report + protocol.WRITTEN.pack(*sizes)
        for (descriptor, most), size in zip(written, sizes):  # noqa: B905
            length = min(size, most)
            self.unsent += os.pread(descriptor, length, 0).ljust(length, b"\0")
        for descriptor in descriptors:
            os.close(descriptor)


def file(content=b""):
    """Give a new file of memory."""
    descriptor = os.memfd_create("reweave", os.MFD_CLOEXEC)
    place = 0
    while place < len(content):
        place += os.pwrite(descriptor, content[place:], place)
    return descriptor
