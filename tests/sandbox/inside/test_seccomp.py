"""The two system call filters: their net effect, by interpretation and for real."""

import asyncio
import concurrent.futures.thread  # noqa: F401 - here, since nobody may not be able to read the interpreter's folder
import ctypes
import encodings.idna  # noqa: F401
import errno
import mmap
import multiprocessing.pool
import multiprocessing.popen_fork
import multiprocessing.queues
import multiprocessing.synchronize
import os
import pathlib
import platform
import re
import resource
import select
import signal
import socket
import sqlite3
import struct
import subprocess
import tempfile
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

import forked
import pytest

from reweave.sandbox.inside import seccomp

MACHINES = ("x86_64", "aarch64")
HEADERS = {
    "x86_64": [
        pathlib.Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
        pathlib.Path("/usr/include/asm/unistd_64.h"),
    ],
    "aarch64": [pathlib.Path("/usr/include/asm-generic/unistd.h")],
}
KILLED, REFUSED, UNKNOWN, PASSED = 0x80000000, 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS, 0x7FFF0000
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
# fmt: off
NEVER = [
    "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "process_mrelease", "kcmp",
    "pidfd_getfd", "bpf", "perf_event_open", "userfaultfd", "memfd_create", "memfd_secret", "keyctl",
    "add_key", "request_key", "io_uring_setup", "io_uring_enter", "io_uring_register", "io_setup",
    "io_submit", "mount", "umount2", "open_tree", "move_mount", "fsopen", "fsconfig", "fsmount",
    "fspick", "mount_setattr", "pivot_root", "chroot", "kexec_load", "kexec_file_load", "init_module",
    "finit_module", "delete_module", "swapon", "swapoff", "reboot", "settimeofday", "clock_settime",
    "clock_adjtime", "adjtimex", "iopl", "ioperm", "quotactl", "quotactl_fd", "open_by_handle_at",
    "name_to_handle_at", "fanotify_init", "fanotify_mark", "shmget", "shmat", "shmctl", "shmdt",
    "semget", "semop", "semctl", "semtimedop", "msgget", "msgsnd", "msgrcv", "msgctl", "mq_open",
    "mq_unlink", "mq_notify", "mq_getsetattr", "vmsplice", "acct", "syslog", "setns", "unshare",
    "seccomp", "capset", "sethostname", "setdomainname", "landlock_create_ruleset", "landlock_add_rule",
    "landlock_restrict_self", "lookup_dcookie", "modify_ldt", "uselib", "vhangup", "nfsservctl",
    "migrate_pages", "move_pages", "sync", "syncfs",
]
# fmt: on
NEW_NAMESPACES = (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000)
HERE = platform.machine()
needs_list = pytest.mark.skipif(HERE not in MACHINES, reason=f"no system call list for {HERE}")


def numbers_of(machine):
    """Give the kernel's own numbers by name, or skip."""
    for path in HEADERS[machine]:
        if path.exists():
            found = re.findall(r"^#define __NR(?:3264)?_(\w+)\s+(\d+)", path.read_text(), re.MULTILINE)
            numbers = {name: int(number) for name, number in found}
            if machine == "aarch64":
                numbers["newfstatat"] = numbers.pop("fstatat")
            return numbers
    pytest.skip(f"no kernel headers for {machine}")
    return None


def interpret(code, number, arguments=(), architecture=0):
    """Run a filter on one call, as the kernel does."""
    words = list(arguments) + [0] * (6 - len(arguments))
    data = struct.pack("<IIQ6Q", number, architecture, 0, *(word & (1 << 64) - 1 for word in words))
    steps = list(struct.iter_unpack("=HBBI", code))
    at = accumulator = 0
    while True:
        operation, if_true, if_false, value = steps[at]
        at += 1
        if operation == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, value)
        elif operation == 0x54:
            accumulator &= value
        elif operation == 0x06:
            return value
        else:
            tests = {0x15: accumulator == value, 0x35: accumulator >= value, 0x45: accumulator & value}
            at += if_true if tests[operation] else if_false


