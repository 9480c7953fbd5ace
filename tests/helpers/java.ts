/**
 * Compiles the Java programs that tests run as the other process.
 *
 * @module
 */

import { projectPath, run } from "./deno.ts";

/**
 * Releases of Agrona: one that any Java from 8 to 17 runs, and the newest, which
 * wants 17.
 */
export const AGRONA_RELEASES = ["1.23.1", "2.6.0"] as const;

/** One of them. */
export type AgronaRelease = typeof AGRONA_RELEASES[number];
const MAVEN_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1";

const compiled = new Map<string, Promise<readonly string[]>>();

/**
 * Compiles a program of one class against Agrona's released jar, once in a test
 * file; it is removed when that ends.
 *
 * @param source Path in the project: `tests/peers/java/ChannelPeer.java`.
 * @param release Whose jar.
 * @returns The command that runs it; arguments go behind.
 */
export function compileJava(
  source: string,
  release: AgronaRelease = "1.23.1",
): Promise<readonly string[]> {
  const key = `${source} ${release}`;
  const known = compiled.get(key) ?? compile(source, release);
  compiled.set(key, known);
  return known;
}

async function compile(
  source: string,
  release: AgronaRelease,
): Promise<readonly string[]> {
  const jar = await agrona(release);
  const folder = await Deno.makeTempDir({ prefix: "shmem-javac-" });
  globalThis.addEventListener("unload", () => {
    Deno.removeSync(folder, { recursive: true });
  });
  const { code, stderr } = await run([
    "javac",
    "-cp",
    jar,
    "-d",
    folder,
    projectPath(source),
  ]);
  if (code !== 0) {
    throw new Error(`Cannot compile ${source}: ${stderr}`);
  }
  return [
    "java",
    // Agrona asks the JDK's own classes for the address of mapped memory.
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
    "-cp",
    `${jar}:${folder}`,
    source.replace(/^.*\/|\.java$/g, ""),
  ];
}

/** Path of the jar, which Maven fetches once. */
async function agrona(release: AgronaRelease): Promise<string> {
  const folder = projectPath(".cache/java");
  const jar = `${folder}/agrona-${release}.jar`;
  try {
    await Deno.stat(jar);
    return jar;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const { code, stdout } = await run([
    "mvn",
    "--batch-mode",
    "--quiet",
    `${MAVEN_PLUGIN}:copy`,
    `-Dartifact=org.agrona:agrona:${release}`,
    `-DoutputDirectory=${folder}`,
  ]);
  if (code !== 0) {
    throw new Error(`Maven gives no agrona ${release}: ${stdout}`);
  }
  return jar;
}
