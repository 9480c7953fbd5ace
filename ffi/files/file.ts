/**
 * All about open files, for who needs several parts of it.
 *
 * @module
 */

export * from "./open.ts";
export * from "./size.ts";
export * from "./seals.ts";
export * from "./status.ts";
export * from "./whole_lock.ts";
