/**
 * Aeron's released jar, which has the media driver, the archive and the Java
 * client, and the Java that runs it.
 *
 * @module
 */

import { dirname, fromFileUrl } from "../../deps.ts";

/** The release that this project is tested with. */
export const AERON_VERSION = "1.51.0";

/** SHA-256 of its jar, as Maven Central serves it. */
const SHA256 =
  "9686a7c6bb3c464f7ac76ceaf7a0c67249e3499aa8142872a6d1b2f398bca458";

const ARTIFACT = `io.aeron:aeron-all:${AERON_VERSION}`;
const NAME = `aeron-all-${AERON_VERSION}.jar`;
const MAVEN_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1";
const CACHE = fromFileUrl(new URL("../../.cache/aeron/", import.meta.url));

/** The oldest Java that runs {@linkcode AERON_VERSION}. */
const JAVA_VERSION = 17;

/**
 * The path of the jar, which Maven fetches once into `.cache/aeron`.
 *
 * @param cache The folder to keep it in.
 * @throws {Error} When there is no Maven, it does not give the jar, or the jar
 * is not the one that was released.
 */
export async function aeronJar(cache: string = CACHE): Promise<string> {
  const jar = `${cache}${NAME}`;
  if (!await exists(jar)) await fetchJar(cache, jar);
  await checkSum(jar);
  return jar;
}

/** Checks that a file named by the user is there, and returns its path. */
export async function givenFile(path: string): Promise<string> {
  if (await exists(path)) return path;
  throw new Error(`Cannot start the driver: there is no file ${path}`);
}

/** Fails unless there is a Java that is new enough. */
export async function checkJava(java = "java"): Promise<void> {
  const way = `Aeron ${AERON_VERSION} needs Java ${JAVA_VERSION} or later ` +
    "(Debian and Ubuntu: apt-get install default-jre-headless)";
  const ended = await output(java, ["-version"]);
  if (ended === undefined) {
    throw new Error(`Cannot start the driver: there is no ${java}; ${way}`);
  }
  // Java 8 calls itself "1.8.0".
  const [, version = ""] = /version "(?:1\.)?(\d+)/.exec(ended.text) ?? [];
  if (!ended.success || Number(version) < JAVA_VERSION) {
    const [line = ""] = ended.text.split("\n");
    throw new Error(`Cannot start the driver: ${java} says ${line}; ${way}`);
  }
}

async function fetchJar(cache: string, jar: string): Promise<void> {
  // A folder of its own: two programs may fetch at the same time, and half a
  // jar never stands under the jar's name.
  await Deno.mkdir(cache, { recursive: true });
  const folder = await Deno.makeTempDir({ dir: cache, prefix: "fetch-" });
  try {
    const ended = await output("mvn", [
      "--batch-mode",
      "--quiet",
      `${MAVEN_PLUGIN}:copy`,
      `-Dartifact=${ARTIFACT}`,
      `-DoutputDirectory=${folder}`,
    ]);
    if (ended === undefined) {
      throw new Error(
        `Cannot fetch ${ARTIFACT}: there is no mvn; install Maven (Debian and Ubuntu: apt-get install maven), or name a jar that you have with --jar FILE`,
      );
    }
    if (!ended.success) {
      throw new Error(
        `Cannot fetch ${ARTIFACT}: Maven says: ${ended.text.trim()}; name a jar that you have with --jar FILE`,
      );
    }
    await checkSum(`${folder}/${NAME}`);
    await Deno.rename(`${folder}/${NAME}`, jar);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function checkSum(jar: string): Promise<void> {
  const bytes = await Deno.readFile(jar);
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  const found = new Uint8Array(digest).toHex();
  if (found === SHA256) return;
  throw new Error(
    `Cannot use ${jar}: its SHA-256 is ${found} and not ${SHA256}; remove the file in ${
      dirname(jar)
    } to fetch it again`,
  );
}

/** Whether a command succeeded and what it printed; undefined when there is none. */
async function output(
  command: string,
  args: string[],
): Promise<{ success: boolean; text: string } | undefined> {
  try {
    const { success, stdout, stderr } = await new Deno.Command(command, {
      args,
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    return { success, text: decoder.decode(stderr) + decoder.decode(stdout) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
