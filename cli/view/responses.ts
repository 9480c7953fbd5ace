/**
 * Headers of every answer: the page loads nothing from elsewhere, is shown in no
 * frame, and leaves no copy behind.
 *
 * @module
 */

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": POLICY,
  "cache-control": "no-store",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** Adds the headers that every answer has. */
export function secured(response: Response): Response {
  for (const [name, value] of Object.entries(HEADERS)) {
    response.headers.set(name, value);
  }
  return response;
}

/** An answer of some type. */
export function answer(body: BodyInit, type: string): Response {
  return new Response(body, { headers: { "content-type": type } });
}

/** An answer in JSON. */
export function answerJson(value: unknown): Response {
  return answer(JSON.stringify(value), "application/json");
}

/** An answer that says no. */
export function refuse(status: number, reason: string): Response {
  return new Response(`${reason}\n`, {
    status,
    headers: { "content-type": "text/plain; charset=utf-8" },
  });
}
