/**
 * The other process of a test, whichever language it is written in: see
 * `deno/peer.ts` for what is said between the two.
 *
 * @module
 */

import { Program } from "./program.ts";
import type { Access, KindName } from "./kinds.ts";

/** What the other side says about memory that it mapped. */
export interface Theirs {
  /** What this side opens it by. */
  readonly target: string;
  /** Size in bytes. */
  readonly size: number;
  /** Where it is there; 0 when it does not tell. */
  readonly address: bigint;
}

/** A process that has at most one piece of memory mapped. */
export class Peer implements AsyncDisposable {
  readonly #program: Program;

  private constructor(program: Program) {
    this.#program = program;
  }

  /** Starts it. */
  static start(command: readonly string[]): Peer {
    return new Peer(Program.start(command));
  }

  /** Process id. */
  get pid(): number {
    return this.#program.pid;
  }

  /** Lets it create memory and map it. */
  async create(kind: string, target: string, size: number): Promise<Theirs> {
    return theirs(await this.ask("create", kind, target, size));
  }

  /** Lets it open memory and map it, at an address if one is given. */
  async open(
    kind: KindName | "posix-tracked",
    target: string,
    access: Access,
    address?: bigint,
  ): Promise<Theirs> {
    const place = address === undefined ? [] : [`0x${address.toString(16)}`];
    return theirs(await this.ask("open", kind, target, access, ...place));
  }

  /** Lets it read text. */
  async read(offset: number, length: number): Promise<string> {
    const hex = await this.ask("read", offset, length);
    return new TextDecoder().decode(Uint8Array.fromHex(hex));
  }

  /** Lets it write text. */
  async write(offset: number, text: string): Promise<void> {
    await this.ask("write", offset, new TextEncoder().encode(text).toHex());
  }

  /** Lets it unmap and close what it has. */
  async close(): Promise<void> {
    await this.ask("close");
  }

  /** Says anything, and gives the answer. */
  async ask(...words: readonly (string | number)[]): Promise<string> {
    await this.#program.tell(words.join(" "));
    const line = await this.#program.line();
    if (line === "ok") return "";
    if (line.startsWith("ok ")) return line.slice(3);
    throw new Error(line);
  }

  /** Lets it end by itself. */
  async end(): Promise<{ code: number; stdout: string; stderr: string }> {
    return await this.#program.end();
  }

  /** Ends it if it has not ended by itself. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
  }
}

function theirs(answer: string): Theirs {
  const [target = "", size, address = "0"] = answer.split(" ");
  return { target, size: Number(size), address: BigInt(address) };
}
