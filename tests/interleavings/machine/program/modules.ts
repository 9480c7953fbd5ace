/**
 * Loads the shipped files and a world that uses them, each participant with
 * modules of its own, as processes have them; what lies below them in `ffi/` is
 * replaced by stand-ins.
 *
 * @module
 */

import { fromFileUrl } from "../../../../deps.ts";
import { accessorsOf } from "./accessors.ts";
import { instrument } from "./instrument.ts";
import type { Machine } from "../machine.ts";
import { Tasks } from "./tasks.ts";
import type { Edit } from "../world.ts";

const ROOT = fromFileUrl(new URL("../../../../", import.meta.url));
const STAND_INS = "tests/interleavings/stand_ins/";

/** Files of `ffi/` that have a stand-in. */
const REPLACED: Readonly<Record<string, string>> = {
  "ffi/libc/library.ts": "library.ts",
  "ffi/files/kernel_file.ts": "files/kernel_file.ts",
  "ffi/files/open.ts": "files/open.ts",
  "ffi/pipes/peer_pipe.ts": "files/peer_pipe.ts",
  "ffi/pipes/poll.ts": "files/poll.ts",
  "ffi/files/range_lock.ts": "files/range_lock.ts",
  "ffi/files/read_at.ts": "files/read_at.ts",
  "ffi/files/size.ts": "files/size.ts",
  "ffi/files/status.ts": "files/status.ts",
  "ffi/files/whole_lock.ts": "files/whole_lock.ts",
  "ffi/memory/mapped_files.ts": "memory/mapped_files.ts",
  "ffi/memory/mman.ts": "memory/mman.ts",
  "ffi/memory/region.ts": "memory/region.ts",
  "sync/bells/event_loop.ts": "sync/event_loop.ts",
  "ffi/sync/futex.ts": "sync/futex.ts",
  "ffi/sysv/sysv_sem.ts": "sync/sysv_sem.ts",
};

/** What a module exports. */
// deno-lint-ignore no-explicit-any -- of any type
type Exports = Record<string, any>;

/** The modules of one participant. */
export interface Instance {
  /** What the world's file exports. */
  readonly exports: Exports;
  readonly tasks: Tasks;
  /** Sets variables of modules back, as a process that starts has them. */
  readonly reset: () => void;
}

/** The names that an instrumented file finds around it. */
const AROUND = [
  ...["exports", "require", "$machine", "$tasks", "$keep"],
  ...["$get", "$set", "$update", "$call", "$method", "$atomic"],
  "Atomics",
  ...["$spawn", "$generate", "$yielded", "$each", "Promise", "queueMicrotask"],
  ...["setTimeout", "clearTimeout", "setImmediate", "clearImmediate"],
  ...["setInterval", "clearInterval", "performance", "Deno"],
  ...["WeakRef", "FinalizationRegistry", "Date", "addEventListener"],
  "globalThis",
] as const;

/** A compiled file. */
// deno-lint-ignore no-explicit-any -- its parameters are those of AROUND
type Compiled = (...around: any[]) => void;

/** Files that were compiled before, by their text. */
const compiled = new Map<string, Compiled>();

/** A world with all files that it imports. */
export class Program {
  readonly #edits: readonly Edit[];
  readonly #files = new Map<string, Compiled>();
  readonly #entry: string;

  /** Names a world by its file, from the folder of the project. */
  constructor(entry: string, edits: readonly Edit[] = []) {
    this.#entry = entry;
    this.#edits = edits;
    const files = new Set(edits.map(({ file }) => file));
    for (const file of files) this.#compile(file);
  }

  /** Runs all modules anew; gives what the world's file exports. */
  instantiate(machine: Machine, arch: string): Instance {
    const tasks = new Tasks(machine);
    const made = new Map<string, Exports>();
    const accessors = accessorsOf(machine, (ms) => tasks.doze(ms));
    const shadowDeno = Object.create(Deno, {
      pid: { get: () => 1000 + (machine.current?.index ?? 99) },
      removeSync: { value: (name: string) => machine.kernel.removeFile(name) },
      unrefTimer: { value: () => {} },
      build: { value: { ...Deno.build, arch } },
      permissions: { value: { querySync: () => ({ state: "denied" }) } },
      UnsafePointer: { value: { create: (address: bigint) => ({ address }) } },
      UnsafePointerView: {
        value: { getArrayBuffer: () => machine.kernel.openHead() },
      },
    });
    const resets: (() => void)[] = [];
    const around: Record<string, unknown> = {
      $keep: (
        take: () => unknown[],
        put: (values: unknown[]) => void,
        containers: (Map<unknown, unknown> | unknown[])[],
        remake: () => unknown[],
      ) => {
        resets.push(remake);
        const values = take();
        if (values.length > 0) resets.push(() => put(values));
        for (const container of containers) {
          if (Array.isArray(container)) {
            if (container.length === 0) resets.push(() => container.length = 0);
          } else if (container.size === 0) resets.push(() => container.clear());
        }
      },
      ...accessors,
      ...tasks.globals,
      $machine: machine,
      $tasks: tasks,
      Deno: shadowDeno,
    };
    around.globalThis = Object.create(
      globalThis,
      Object.fromEntries(
        Object.entries(around).map(([name, value]) => [name, { value }]),
      ),
    );
    const values = AROUND.slice(2).map((name) => around[name]);
    const load = (file: string): Exports => {
      const known = made.get(file);
      if (known !== undefined) return known;
      const exports: Exports = {};
      made.set(file, exports);
      const require = (specifier: string) => load(resolve(file, specifier));
      this.#compile(file)(exports, require, ...values);
      return exports;
    };
    const exports = load(this.#entry);
    const reset = () => {
      for (const put of resets) put();
      tasks.reset();
    };
    return { exports, tasks, reset };
  }

  #compile(file: string): Compiled {
    let made = this.#files.get(file);
    if (made !== undefined) return made;
    const text = this.#textOf(file);
    const key = `${file}\n${text}`;
    made = compiled.get(key);
    if (made === undefined) {
      made = compile(file, text);
      compiled.set(key, made);
    }
    this.#files.set(file, made);
    return made;
  }

  #textOf(file: string): string {
    let text = Deno.readTextFileSync(ROOT + file);
    for (const { file: edited, find, replace } of this.#edits) {
      if (edited !== file) continue;
      if (text.split(find).length !== 2) {
        throw new Error(`${file} must have this once: ${find}`);
      }
      text = text.replace(find, () => replace);
    }
    return text;
  }
}

function compile(file: string, text: string): Compiled {
  // In a block, so that a file may have a constant of a name around it.
  const body = `"use strict"; {\n${instrument(file, text)}\n}`;
  return new Function(...AROUND, body) as Compiled;
}

/** The file that an import leads to; a stand-in where there is one. */
function resolve(from: string, specifier: string): string {
  const url = new URL(specifier, `file:///${from}`);
  const file = url.pathname.slice(1);
  if (from.startsWith(STAND_INS)) return file;
  const replaced = REPLACED[file];
  return replaced === undefined ? file : STAND_INS + replaced;
}
