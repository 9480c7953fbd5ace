/**
 * Programs of other languages that print where fields lie and what is there.
 *
 * @module
 */

import { assertEquals } from "../../../deps.ts";
import { run } from "../deno.ts";
import { made } from "../peers/made.ts";
import { PYTHON } from "../peers/python.ts";
import type { StructSample } from "./random_layouts.ts";
import type { Leaf } from "./random_values.ts";

/** A layout, its values in memory, and what is to be printed about it. */
interface Case {
  readonly sample: StructSample;
  readonly name: string;
  readonly memory: Uint8Array;
  readonly leaves: readonly Leaf[];
}

/** Puts samples into memory. */
export function casesOf(samples: readonly StructSample[]): Case[] {
  return samples.map((sample, i) => {
    const memory = new Uint8Array(sample.type.size);
    sample.type.at(memory).write(sample.value);
    return { sample, name: `S${i}`, memory, leaves: sample.leaves(false) };
  });
}

/** All of their bytes, one behind the other. */
export function memoryOf(cases: readonly Case[]): Uint8Array {
  const parts = cases.map(({ memory }) => memory);
  const whole = new Uint8Array(
    parts.reduce((sum, { byteLength }) => sum + byteLength, 0),
  );
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}

/** Compares what a program printed with what it should have. */
export function assertPrinted(
  language: string,
  cases: readonly Case[],
  printed: string,
  skipped: (each: Case) => boolean = () => false,
): void {
  const lines = printed.trimEnd().split("\n");
  let at = 0;
  for (const each of cases) {
    if (skipped(each)) continue;
    const { sample, name, leaves } = each;
    for (const leaf of leaves) {
      const where = `${language}: ${name}.${
        leaf.path.join(".")
      } of ${sample.type.layout}`;
      const line = lines[at++] ?? "nothing";
      const float = leaf.kind.startsWith("f");
      assertEquals(
        float ? Number(line) : line,
        float ? Number(leaf.text) : leaf.text,
        where,
      );
    }
  }
  assertEquals(lines.length, at, `${language} printed too much`);
}

const C_READS = `#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Copies a field, the other way round when it is big-endian. */
static void take(void *to, const void *from, size_t size, int big) {
  for (size_t i = 0; i < size; i++)
    ((char *)to)[i] = ((const char *)from)[big ? size - 1 - i : i];
}
#define NUMBER(type, format, field, big) do { type value; \\
  take(&value, &field, sizeof field, big); printf(format "\\n", value); } while (0)
static void hex(const void *from, size_t size) {
  for (size_t i = 0; i < size; i++) printf("%02x", ((const unsigned char *)from)[i]);
  printf("\\n");
}
`;

const C_NUMBERS: Readonly<Record<string, readonly [string, string]>> = {
  u8: ["uint8_t", '"%" PRIu8'],
  u16: ["uint16_t", '"%" PRIu16'],
  u32: ["uint32_t", '"%" PRIu32'],
  u64: ["uint64_t", '"%" PRIu64'],
  i8: ["int8_t", '"%" PRId8'],
  i16: ["int16_t", '"%" PRId16'],
  i32: ["int32_t", '"%" PRId32'],
  i64: ["int64_t", '"%" PRId64'],
  f32: ["float", '"%.17g"'],
  f64: ["double", '"%.17g"'],
  bool: ["bool", '"%d"'],
};

/** A C compiler that takes no warning, but for what packing is about. */
export const CC: readonly string[] = [
  "cc",
  "-std=c11",
  "-Wall",
  "-Wextra",
  "-Werror",
  "-Wno-packed-not-aligned",
  "-D_GNU_SOURCE",
];

/** A compiler of Rust. */
export const RUSTC: readonly string[] = [
  "rustc",
  "--edition",
  "2021",
  "-Awarnings",
];

/** Writes a program in C. */
export function cProgram(cases: readonly Case[]): string {
  const headers = cases.map(({ sample, name }) => sample.type.toC(name));
  const bodies = cases.map(({ name, leaves }) => {
    const prints = leaves.map(({ path, kind, big }) => {
      const at = `s.${dotted(path)}`;
      if (kind === "chars") return `hex(${at}, strnlen(${at}, sizeof ${at}));`;
      if (kind === "bytes") return `hex(${at}, sizeof ${at});`;
      const [type, format] = C_NUMBERS[kind] ?? ["", ""];
      return `NUMBER(${type}, ${format}, ${at}, ${big ? 1 : 0});`;
    });
    return `static int print_${name}(void) {
  ${name} s;
  if (fread(&s, sizeof s, 1, stdin) != 1) return 1;
  ${prints.join("\n  ")}
  return 0;
}
`;
  });
  const calls = cases.map(({ name }) => `print_${name}()`);
  return `${headers.join("\n")}${C_READS}${bodies.join("")}
int main(void) { return ${calls.join(" || ")}; }
`;
}

