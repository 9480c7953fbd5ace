import type { Subscription } from "../../subscription/subscription.ts";
import { ChannelUri } from "../../uri/channel_uri.ts";
import type { Template, ValuesOf } from "../codec/template.ts";
import type { Described } from "./pending_requests.ts";

/** The values of a request but those that every one has. */
export type RequestValues<T extends Template> = Omit<
  ValuesOf<T>,
  "controlSessionId" | "correlationId"
>;

/** A request that says for which session it is. */
export type SessionTemplate = Template & {
  readonly fields: {
    readonly controlSessionId: "i64";
    readonly correlationId: "i64";
  };
};

/** How a listing is taken. */
export interface Listing {
  readonly count: number;
  readonly described: (what: Described) => void;
}

/** The channel for answers with the port that the system chose for `endpoint=host:0`. */
export function withPort(channel: string, subscription: Subscription): string {
  const uri = ChannelUri.parse(channel);
  const endpoint = uri.get("endpoint");
  if (endpoint === undefined || !endpoint.endsWith(":0")) return channel;
  const [, port] = /:(\d+)$/.exec(subscription.localAddresses[0] ?? "") ?? [];
  if (port === undefined) {
    throw new Error(
      `Cannot connect to the archive: the driver tells no port for the answers on ${channel}; name one`,
    );
  }
  return String(uri.with({ endpoint: endpoint.replace(/0$/, port) }));
}

/** Calls a program's callback, whose errors are not the session's. */
export function tell<Told>(callback: (told: Told) => void, told: Told): void {
  try {
    callback(told);
  } catch (error) {
    reportError(error);
  }
}