def net(machine, number, arguments=(), *, sockets=True, namespaces=True):
    """Give what both filters together say; of two answers the kernel takes the stricter."""
    sample = seccomp.build_sample(machine, sockets, namespaces=namespaces)
    answers = [
        interpret(code, number, arguments, ARCHITECTURES[machine])
        for code in (seccomp.build_zygote(machine), sample)
    ]
    return next(answer for answer in (KILLED, REFUSED, UNKNOWN, PASSED) if answer in answers)


def listed(machine):
    return {name: (number, zygote) for name, number, zygote in seccomp._calls(machine)[1]}


def confine(*, sockets=True, namespaces=True):
    """Install both filters here."""
    seccomp.install(seccomp.prepare(seccomp.build_zygote(HERE)))
    seccomp.install(seccomp.prepare(seccomp.build_sample(HERE, sockets, namespaces=namespaces)))


def system_call(number, *arguments):
    """Make a system call; give the error number, 0 for none."""
    call = ctypes.CDLL(None, use_errno=True).syscall
    call.restype = ctypes.c_long
    ctypes.set_errno(0)
    return 0 if call(*map(ctypes.c_long, (number, *arguments))) >= 0 else ctypes.get_errno()


@pytest.mark.parametrize("machine", MACHINES)
def test_the_lists_numbers_are_the_kernels(machine):
    """Each listed number is the one in the kernel's headers."""
    known = numbers_of(machine)
    ours = {name: number for name, (number, _) in listed(machine).items()}
    shared = ours.keys() & known.keys()
    assert len(shared) > 200
    assert {name: ours[name] for name in shared} == {name: known[name] for name in shared}


@pytest.mark.parametrize("machine", MACHINES)
def test_nothing_but_the_list_gets_through(machine):
    """Of all numbers those pass that are listed and not the zygote's, the rest gets EPERM or ENOSYS."""
    calls = listed(machine)
    passing = {number for number, zygote in calls.values() if not zygote}
    last = max(number for number, _ in calls.values())
    benign = {"socket": (socket.AF_INET, socket.SOCK_STREAM), "socketpair": (1, 1), "prctl": (15,)}
    for number in range(471):
        arguments = next((benign[name] for name in benign if calls[name][0] == number), ())
        answer = net(machine, number, arguments)
        if number in passing:
            assert answer == PASSED, number
        else:
            assert answer == (UNKNOWN if number == 435 or number > last else REFUSED), number


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("name", NEVER)
def test_what_could_hurt_is_refused(machine, name):
    """No sample can make these calls, whatever the arguments."""
    number = numbers_of(machine).get(name)
    if number is None:
        pytest.skip(f"no {name} on {machine}")
    for arguments in ((), (0,) * 6, (-1,) * 6, (1, 2, 3)):
        assert net(machine, number, arguments) == REFUSED


@pytest.mark.parametrize("machine", MACHINES)
def test_the_zygote_can_build_a_sample(machine):
    """The zygote's filter alone passes what builds a sample, and a clone into new namespaces."""
    calls = listed(machine)
    code = seccomp.build_zygote(machine)
    for name, (number, zygote) in calls.items():
        if zygote:
            assert interpret(code, number, (), ARCHITECTURES[machine]) == PASSED, name
    flags = sum(NEW_NAMESPACES) | signal.SIGCHLD
    assert interpret(code, calls["clone"][0], (flags,), ARCHITECTURES[machine]) == PASSED
    assert interpret(code, calls["prctl"][0], (22, 2), ARCHITECTURES[machine]) == PASSED


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("number", [0, 39, 172, 435, 500])
def test_another_abi_ends_the_process(machine, number):
    """32-bit calls and x32 numbers kill."""
    code = seccomp.build_zygote(machine)
    for architecture in (0x40000003, 0x40000028, ARCHITECTURES[MACHINES[machine == "x86_64"]]):
        assert interpret(code, number, (), architecture) == KILLED
    if machine == "x86_64":
        assert net(machine, number | 0x40000000) == KILLED
        assert net(machine, 0xFFFFFFFF) == KILLED


