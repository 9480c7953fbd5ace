"""The other side of a test of semaphores, in Python: does what it is told on
stdin, a line at a time, and answers with one line.

    posix-create NAME VALUE, posix-open NAME        posix_ipc
    sysv-create KEY VALUE, sysv-open KEY            sysv_ipc, a set of one
    wait, trywait, post, value, unlink
    undo, zero                                      sysv_ipc alone

What fails is answered with "error" and the name of the exception.
"""

import sys

semaphore = None


def posix_create(name, value):
    import posix_ipc

    flags = posix_ipc.O_CREX
    return posix_ipc.Semaphore(name, flags, initial_value=int(value))


def posix_open(name):
    import posix_ipc

    return posix_ipc.Semaphore(name)


def sysv_create(key, value):
    import sysv_ipc

    flags = sysv_ipc.IPC_CREX
    return sysv_ipc.Semaphore(int(key), flags, initial_value=int(value))


def sysv_open(key):
    import sysv_ipc

    return sysv_ipc.Semaphore(int(key))


def undo():
    semaphore.undo = True


def unlink():
    if hasattr(semaphore, "unlink"):
        semaphore.unlink()
    else:
        semaphore.remove()


OPENERS = {
    "posix-create": posix_create,
    "posix-open": posix_open,
    "sysv-create": sysv_create,
    "sysv-open": sysv_open,
}

COMMANDS = {
    "wait": lambda: semaphore.acquire(),
    "trywait": lambda: semaphore.acquire(0),
    "post": lambda: semaphore.release(),
    "value": lambda: semaphore.value,
    "unlink": unlink,
    "undo": undo,
    "zero": lambda: semaphore.Z(),
}


def answer(command, *arguments):
    global semaphore
    if command in OPENERS:
        semaphore = OPENERS[command](*arguments)
        return None
    return COMMANDS[command](*arguments)


for line in sys.stdin:
    try:
        result = answer(*line.split())
        print("ok" if result is None else f"ok {result}", flush=True)
    except Exception as error:
        print(f"error {type(error).__name__}", flush=True)
