import { describe } from "../../memory/checks/integers.ts";
import { readOptions } from "../../memory/checks/options.ts";
import type { ChannelParameters } from "./channel_parameters.ts";
import { checkTogether } from "./combinations.ts";
import { PARAMETERS } from "./parameter_table.ts";
import { integer } from "./values.ts";

/** What carries a channel: memory of this machine, or UDP. */
export type Media = "ipc" | "udp";

/** How {@linkcode ChannelUri.parse} reads. */
export interface ParseOptions {
  /** Keeps parameters that this module does not know, instead of refusing them. Default: false. */
  readonly keepUnknown?: boolean | undefined;
}

/** Longest text that the driver takes. */
const MAX_LENGTH = 4095;

const BY_NAME = new Map(Object.entries(PARAMETERS));
const BY_KEY = new Map(
  Object.values(PARAMETERS).map((parameter) => [parameter.key, parameter]),
);
const ORDER = [...BY_KEY.keys()];

/**
 * The address of a channel, `aeron:udp?endpoint=…`, made from named parameters or
 * from a text, and checked: a driver ignores what it does not know, so that a
 * misspelt parameter is never noticed there. It does not change; everything that
 * takes a channel takes it as well as a text.
 *
 * See the wiki of Aeron, "Channel Configuration".
 *
 * @example Make a channel
 * ```ts
 * import { ChannelUri } from "./channel_uri.ts";
 *
 * const uri = ChannelUri.udp({ endpoint: "127.0.0.1:40123", termLength: "1m" });
 * console.assert(String(uri) === "aeron:udp?endpoint=127.0.0.1:40123|term-length=1m");
 * ```
 */
export class ChannelUri {
  readonly #media: Media;
  readonly #spy: boolean;
  /** By their keys in the URI. */
  readonly #parameters: ReadonlyMap<string, string>;

  private constructor(
    media: Media,
    spy: boolean,
    parameters: ReadonlyMap<string, string>,
  ) {
    checkTogether(media, parameters);
    this.#media = media;
    this.#spy = spy;
    this.#parameters = inOrder(parameters);
    const { length } = this.toString();
    if (length > MAX_LENGTH) {
      throw new RangeError(
        `Cannot use the channel: its URI has ${length} characters, and the driver takes ${MAX_LENGTH}`,
      );
    }
  }

  /**
   * A channel through memory, between programs of one machine.
   *
   * @param parameters What it is told.
   * @throws {TypeError} For a name that there is not, a value of a wrong type, and parameters that do not go together.
   * @throws {RangeError} For a value that is not allowed.
   */
  static ipc(parameters: ChannelParameters = {}): ChannelUri {
    return new ChannelUri("ipc", false, changed(new Map(), parameters));
  }

  /**
   * A channel over UDP, to one host or to several.
   *
   * @param parameters What it is told; an `endpoint` or a `control` is needed
   * unless `controlMode` is `"manual"` or `tags` say where they are.
   * @throws {TypeError} For a name that there is not, a value of a wrong type, and parameters that do not go together.
   * @throws {RangeError} For a value that is not allowed.
   */
  static udp(parameters: ChannelParameters): ChannelUri {
    return new ChannelUri("udp", false, changed(new Map(), parameters));
  }

  /**
   * Reads a URI.
   *
   * @param uri `aeron:ipc`, `aeron:udp?…`, with `aeron-spy:` in front for a spy.
   * @param options How to read.
   * @returns The channel, whose values are written as they were.
   * @throws {TypeError} For a text of another form, and a parameter that is unknown or given twice.
   * @throws {RangeError} For a value that is not allowed.
   */
  static parse(uri: string, options?: ParseOptions): ChannelUri {
    const { keepUnknown = false } = readOptions(
      options,
      { keepUnknown: true },
      "parse the channel",
    );
    const form = typeof uri === "string" &&
      /^(aeron-spy:)?aeron:(ipc|udp)(?:\?(.*))?$/s.exec(uri);
    if (!form) {
      throw new TypeError(
        `Cannot parse the channel: it must be aeron:ipc or aeron:udp, with aeron-spy: in front for a spy and ?key=value|key=value behind: received ${
          describe(uri)
        }`,
      );
    }
    const [, spy, media, list = ""] = form;
    const parameters = new Map<string, string>();
    for (const pair of list === "" ? [] : list.split("|")) {
      const [key, value] = readPair(pair, keepUnknown);
      if (parameters.has(key)) {
        throw new TypeError(
          `Cannot parse the channel: it has ${key} twice: received ${uri}`,
        );
      }
      parameters.set(key, value);
    }
    return new ChannelUri(
      media === "ipc" ? "ipc" : "udp",
      spy !== undefined,
      parameters,
    );
  }