CASES = [
    ("clone", (signal.SIGCHLD,), {}, PASSED),
    ("clone", (0x3D0F00,), {}, PASSED),  # a thread
    *(("clone", (flag | signal.SIGCHLD,), {}, REFUSED) for flag in NEW_NAMESPACES),
    ("clone", (0x8000 | signal.SIGCHLD,), {}, REFUSED),  # a sibling
    *(("socket", (family, 1, 0), {}, PASSED) for family in (1, 2, 10)),
    ("socket", (2, 2, 17), {}, PASSED),
    ("socket", (2, 1 | 0x80800, 6), {}, PASSED),
    *(
        ("socket", (family, 2, 0), {}, REFUSED)
        for family in (0, 3, 4, 5, 9, 15, 16, 17, 21, 29, 31, 38, 40, 43, 44)
    ),
    *(("socket", (2, kind, 0), {}, REFUSED) for kind in (0, 3, 4, 5, 6, 10, 3 | 0x80000)),
    *(("socket", (2, 1, protocol), {}, REFUSED) for protocol in (1, 132, 136, 255, 256, 262)),
    ("socket", (1 << 32 | 16, 1, 0), {}, REFUSED),
    ("socket", (2, 1, 0), {"sockets": False}, REFUSED),
    ("socket", (1, 1, 0), {"sockets": False}, REFUSED),
    ("connect", (3,), {}, PASSED),
    ("connect", (3,), {"sockets": False}, REFUSED),
    ("socketpair", (1, 2, 0), {}, PASSED),
    ("socketpair", (2, 1, 0), {}, REFUSED),
    ("socketpair", (1, 3, 0), {}, REFUSED),
    ("socketpair", (1, 1 | 0x80800, 0), {"sockets": False}, PASSED),
    ("socketpair", (1, 5, 0), {"sockets": False}, PASSED),
    ("socketpair", (1, 2, 0), {"sockets": False}, REFUSED),
    ("prctl", (15,), {}, PASSED),
    *(("prctl", (option,), {}, REFUSED) for option in (22, 35, 59, 62, 0x59616D61)),
    *(("ioctl", (0, request), {}, REFUSED) for request in (0x5412, 0x541C, 0x5423, 1 << 32 | 0x5412)),
    ("ioctl", (0, 0x5401), {}, PASSED),
    ("personality", (0,), {}, PASSED),
    ("personality", (0xFFFFFFFF,), {}, PASSED),
    *(("personality", (value,), {}, REFUSED) for value in (0x40000, 0x400000, 8)),
    ("fchmodat", (-100,), {}, PASSED),
    *(
        (name, (3,), {"namespaces": False}, REFUSED)
        for name in ("fchmodat", "fchmod", "utimensat", "fsetxattr")
    ),
    ("fgetxattr", (3,), {"namespaces": False}, PASSED),
    ("prlimit64", (7,), {}, PASSED),
    ("prlimit64", (0,), {"namespaces": False}, PASSED),
    ("sched_getaffinity", (7,), {"namespaces": False}, PASSED),
    *((name, (7,), {"namespaces": False}, REFUSED) for name in seccomp._ON_ITSELF),
    ("setpriority", (0, 0, 5), {"namespaces": False}, PASSED),
    ("setpriority", (0, 7, 5), {"namespaces": False}, REFUSED),
    ("setpriority", (2, 0, 5), {"namespaces": False}, REFUSED),
    ("ioprio_set", (1, 0, 5), {"namespaces": False}, REFUSED),
]


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(("name", "arguments", "how", "expected"), CASES)
def test_arguments_decide(machine, name, arguments, how, expected):
    """Where a call is let through in part, its arguments say whether."""
    assert net(machine, listed(machine)[name][0], arguments, **how) == expected


