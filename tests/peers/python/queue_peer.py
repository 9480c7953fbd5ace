"""The other side of a test of message queues, in Python: does what it is told on
stdin, a line at a time, and answers with one line, as `c/queue_peer.c` does.

    mq-create NAME MESSAGES LENGTH, mq-open NAME, mq-unlink NAME      posix_ipc
    mq-send PRIORITY MESSAGE, mq-receive, mq-flood COUNT
    msg-create KEY, msg-open KEY, msg-remove                          sysv_ipc
    msg-send TYPE MESSAGE, msg-receive TYPE, msg-flood TYPE COUNT

What fails is answered with "error" and the name of the exception.
"""

import sys

queue = None


def mq_create(name, messages, length):
    import posix_ipc

    return posix_ipc.MessageQueue(
        name,
        posix_ipc.O_CREX,
        max_messages=int(messages),
        max_message_size=int(length),
    )


def mq_open(name):
    import posix_ipc

    return posix_ipc.MessageQueue(name)


def mq_unlink(name):
    import posix_ipc

    posix_ipc.unlink_message_queue(name)


def msg_create(key):
    import sysv_ipc

    return sysv_ipc.MessageQueue(int(key), sysv_ipc.IPC_CREX)


def msg_open(key):
    import sysv_ipc

    return sysv_ipc.MessageQueue(int(key), max_message_size=8192)


def parse(message):
    return b"" if message == "-" else bytes.fromhex(message)


def mq_flood(count):
    for number in range(int(count)):
        queue.send(number.to_bytes(4, "little"))


def msg_flood(kind, count):
    for number in range(int(count)):
        queue.send(number.to_bytes(4, "little"), type=int(kind))


def receive(*arguments):
    message, number = queue.receive(*arguments)
    return f"{number} {message.hex() or '-'}"


OPENERS = {
    "mq-create": mq_create,
    "mq-open": mq_open,
    "msg-create": msg_create,
    "msg-open": msg_open,
}

COMMANDS = {
    "mq-unlink": mq_unlink,
    "mq-send": lambda p, m: queue.send(parse(m), priority=int(p)),
    "mq-receive": receive,
    "mq-flood": mq_flood,
    "msg-remove": lambda: queue.remove(),
    "msg-send": lambda t, m: queue.send(parse(m), type=int(t)),
    "msg-receive": lambda t: receive(True, int(t)),
    "msg-flood": msg_flood,
}


def answer(command, *arguments):
    global queue
    if command in OPENERS:
        queue = OPENERS[command](*arguments)
        return None
    return COMMANDS[command](*arguments)


for line in sys.stdin:
    try:
        result = answer(*line.split())
        print("ok" if result is None else f"ok {result}", flush=True)
    except Exception as error:
        print(f"error {type(error).__name__}", flush=True)
