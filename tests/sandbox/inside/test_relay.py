"""The relay, with a stream and a socket of packets at its ends, as it has them inside gVisor."""

import os
import socket
import threading

import pytest

from reweave.sandbox.inside import protocol
from reweave.sandbox.inside.relay import Relay

READY = b'ready {"python": "3"}'


@pytest.fixture
def ends():
    """The harness's end and the zygote's end of a relay that has passed the greeting on."""
    harness, its_harness = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    zygote, its_zygote = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    its_harness.setblocking(False)
    thread = threading.Thread(target=Relay(its_harness, its_zygote).serve)
    thread.start()
    harness.settimeout(20)
    zygote.settimeout(20)
    zygote.send(READY)
    assert exactly(harness, protocol.READY.size + len(READY)) == protocol.READY.pack(len(READY)) + READY
    yield harness, zygote
    harness.close()
    thread.join()
    for end in (zygote, its_harness, its_zygote):
        end.close()


def exactly(end, size):
    data = b""
    while len(data) < size:
        data += end.recv(size - len(data))
    return data


def request(number, kind, body, other, output=10, results=10):
    message = protocol.REQUEST.pack(number, 0, 1.0, 1, 1, 1, 1, 1, output, results)
    return message, message + protocol.CONTENTS.pack(kind, len(body), len(other)) + body + other


def taken(zygote, count):
    message, descriptors, _, _ = socket.recv_fds(zygote, protocol.REQUEST.size, len(protocol.PAIR))
    assert len(descriptors) == count
    return message, descriptors


def report(number):
    return protocol.REPORT.pack(number, protocol.EXITED, 0, 0.5, 0.25, 4096, 0)


def content(descriptor):
    return os.pread(descriptor, 100, 0)


def test_a_request_that_comes_in_pieces_arrives_whole(ends):
    """Its numbers as they were, its contents in files, in the order that the zygote knows."""
    harness, zygote = ends
    message, data = request(7, protocol.INPUT, b"body", b"input")
    for place in range(len(data)):
        harness.send(data[place : place + 1])
    got, files = taken(zygote, len(protocol.ALONE))
    assert got == message
    named = dict(zip(protocol.ALONE, files, strict=True))
    assert (content(named["body"]), content(named["stdin"]), content(named["result"])) == (
        b"body",
        b"input",
        b"",
    )
    for descriptor in files:
        os.close(descriptor)


def test_the_two_sides_of_a_pair_have_files_of_their_own(ends):
    """The program is its side's, the body the other's."""
    harness, zygote = ends
    harness.sendall(request(8, protocol.TWO_SIDES, b"tests", b"program")[1])
    _, files = taken(zygote, len(protocol.PAIR))
    named = dict(zip(protocol.PAIR, files, strict=True))
    assert (content(named["program"]), content(named["body"])) == (b"program", b"tests")
    for descriptor in files:
        os.close(descriptor)


def test_a_report_brings_what_was_written_and_no_more_than_allowed(ends):
    """Sizes are told as they are, contents are cut; the next report begins where the last has ended."""
    harness, zygote = ends
    for number in (1, 2):
        harness.sendall(request(number, protocol.NO_INPUT, b"", b"", output=3, results=5)[1])
    for number in (1, 2):
        _, files = taken(zygote, len(protocol.ALONE) - 1)
        for descriptor, text in zip(files[1:], (b"1234567", b"abcd", b"e"), strict=True):
            os.write(descriptor, text)
            os.close(descriptor)
        os.close(files[0])
        zygote.send(report(number))
        expected = report(number) + protocol.WRITTEN.pack(7, 4, 1) + b"12345" + b"abc" + b"e"
        assert exactly(harness, len(expected)) == expected


def test_a_report_nobody_reads_does_not_keep_requests_out(ends):
    """The harness may send while much is on its way to it: neither waits for the other."""
    harness, zygote = ends
    size = 4 << 20
    harness.sendall(request(1, protocol.NO_INPUT, b"", b"", output=size, results=size)[1])
    _, files = taken(zygote, len(protocol.ALONE) - 1)
    os.write(files[1], bytes(size))
    zygote.send(report(1))
    harness.sendall(request(2, protocol.NO_INPUT, bytes(size), b"")[1])
    _, later = taken(zygote, len(protocol.ALONE) - 1)
    assert os.fstat(later[0]).st_size == size
    assert len(exactly(harness, protocol.REPORT.size + protocol.WRITTEN.size + size)) > size
    for descriptor in (*files, *later):
        os.close(descriptor)