  /** What carries it. */
  get media(): Media {
    return this.#media;
  }

  /** Whether it is for a subscription that watches a publication of this machine on its way out. */
  get isSpy(): boolean {
    return this.#spy;
  }

  /**
   * A parameter as it stands in the URI.
   *
   * @param key Its name there: `"term-length"`.
   * @returns Its value; `undefined` when it is not given.
   */
  get(key: string): string | undefined {
    return this.#parameters.get(key);
  }

  /** All parameters that are given, by their names in the URI. */
  entries(): IterableIterator<[string, string]> {
    return this.#parameters.entries();
  }

  /**
   * The same channel with some parameters changed.
   *
   * @param parameters What changes; `undefined` takes a parameter away.
   * @returns Another channel.
   * @throws {TypeError} For a name that there is not, a value of a wrong type, and parameters that do not go together.
   * @throws {RangeError} For a value that is not allowed.
   */
  with(parameters: ChannelParameters): ChannelUri {
    return new ChannelUri(
      this.#media,
      this.#spy,
      changed(this.#parameters, parameters),
    );
  }

  /**
   * The same channel for a subscription that watches, beside the receivers, what
   * a publication of this machine sends over UDP.
   */
  asSpy(): ChannelUri {
    return new ChannelUri(this.#media, true, this.#parameters);
  }

  /**
   * The same channel for a publication that goes on where another one ended.
   *
   * @param position Where, as the stream counts: a multiple of 32.
   * @param initialTermId The other one's.
   * @param termLength The other one's, in bytes.
   * @throws {RangeError} When there is no such position.
   */
  atPosition(
    position: bigint,
    initialTermId: number,
    termLength: number,
  ): ChannelUri {
    const based = this.with({ termLength });
    const length = BigInt(termLength);
    integer(0n, length * 2n ** 31n - 1n)(position, "position");
    return based.with({
      initialTermId,
      termId: initialTermId + Number(position / length) | 0,
      termOffset: Number(position % length),
    });
  }

  /** The URI. */
  toString(): string {
    const list = [...this.#parameters].map(([key, value]) => `${key}=${value}`);
    const query = list.length === 0 ? "" : `?${list.join("|")}`;
    return `${this.#spy ? "aeron-spy:" : ""}aeron:${this.#media}${query}`;
  }

  /** The URI, for JSON. */
  toJSON(): string {
    return this.toString();
  }
}

/** What a text says is checked as values of a program are. */
function readPair(pair: string, keepUnknown: boolean): [string, string] {
  const at = pair.indexOf("=");
  const key = pair.slice(0, Math.max(at, 0));
  const value = pair.slice(at + 1);
  if (at < 1) {
    throw new TypeError(
      `Cannot parse the channel: parameters are key=value, with | between: received ${
        describe(pair)
      }`,
    );
  }
  const parameter = BY_KEY.get(key);
  if (parameter !== undefined) return [key, parameter.check(value, key)];
  if (keepUnknown) return [key, value];
  throw new TypeError(
    `Cannot parse the channel: there is no parameter ${
      describe(key)
    }; there are ${ORDER.join(", ")}`,
  );
}

function changed(
  parameters: ReadonlyMap<string, string>,
  changes: ChannelParameters,
): Map<string, string> {
  if (typeof changes !== "object" || changes === null) {
    throw new TypeError(
      `Cannot make the channel: the parameters must be an object: received ${
        describe(changes)
      }`,
    );
  }
  const copy = new Map(parameters);
  for (const [name, value] of Object.entries(changes)) {
    const parameter = BY_NAME.get(name);
    if (parameter === undefined) {
      throw new TypeError(
        `Cannot make the channel: there is no parameter ${
          describe(name)
        }; there are ${[...BY_NAME.keys()].join(", ")}`,
      );
    }
    const { key, check } = parameter;
    if (value === undefined) copy.delete(key);
    else copy.set(key, check(value, key));
  }
  return copy;
}

function inOrder(parameters: ReadonlyMap<string, string>): Map<string, string> {
  const rank = (key: string) => {
    const at = ORDER.indexOf(key);
    return at < 0 ? ORDER.length : at;
  };
  return new Map(
    [...parameters].sort(([one], [other]) => rank(one) - rank(other)),
  );
}
