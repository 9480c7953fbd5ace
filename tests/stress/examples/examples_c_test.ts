/**
 * Runs the programs of `examples/` beside their twins in C.
 *
 * @module
 */

import { randomName } from "../../helpers/names.ts";
import { needing } from "../../helpers/needs.ts";
import {
  changeById,
  checkAlphabet,
  checkTour,
  deno,
  doubleNumber,
  findByFile,
  freshKey,
  output,
  passLetters,
  passMessage,
  temporaryFile,
  twinOf,
} from "./programs.ts";

Deno.test(needing(
  ["cc"],
  "segment_tour.c prints what segment_tour.ts prints",
  async () => {
    const twin = await twinOf("segment_tour");
    checkTour(await output([twin.path]));
  },
));

Deno.test(needing(
  ["cc"],
  "alphabet_parent.ts passes the alphabet to a child in C, and a parent in C to alphabet_child.ts",
  async () => {
    const twin = await twinOf("alphabet");
    checkAlphabet(await output(deno("alphabet_parent", twin.path, "child")));
    checkAlphabet(await output([twin.path, ...deno("alphabet_child")]));
    checkAlphabet(await output([twin.path]));
  },
));

Deno.test(needing(
  ["cc"],
  "letters_server.ts serves a client in C, and a server in C letters_client.ts",
  async () => {
    const server = await twinOf("letters_server");
    const client = await twinOf("letters_client");
    const [first, second] = [freshKey(), freshKey()];
    await passLetters(
      deno("letters_server", first),
      [client.path, first],
      Number(first),
    );
    await passLetters(
      [server.path, second],
      deno("letters_client", second),
      Number(second),
    );
  },
));

Deno.test(needing(
  ["cc"],
  "posix_message.ts receives what a C program sends, and the other way round",
  async () => {
    const twin = await twinOf("posix_message");
    const [first, second] = [randomName(), randomName()];
    await passMessage(
      first,
      (word) => deno("posix_message", word, first),
      (word) => [twin.path, word, first],
    );
    await passMessage(
      second,
      (word) => [twin.path, word, second],
      (word) => deno("posix_message", word, second),
    );
  },
));

Deno.test(needing(
  ["cc"],
  "random_number.ts and double_number.ts work on the file of their twins in C",
  async () => {
    const random = await twinOf("random_number");
    const double = await twinOf("double_number");
    using file = temporaryFile();
    const { path } = file;
    await doubleNumber([random.path, path], deno("double_number", path), path);
    // On the same file: each writer takes what the other has made.
    await doubleNumber(deno("random_number", path), [double.path, path], path);
  },
));

Deno.test(needing(
  ["cc"],
  "id_client.ts prints what a server in C has set, and a client in C what id_server.ts has set",
  async () => {
    const client = await twinOf("id_client");
    const server = await twinOf("id_server");
    await changeById(deno("id_client"), (id) => [server.path, id]);
    await changeById([client.path], (id) => deno("id_server", id));
  },
));

Deno.test(needing(
  ["cc"],
  "ftok_key.ts makes the key that a C program makes from the same file",
  async () => {
    const twin = await twinOf("ftok_key");
    const inDeno = (path: string) => deno("ftok_key", path);
    const inC = (path: string) => [twin.path, path];
    await findByFile(inDeno, inC, "Hello from Deno");
    await findByFile(inC, inDeno, "Hello from C");
  },
));