@pytest.mark.parametrize("machine", MACHINES)
def test_a_samples_filter_is_small(machine):
    """What each fork installs has fewer than 30 instructions: the kernel's work grows with them."""
    assert len(seccomp.build_sample(machine, sockets=True)) < 30 * 8


def test_the_other_name_of_a_machine():
    """Some systems say arm64 for aarch64."""
    assert seccomp.build_zygote("arm64") == seccomp.build_zygote("aarch64")


def test_a_machine_without_a_list_is_named():
    """No filter is made up for an architecture that has no numbers here."""
    with pytest.raises(ValueError, match="riscv64"):
        seccomp.build_zygote("riscv64")
    with pytest.raises(ValueError, match="riscv64"):
        seccomp.build_sample("riscv64", sockets=True)


def test_a_filter_the_kernel_refuses_is_an_error():
    """An empty program raises, rather than leaving the process open."""
    with pytest.raises(OSError, match="seccomp"):
        seccomp.install(seccomp.prepare(b""))


@needs_list
def test_refused_calls_fail_for_real():
    """Under both filters the kernel gives EPERM for each refused call, and ENOSYS for clone3."""
    numbers = numbers_of(HERE)
    refused = [numbers[name] for name in NEVER if name in numbers]

    def child():
        confine()
        assert {number: system_call(number, *[-1] * 5) for number in refused} == dict.fromkeys(
            refused, errno.EPERM
        )
        assert system_call(435, 0, 0) == errno.ENOSYS
        for flag in NEW_NAMESPACES:
            assert system_call(numbers["clone"], flag | signal.SIGCHLD, 0, 0, 0, 0) == errno.EPERM
        for family in (socket.AF_NETLINK, socket.AF_PACKET, socket.AF_VSOCK):
            assert system_call(numbers["socket"], family, socket.SOCK_DGRAM, 0) == errno.EPERM
        assert system_call(numbers["personality"], 0x40000) == errno.EPERM
        assert system_call(numbers["prctl"], 22, 2, 0) == errno.EPERM

    assert forked.run(child) == ("", None)


@pytest.mark.skipif(HERE != "x86_64", reason="x32 is an ABI of x86-64")
def test_an_x32_call_kills_for_real():
    """The x32 number of getpid ends the process with SIGSYS."""

    def child():
        confine()
        system_call(0x40000000 | 39)

    assert forked.run(child) == ("", signal.SIGSYS)


def numpy_and_pandas():
    numpy = pytest.importorskip("numpy")
    pandas = pytest.importorskip("pandas")
    assert numpy.linalg.inv(numpy.eye(200)).sum() == 200
    assert pandas.DataFrame({"a": [1, 1], "b": [1, 2]}).groupby("a").sum().loc[1, "b"] == 3


def threads():
    found = []
    many = [threading.Thread(target=found.append, args=(number,)) for number in range(8)]
    [thread.start() for thread in many]
    [thread.join() for thread in many]
    assert sorted(found) == list(range(8))


def pools_and_queues():
    context = multiprocessing.get_context("fork")
    with context.Pool(2) as pool:
        assert pool.map(abs, [-1, -2]) == [1, 2]
    queue = context.Queue()
    process = context.Process(target=queue.put, args=("sent",))
    process.start()
    assert queue.get(timeout=20) == "sent"
    process.join()


def subprocesses():
    done = subprocess.run(["/bin/sh", "-c", "echo a; exec cat"], input=b"b", capture_output=True)
    assert done.stdout == b"a\nb"
    assert subprocess.run(["/bin/true"], start_new_session=True, preexec_fn=os.getpid).returncode == 0


def coroutines():
    async def work():
        process = await asyncio.create_subprocess_exec("/bin/echo", "a", stdout=asyncio.subprocess.PIPE)
        return await asyncio.gather(
            process.communicate(), asyncio.sleep(0.01, "b"), asyncio.to_thread(abs, -1)
        )

    assert asyncio.run(work()) == [(b"a\n", None), "b", 1]


