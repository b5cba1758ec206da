"""The fork server: one interpreter with everything imported, which forks a sample for each request.

It sees numbers only. Programs, inputs, tests and results travel in files of memory whose descriptors the
harness passes over a socket and which only the samples read or write: a sample is a copy of this process's
memory, so nothing may ever be in it that one sample must not learn of another.

A request is one message (``protocol.REQUEST``) with descriptors; the answer is one message
(``protocol.REPORT``).
"""

import _signal
import gc
import json
import mmap
import os
import resource
import signal
import socket
import struct
import sys
import time

from . import isolate, mapping, protocol, rlimits, sample, seccomp, warm, watch


def main(control, settings):
    """Serve the harness at the other end of ``control`` (a descriptor) until it hangs up.

    Args:
        control: A connected unix socket of packets.
        settings: JSON: ``preload`` (module names), ``tier``, ``read`` (folders a reduced sample may read).
    """
    watch.listen()
    settings = json.loads(settings)
    control = socket.socket(fileno=control)
    for name in settings["preload"]:
        __import__(name)
    Zygote(control, settings).serve()


LIMITS = ("cpu", "memory", "processes", "open_files", "disk")


class Zygote:
    """One ring's fork server."""

    def __init__(self, control, settings):
        self.control = control
        self.machine = os.uname().machine
        own, heard = True, control
        if settings["tier"] == "default":
            self.way = isolate.Namespaces()
            members, disk = watch.all_others, None
        elif settings["tier"] == "strong":
            from . import gvisor  # noqa: PLC0415 - every library loaded makes each fork dearer

            self.way = gvisor.Roots()
            members, disk, heard = gvisor.members, None, None
        else:
            from . import reduced  # noqa: PLC0415 - likewise

            self.way = reduced.Confined(settings)
            own = False
            members, disk = reduced.descendants, self.way.disk
        warm.up()
        if settings["tier"] != "strong":
            mapping.arrange()
        # A page shared with the samples, who set their byte once they are confined and then let go of it:
        # what runs untrusted can no longer claim that it never ran. The filter refuses such pages.
        self.confined = mmap.mmap(-1, mmap.PAGESIZE)
        self.filter = None
        if settings["tier"] != "none":
            self.filter = seccomp.prepare(seccomp.build_sample(self.machine, own, namespaces=own))
            seccomp.install(seccomp.prepare(seccomp.build_zygote(self.machine)))
        rlimits.always(self.way.unlimited)
        self.watch = watch.Watch(heard, members, disk)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)

    def serve(self):
        """Answer requests one after the other."""
        sample.prepare()
        self.empty = os.open("/dev/null", os.O_RDONLY | os.O_CLOEXEC)
        self.first = reserve()
        self.top = self.first + 32
        self.size = rlimits.size()
        self.bounds = {}
        self.baseline = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        gc.collect()
        gc.freeze()
        # A sample lives for milliseconds: looking for cycles at every 700th object is in vain.
        gc.set_threshold(10_000, 10, 10)
        self.control.send(b"ready " + json.dumps({"python": sys.version, "resident": self.baseline}).encode())
        space = socket.CMSG_SPACE(4 * len(protocol.PAIR))
        while True:
            message, ancillary, _, _ = self.control.recvmsg(protocol.REQUEST.size, space)
            if not message:
                return
            descriptors = []
            for _, _, data in ancillary:
                descriptors += struct.unpack("%di" % (len(data) // 4), data)
            try:
                report = self.serve_one(protocol.REQUEST.unpack(message), descriptors)
            except watch.HangUpError:
                return
            os.closerange(self.first, self.top)
            self.control.send(report)

    def serve_one(self, request, descriptors):
        """Run one sample, or a proxy pair; give the report."""
        number, seed, wall, cpu, memory, processes, open_files, disk, output, results = request
        # The same limits come thousands of times.
        limits = (cpu, memory, processes + self.way.processes(), open_files, max(disk, results + 4096))
        bounds = self.bounds.get(limits)
        if bounds is None:
            bounds = self.bounds[limits] = rlimits.prepare(
                dict(zip(LIMITS, limits)),  # noqa: B905 - not before Python 3.10
                self.size,
                self.way.unlimited,
            )
        files = {"stdin": self.empty}
        pair = len(descriptors) == len(protocol.PAIR)
        files.update(zip(protocol.PAIR if pair else protocol.ALONE, descriptors))  # noqa: B905 - likewise
        watched = [(files["stdout"], output), (files["stderr"], output), (files["result"], results)]
        allowed = memory + self.baseline
        self.confined[:2] = bytes(2)
        pids = []
        started = time.monotonic()
        try:
            if pair:
                watched.append((files["program_output"], output))
                allowed += self.baseline
                questions, answers = os.pipe(), os.pipe()
                first = {
                    "stdin": self.empty,
                    "stdout": files["program_output"],
                    "stderr": files["program_output"],
                }
                first.update(body=files["program"], ask=answers[1], answer=questions[0])
                pids.append(self.fork(0, first, bounds, seed, disk, results))
                files.update(ask=questions[1], answer=answers[0])
            pids.append(self.fork(len(pids), files, bounds, seed, disk, results))
        except OSError as error:
            for pid in pids:
                watch.kill(pid)
                os.waitpid(pid, 0)
            self.way.after(pids[-1] if pids else 0)
            return protocol.REPORT.pack(number, protocol.REFUSED, error.errno or 0, 0.0, 0.0, 0, 0)
        if pair:
            for descriptor in questions + answers:
                os.close(descriptor)
        try:
            how, status, usage = self.watch.wait(pids[-1], started, wall, allowed, disk, watched)
        except watch.HangUpError:
            for pid in pids:
                watch.kill(pid)
            self.way.after(pids[-1])
            raise
        seconds = time.monotonic() - started
        busy, peak, other = usage.ru_utime + usage.ru_stime, usage.ru_maxrss, 0
        if pair:
            watch.kill(pids[0])
            _, first_status, usage = os.wait4(pids[0], 0)
            busy, peak = busy + usage.ru_utime + usage.ru_stime, max(peak, usage.ru_maxrss)
            other = first_status & 0x7F
        for pid in pids:
            self.way.after(pid)
        if how == protocol.EXITED and self.confined[: len(pids)] != b"\1" * len(pids):
            return protocol.REPORT.pack(number, protocol.REFUSED, 0, seconds, busy, peak * 1024, other)
        code = status >> 8
        if status & 0x7F:
            code = status & 0x7F
            if how == protocol.EXITED:
                how = protocol.SIGNALED
        return protocol.REPORT.pack(number, how, code, seconds, busy, peak * 1024, other)

    def fork(self, place, files, bounds, seed, disk, results):
        """Fork one sample, the first or second of its run; in it, confine it and run it, never to return."""
        pid = self.way.fork(disk)
        if pid:
            return pid
        try:
            _signal.pthread_sigmask(_signal.SIG_SETMASK, ())  # the watch's
            self.way.enter(disk)
            self.way.drop()
            names = [name for name in sample.DESCRIPTORS if name in files]
            arrange(files, names, self.top)
            rlimits.apply(bounds)
            if self.filter is not None:
                seccomp.add(self.filter)
            self.confined[place] = 1
            self.confined.close()
        except BaseException as error:  # noqa: BLE001 - whatever failed, nothing untrusted may run
            os.write(2, repr(error).encode())
            os._exit(1)
        return sample.run(names, seed, results)


def arrange(files, names, top):
    """Give the sample the descriptors named, in that order from 0, and no other.

    Args:
        files: Name to descriptor.
        names: What the sample's descriptors 0, 1, 2, … shall be.
        top: No descriptor of this process is as high as this.
    """
    for target, name in enumerate(names):
        os.dup2(files[name], target)  # each from above the range, see ``reserve``
    os.closerange(len(names), top)


def reserve():
    """Leave no descriptor free below those that will arrive; give the number from which on they will.

    Samples use the lowest ones. And what has arrived can be closed in one call.
    """
    first = max(len(sample.DESCRIPTORS), *map(int, os.listdir("/proc/self/fd"))) + 1
    null = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    for number in range(first):
        try:
            os.fstat(number)
        except OSError:
            os.dup2(null, number)
    os.close(null)
    return first
