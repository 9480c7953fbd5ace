import { notify, wait } from "../../../sync/waiting/wait.ts";
import { mapped } from "../machine/mapped.ts";
import type { Participant, World } from "../machine/world.ts";

// A mailbox for one letter: word 0 says whether it is full, word 1 is the
// letter. The sender waits while it is full, the receiver while it is empty.
const [EMPTY, FULL] = [0, 1];
const LETTERS = [11, 12, 13];

function mailbox(): Int32Array {
  return new Int32Array(mapped().bytes.buffer, 0, 2);
}

function waitFor(words: Int32Array, state: number): void {
  for (;;) {
    const found = Atomics.load(words, 0);
    if (found === state) return;
    wait(words, 0, found);
  }
}

function send(_: Participant): void {
  const words = mailbox();
  for (const letter of LETTERS) {
    waitFor(words, EMPTY);
    words[1] = letter;
    Atomics.store(words, 0, FULL);
    notify(words, 0);
  }
}

function receive(self: Participant): void {
  const words = mailbox();
  for (let i = 0; i < LETTERS.length; i++) {
    waitFor(words, FULL);
    self.note(words[1]);
    Atomics.store(words, 0, EMPTY);
    notify(words, 0);
  }
}

export const mailboxWorld: World = {
  byteLength: 8,
  participants: { sender: send, receiver: receive },
  // The kernel may end a wait in a wake-up that nobody sent.
  spurious: 1,
  check({ notes }) {
    const received = notes.receiver!.join();
    if (received !== LETTERS.join()) throw new Error(`received ${received}`);
  },
};
