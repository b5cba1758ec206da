"""The fork server: one interpreter with everything imported, which forks a sample for each request.

It sees numbers only. Programs, inputs, tests and results travel in files of memory whose descriptors the
harness passes over a socket and which only the samples read or write: a sample is a copy of this process's
memory, so nothing may ever be in it that one sample must not learn of another.

A request is one message (``protocol.REQUEST``) with descriptors; the answer is one message
(``protocol.REPORT``).
"""

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

from . import isolate, protocol, rlimits, sample, seccomp, warm, watch


def main(control, settings):
    """Serve the harness at the other end of ``control`` (a descriptor) until it hangs up.

    Args:
        control: A connected unix socket of packets.
        settings: JSON: ``preload`` (module names), ``tier``, ``read`` (folders a reduced sample may read).
    """
    settings = json.loads(settings)
    control = socket.socket(fileno=control)
    for name in settings["preload"]:
        __import__(name)
    Zygote(control, settings).serve()


class Zygote:
    """One ring's fork server."""

    def __init__(self, control, settings):
        self.control = control
        self.machine = os.uname().machine
        own, follow = True, watch.Follow
        if settings["tier"] == "default":
            self.way = isolate.Namespaces()
            members, disk = watch.all_others, None
        elif settings["tier"] == "strong":
            from . import gvisor  # noqa: PLC0415 - every library loaded makes each fork dearer

            self.way = gvisor.Roots()
            members, disk, follow = gvisor.members, None, gvisor.Follow
        else:
            from . import reduced  # noqa: PLC0415 - likewise

            self.way = reduced.Confined(settings)
            own = False
            members, disk = reduced.descendants, self.way.disk
        warm.up()
        # A page shared with the samples, who set their byte once they are confined and then let go of it:
        # what runs untrusted can no longer claim that it never ran. The filter refuses such pages.
        self.confined = mmap.mmap(-1, mmap.PAGESIZE)
        self.filter = None
        if settings["tier"] != "none":
            self.filter = seccomp.prepare(seccomp.build_sample(self.machine, own, namespaces=own))
            seccomp.install(seccomp.prepare(seccomp.build_zygote(self.machine)))
        self.watch = watch.Watch(control, members, disk, follow)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)

    def serve(self):
        """Answer requests one after the other."""
        sample.prepare()
        reserve()
        gc.collect()
        gc.freeze()
        # A sample lives for milliseconds: looking for cycles at every 700th object is in vain.
        gc.set_threshold(10_000, 10, 10)
        empty = os.open("/dev/null", os.O_RDONLY | os.O_CLOEXEC)
        self.empty = empty
        self.top = max(int(name) for name in os.listdir("/proc/self/fd")) + 32
        self.size = rlimits.size()
        self.bounds = {}
        self.baseline = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
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
            for descriptor in descriptors:
                os.close(descriptor)
            self.control.send(report)

    def serve_one(self, request, descriptors):
        """Run one sample, or a proxy pair; give the report."""
        number, seed, wall, cpu, memory, processes, open_files, disk, output, results = request
        limits = {
            "cpu": cpu,
            "memory": memory,
            "processes": processes + self.way.processes(),
            "open_files": open_files,
            "disk": max(disk, results + 4096),
        }
        # The same limits come thousands of times.
        bounds = self.bounds.get(tuple(limits.values()))
        if bounds is None:
            bounds = self.bounds[tuple(limits.values())] = rlimits.prepare(
                limits, self.size, self.way.unlimited
            )
        files = {"stdin": self.empty}
        names = protocol.PAIR if len(descriptors) == len(protocol.PAIR) else protocol.ALONE
        files.update(zip(names, descriptors))  # noqa: B905 - not before Python 3.10
        started = time.monotonic()
        self.confined[:2] = bytes(2)
        pids = []
        try:
            if "program" in files:
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
        finally:
            if "program" in files:
                for descriptor in questions + answers:
                    os.close(descriptor)
        watched = [(files[name], output) for name in ("stdout", "stderr", "program_output") if name in files]
        watched.append((files["result"], results))
        allowed = memory + self.baseline * len(pids)
        try:
            how = self.watch.wait(pids[-1], started, wall, allowed, disk, watched)
        except watch.HangUpError:
            for pid in pids:
                watch.kill(pid)
            self.way.after(pids[-1])
            raise
        if len(pids) == 2:
            watch.kill(pids[0])
        _, status, usage = os.wait4(pids[-1], 0)
        seconds = time.monotonic() - started
        busy, peak, other = usage.ru_utime + usage.ru_stime, usage.ru_maxrss, 0
        if len(pids) == 2:
            _, first_status, usage = os.wait4(pids[0], 0)
            busy, peak = busy + usage.ru_utime + usage.ru_stime, max(peak, usage.ru_maxrss)
            other = first_status & 0x7F
        for pid in pids:
            self.way.after(pid)
        if how == protocol.EXITED and any(self.confined[place] == 0 for place in range(len(pids))):
            return protocol.REPORT.pack(number, protocol.REFUSED, 0, seconds, busy, peak * 1024, other)
        code = status >> 8
        if how == protocol.EXITED and status & 0x7F:
            how = protocol.SIGNALED
        if status & 0x7F:
            code = status & 0x7F
        return protocol.REPORT.pack(number, how, code, seconds, busy, peak * 1024, other)

    def fork(self, place, files, bounds, seed, disk, results):
        """Fork one sample, the first or second of its run; in it, confine it and run it, never to return."""
        pid = self.way.fork(disk)
        if pid:
            return pid
        try:
            self.way.enter(disk)
            self.way.drop()
            names = [name for name in sample.DESCRIPTORS if name in files]
            arrange(files, names, self.top)
            rlimits.apply(bounds)
            if self.filter is not None:
                seccomp.install(self.filter)
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
    """Take the descriptors that samples use, so that none that arrives is one of them."""
    for number in range(len(sample.DESCRIPTORS)):
        try:
            os.fstat(number)
        except OSError:
            os.dup2(os.open(os.devnull, os.O_RDONLY), number)