/** Writes a program in Rust. */
export function rustProgram(cases: readonly Case[]): string {
  const modules = cases.map(({ sample, name }) =>
    `mod m_${name} {\n${sample.type.toRust(name)}}\n`
  );
  const bodies = cases.filter((each) => !inBytesOnly(each)).map((
    { name, leaves },
  ) => {
    const prints = leaves.map(({ path, kind, big }) => {
      const at = `s.${dotted(path)}`;
      if (kind === "chars") return `hex(&until_nul({ ${at} }.to_vec()));`;
      if (kind === "bytes") return `hex(&{ ${at} });`;
      if (kind === "bool") return `println!("{}", { ${at} } as u8);`;
      const value = big
        ? `${kind}::from_be_bytes({ ${at} }.to_ne_bytes())`
        : `{ ${at} }`;
      // A single-precision number is shown by the shortest text that is it.
      return `println!("{}", ${value}${kind === "f32" ? " as f64" : ""});`;
    });
    return `fn print_${name}(bytes: &[u8]) {
    let s: m_${name}::${name} = unsafe { std::ptr::read_unaligned(bytes.as_ptr() as *const _) };
    ${prints.join("\n    ")}
}
`;
  });
  let at = 0;
  const calls = cases.map((each) => {
    const from = at;
    at += each.memory.byteLength;
    return inBytesOnly(each)
      ? ""
      : `print_${each.name}(&bytes[${from}..${at}]);`;
  });
  return `#![allow(dead_code)]
use std::io::Read;
${modules.join("")}
fn hex(bytes: &[u8]) {
    println!("{}", bytes.iter().map(|b| format!("{:02x}", b)).collect::<String>());
}
fn until_nul(bytes: Vec<u8>) -> Vec<u8> {
    bytes.into_iter().take_while(|b| *b != 0).collect()
}
${bodies.join("")}
fn main() {
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes).unwrap();
    ${calls.join("\n    ")}
}
`;
}

/** Whether Rust cannot name all fields, but only assert where they lie. */
export function inBytesOnly({ sample }: Case): boolean {
  return sample.type.toRust().includes("// not aligned");
}

/** Writes a program in Python. */
export function numpyProgram(cases: readonly Case[]): string {
  let from = 0;
  const lines = cases.flatMap(({ sample, memory, leaves }) => {
    const offset = from;
    from += memory.byteLength;
    return [
      `t = ${sample.type.toNumpy()}`,
      `assert t.itemsize == ${sample.type.size}`,
      ...Object.entries(sample.type.offsets).map(([field, at]) =>
        `assert t.fields['${field}'][1] == ${at}`
      ),
      `s = np.frombuffer(data, t, 1, ${offset})[0]`,
      ...leaves.map(({ path, kind }) => {
        const at = `s${
          path.map((each) =>
            typeof each === "number" ? `[${each}]` : `['${each}']`
          ).join("")
        }`;
        if (kind === "chars") return `print(bytes(${at}).hex())`;
        if (kind === "bytes") return `print(bytes(${at}).hex())`;
        if (kind.startsWith("f")) return `print(repr(float(${at})))`;
        return `print(int(${at}))`;
      }),
    ];
  });
  return `import sys
import numpy as np
data = sys.stdin.buffer.read()
${lines.join("\n")}
`;
}

/** Compiles a source and runs it over memory; returns what it prints. */
export async function printedBy(
  compiler: readonly string[],
  ending: string,
  source: string,
  input: Uint8Array,
): Promise<string> {
  const [name = "", ...flags] = compiler;
  const folder = await made(name, [...flags, source], async (folder) => {
    const file = `${folder}/program${ending}`;
    await Deno.writeTextFile(file, source);
    const binary = `${folder}/program`;
    const { code, stderr } = await run([...compiler, file, "-o", binary]);
    if (code !== 0) throw new Error(stderr.slice(0, 4000));
  });
  return await piped([`${folder}/program`], input);
}

/** Runs a program over memory; returns what it prints. */
export async function piped(
  [command = "", ...args]: readonly string[],
  input: Uint8Array,
): Promise<string> {
  const child = new Deno.Command(command, {
    args,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(input);
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const text = new TextDecoder();
  assertEquals(code, 0, text.decode(stderr));
  return text.decode(stdout);
}

/** Runs Python where numpy is looked for. */
export async function numpyPrinted(
  source: string,
  input: Uint8Array,
): Promise<string> {
  const file = await Deno.makeTempFile({ suffix: ".py" });
  try {
    await Deno.writeTextFile(file, source);
    return await piped([...PYTHON, file], input);
  } finally {
    await Deno.remove(file);
  }
}

function dotted(path: readonly (string | number)[]): string {
  return path.map((each, i) =>
    typeof each === "number" ? `[${each}]` : i === 0 ? each : `.${each}`
  ).join("");
}
