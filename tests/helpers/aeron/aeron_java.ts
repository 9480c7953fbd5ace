/**
 * Compiles Java programs against Aeron's released jar, for tests.
 *
 * @module
 */

import { aeronJar } from "../../../tools/aeron/jar.ts";
import { projectPath, run } from "../deno.ts";

const compiled = new Map<string, Promise<readonly string[]>>();

/**
 * Compiles a program of one class, once in a test file; it is removed when that
 * ends.
 *
 * @param source Path in the project: `tests/peers/java/AeronPeer.java`.
 * @returns The command that runs it; arguments go behind.
 */
export function compileAeron(source: string): Promise<readonly string[]> {
  const known = compiled.get(source) ?? compile(source);
  compiled.set(source, known);
  return known;
}

async function compile(source: string): Promise<readonly string[]> {
  const jar = await aeronJar();
  const folder = await Deno.makeTempDir({ prefix: "shmem-javac-" });
  globalThis.addEventListener("unload", () => {
    Deno.removeSync(folder, { recursive: true });
  });
  const { code, stderr } = await run(
    ["javac", "-cp", jar, "-d", folder, projectPath(source)],
  );
  if (code !== 0) throw new Error(`Cannot compile ${source}: ${stderr}`);
  return [
    "java",
    // Little memory, and started fast: several of them run beside the driver.
    "-XX:+UseSerialGC",
    "-Xmx256m",
    "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
    "-cp",
    `${jar}:${folder}`,
    source.replace(/^.*\/|\.java$/g, ""),
  ];
}