def files():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "a")
        path.write_text("text")
        path.rename(path.with_name("b"))
        os.mkfifo(path)
        pathlib.Path(folder, "c").symlink_to("b")
        assert sorted(found.name for found in pathlib.Path(folder).iterdir()) == ["a", "b", "c"]
        assert pathlib.Path(folder, "c").read_text() == "text"


def databases():
    with tempfile.TemporaryDirectory() as folder:
        base = sqlite3.connect(pathlib.Path(folder, "base"))
        base.execute("pragma journal_mode=wal")
        base.execute("create table t(x)")
        base.execute("insert into t values (1)")
        base.commit()
        assert base.execute("select x from t").fetchall() == [(1,)]
        base.close()


def memory_maps():
    with tempfile.TemporaryFile() as file:
        file.truncate(8192)
        with mmap.mmap(file.fileno(), 8192) as area:
            area[:4] = b"abcd"
            area.flush()
            assert os.pread(file.fileno(), 4, 0) == b"abcd"


def alarms():
    seen = []
    signal.signal(signal.SIGALRM, lambda *_: seen.append(1))
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    while not seen:
        time.sleep(0.01)


def waiting():
    reading, writing = os.pipe()
    os.write(writing, b"x")
    assert select.select([reading], [], [], 1)[0] == [reading]
    poll, epoll = select.poll(), select.epoll()
    poll.register(reading)
    epoll.register(reading)
    assert poll.poll(1000)
    assert epoll.poll(1)


class Page(BaseHTTPRequestHandler):
    """Answers any request."""

    def do_GET(self):
        """Say what the page is."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"page")

    def log_message(self, *_):
        """Say nothing on stderr."""


def web_servers():
    with HTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/", timeout=20) as page:
            assert page.read() == b"page"
        thread.join()


PROGRAMS = [
    *(numpy_and_pandas, threads, pools_and_queues, subprocesses, coroutines, files, databases),
    *(memory_maps, alarms, waiting),
]


@needs_list
@pytest.mark.parametrize("program", [*PROGRAMS, web_servers])
def test_programs_work(program):
    """What ordinary programs do goes through both filters."""

    def child():
        confine()
        program()

    # Imports need the interpreter's folder, which may be under the home of root.
    assert forked.run(child, unprivileged=program is not numpy_and_pandas) == ("", None)


@needs_list
@pytest.mark.parametrize("program", PROGRAMS)
def test_programs_work_without_namespaces(program):
    """The filter of the reduced tier stops none of these either."""

    def child():
        confine(sockets=False, namespaces=False)
        program()

    # Imports need the interpreter's folder, which may be under the home of root.
    assert forked.run(child, unprivileged=program is not numpy_and_pandas) == ("", None)


@needs_list
def test_without_namespaces_others_are_left_alone(tmp_path):
    """No socket, no metadata, no limits of another process; one's own limits can be read and lowered."""
    own = tmp_path / "own"
    own.touch()
    if os.getuid() == 0:
        os.chown(own, forked.NOBODY, forked.NOBODY)
    handle = os.open(own, os.O_RDWR)

    def refused(call, *arguments):
        with pytest.raises(PermissionError):
            call(*arguments)

    def child():
        confine(sockets=False, namespaces=False)
        refused(socket.socket)
        refused(socket.socketpair, socket.AF_UNIX, socket.SOCK_DGRAM)
        refused(os.fchmod, handle, 0o600)
        refused(os.utime, handle)
        refused(os.setxattr, handle, "user.a", b"")
        refused(resource.prlimit, os.getppid(), resource.RLIMIT_CORE)
        refused(os.sched_setaffinity, os.getppid(), os.sched_getaffinity(0))
        refused(os.setpriority, os.PRIO_USER, 0, 19)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.nice(1)

    assert forked.run(child) == ("", None)
