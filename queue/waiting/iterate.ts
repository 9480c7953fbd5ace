/**
 * Loops over messages, which leaving them ends, also while they wait.
 *
 * @module
 */

/**
 * Receives message after message.
 *
 * @param receive Receives one; the signal ends its wait, with no message lost.
 */
export function iterate<Message>(
  receive: (signal: AbortSignal) => Promise<Message>,
): AsyncGenerator<Message, void> {
  const stop = new AbortController();
  const { signal } = stop;
  const messages = receiveAll(receive, signal);
  const leave = messages.return.bind(messages);
  // A generator alone would return when the next message has come, and lose that.
  messages.return = (value) => {
    stop.abort();
    return leave(value);
  };
  return messages;
}

async function* receiveAll<Message>(
  receive: (signal: AbortSignal) => Promise<Message>,
  signal: AbortSignal,
): AsyncGenerator<Message, void> {
  for (;;) {
    let message: Message;
    try {
      message = await receive(signal);
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
    yield message;
  }
}
