/**
 * Compiles the Java programs that tests run as the other process.
 *
 * @module
 */

import { projectPath, run } from "./deno.ts";
import { made } from "./peers/made.ts";

/**
 * Releases of Agrona: one that any Java from 8 to 17 runs, and the newest, which
 * wants 17.
 */
export const AGRONA_RELEASES = ["1.23.1", "2.6.0"] as const;

/** One of them. */
export type AgronaRelease = typeof AGRONA_RELEASES[number];
const MAVEN_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1";

/**
 * Compiles a program of one class against Agrona's released jar, unless that was
 * done before.
 *
 * @param source Path in the project: `tests/peers/java/ChannelPeer.java`.
 * @param release Whose jar.
 * @returns The command that runs it; arguments go behind.
 */
export async function compileJava(
  source: string,
  release: AgronaRelease = "1.23.1",
): Promise<readonly string[]> {
  const jar = await agrona(release);
  return [
    "java",
    // Agrona asks the JDK's own classes for the address of mapped memory.
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
    "-cp",
    `${jar}:${await classesOf(source, jar)}`,
    mainClassOf(source),
  ];
}

/** The folder with the classes of a program that uses a jar. */
export async function classesOf(source: string, jar: string): Promise<string> {
  const path = projectPath(source);
  const of = [jar, await Deno.readTextFile(path)];
  return await made("javac", of, async (folder) => {
    const command = ["javac", "-cp", jar, "-d", folder, path];
    const { code, stderr } = await run(command);
    if (code !== 0) throw new Error(`Cannot compile ${source}: ${stderr}`);
  });
}

/** The name of the class in a source. */
export function mainClassOf(source: string): string {
  return source.replace(/^.*\/|\.java$/g, "");
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
