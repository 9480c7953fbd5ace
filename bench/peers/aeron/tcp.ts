/**
 * A process that sends or receives messages over TCP, one write and one read for each.
 *
 * Takes the length of messages; a port, to send to it. Says "ready", and its port if it
 * receives. Reads counts from stdin; says "done", or the nanoseconds from the first
 * message to the last.
 *
 * @module
 */

const [length = "", port] = Deno.args;
const encoder = new TextEncoder();
const message = new Uint8Array(Number(length));

function answer(line: string): void {
  Deno.stdout.writeSync(encoder.encode(`${line}\n`));
}

async function fill(conn: Deno.Conn): Promise<void> {
  for (let at = 0; at < message.length;) {
    const read = await conn.read(message.subarray(at));
    if (read === null) throw new Error("The sender has gone");
    at += read;
  }
}

async function drain(conn: Deno.Conn): Promise<void> {
  for (let at = 0; at < message.length;) {
    at += await conn.write(message.subarray(at));
  }
}

const hostname = "127.0.0.1";
const listener = port === undefined
  ? Deno.listen({ hostname, port: 0 })
  : undefined;
answer(`ready ${listener?.addr.port ?? 0}`);
const conn = listener === undefined
  ? await Deno.connect({ hostname, port: Number(port) })
  : await listener.accept();
for await (
  const line of Deno.stdin.readable.pipeThrough(new TextDecoderStream())
) {
  const count = Number(line);
  if (listener === undefined) {
    for (let i = 0; i < count; i++) await drain(conn);
    answer("done");
  } else {
    await fill(conn);
    const start = performance.now();
    for (let i = 1; i < count; i++) await fill(conn);
    const time = (performance.now() - start) * 1e6;
    answer(`${Math.round(time * count / (count - 1))}`);
  }
}
