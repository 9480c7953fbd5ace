"""The other side of a test, in Python: does what it is told on stdin, a line at
a time, and answers with one line. deno/peer.ts lists the commands. The kinds
are "posix" (multiprocessing.shared_memory) and "file" (mmap); "posix-tracked"
opens as Python does by itself, with the consequence described below.
"""

import errno
import mmap
import os
import sys
from multiprocessing import resource_tracker
from multiprocessing.shared_memory import SharedMemory


def open_untracked(name):
    """Opens an object without taking charge of it.

    Python's resource tracker removes every object that a program attached, when
    that program ends, whoever created it. From 3.13 on `track=False` tells it
    not to; before, the object has to be taken off its list.
    """
    if sys.version_info >= (3, 13):
        return SharedMemory(name, track=False)
    memory = SharedMemory(name)
    resource_tracker.unregister(memory._name, "shared_memory")
    return memory


class Block:
    """An object of POSIX shared memory. Python calls it without the slash."""

    def __init__(self, memory):
        self.memory = memory
        self.bytes = memory.buf
        self.size = memory.size

    @classmethod
    def create(cls, target, size):
        memory = SharedMemory(target.lstrip("/"), create=True, size=size)
        # The test removes it, so the tracker must not.
        resource_tracker.unregister(memory._name, "shared_memory")
        return cls(memory)

    @classmethod
    def open(cls, target, access):
        block = cls(open_untracked(target.lstrip("/")))
        if access == "read":
            block.bytes = block.bytes.toreadonly()
        return block

    @classmethod
    def open_tracked(cls, target, _access):
        return cls(SharedMemory(target.lstrip("/")))

    def close(self):
        self.bytes.release()
        self.memory.close()


class File:
    """A file that is mapped."""

    def __init__(self, descriptor, access):
        self.bytes = mmap.mmap(descriptor, 0, access=access)
        self.size = len(self.bytes)
        os.close(descriptor)

    @classmethod
    def create(cls, target, size):
        descriptor = os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        os.ftruncate(descriptor, size)
        return cls(descriptor, mmap.ACCESS_WRITE)

    @classmethod
    def open(cls, target, access):
        if access == "read":
            return cls(os.open(target, os.O_RDONLY), mmap.ACCESS_READ)
        return cls(os.open(target, os.O_RDWR), mmap.ACCESS_WRITE)

    def close(self):
        self.bytes.close()


OPENERS = {
    "posix": Block.open,
    "posix-tracked": Block.open_tracked,
    "file": File.open,
    # A path under /proc opens like that of any file.
    "memfd": File.open,
}
CREATORS = {"posix": Block.create, "file": File.create}

held = None


def answer(words):
    global held
    match words:
        case ["create", kind, target, size]:
            held = CREATORS[kind](target, int(size))
            return f"{target} {held.size} 0"
        case ["open", kind, target, access]:
            held = OPENERS[kind](target, access)
            return f"{target} {held.size} 0"
        case ["read", offset, length]:
            start = int(offset)
            return bytes(held.bytes[start:start + int(length)]).hex()
        case ["write", offset, text]:
            data = bytes.fromhex(text)
            start = int(offset)
            held.bytes[start:start + len(data)] = data
            return ""
        case ["close"]:
            held.close()
            held = None
            return ""
    raise ValueError(f"unknown command {words}")


for line in sys.stdin:
    try:
        print(f"ok {answer(line.split())}".rstrip(), flush=True)
    except OSError as error:
        name = errno.errorcode.get(error.errno, error.errno)
        print(f"error {name}", flush=True)
    except (TypeError, ValueError) as error:
        print(f"error {error}", flush=True)

if held is not None:
    held.close()
