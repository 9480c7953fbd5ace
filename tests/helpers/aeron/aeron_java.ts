/**
 * Compiles Java programs against Aeron's released jar, for tests.
 *
 * @module
 */

import { aeronJar } from "../../../tools/aeron/jar.ts";
import { classesOf, mainClassOf } from "../java.ts";

/**
 * Compiles a program of one class, unless that was done before.
 *
 * @param source Path in the project: `tests/peers/java/AeronPeer.java`.
 * @returns The command that runs it; arguments go behind.
 */
export async function compileAeron(
  source: string,
): Promise<readonly string[]> {
  const jar = await aeronJar();
  return [
    "java",
    // Little memory, and started fast: several of them run beside the driver.
    "-XX:+UseSerialGC",
    "-Xmx256m",
    "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
    "-cp",
    `${jar}:${await classesOf(source, jar)}`,
    mainClassOf(source),
  ];
}
