import { printable } from "../../shared/printable.ts";

/** What can be wrong with a request, or with what it needs: the status, and what stays the same about it. */
export const problems = {
  "malformed-request": [400, "The request cannot be read"],
  "invalid-request": [400, "A part of the request is not as it must be"],
  "token-missing": [401, "There is no token"],
  "token-unknown": [401, "The token is not known"],
  "session-ended": [401, "The session has ended"],
  "link-unknown": [401, "The sign-in link is not good any more"],
  "sign-in-refused": [403, "The sign-in is refused"],
  "not-from-the-page": [403, "The request does not come from the page of this server"],
  "role-too-low": [403, "The token's role does not allow this"],
  "no-such-route": [404, "There is nothing here"],
  "no-such-device": [404, "There is no such device"],
  "no-such-page": [404, "The list has no such page"],
  "no-such-message": [404, "There is no such held message"],
  "no-such-incident": [404, "There is no such incident"],
  "no-such-rule": [404, "There is no such rule"],
  "no-such-exception": [404, "There is no such exception"],
  "no-such-bar": [404, "The device is not barred"],
  "method-not-allowed": [405, "The path does not have this method"],
  "device-exists": [409, "The device exists already"],
  "device-revoked": [409, "The device was revoked, which is final"],
  "device-not-revoked": [409, "The device is not revoked"],
  "device-contended": [409, "Others are changing the device"],
  "message-decided": [409, "The opposite was decided about the message"],
  "release-uncertain": [409, "Nobody can say any more whether the message was delivered"],
  "record-unreadable": [409, "The table's item is not a device record"],
  "incident-closed": [409, "The incident is closed"],
  "incident-merged": [409, "The incident has become a part of another one"],
  "too-many-exceptions": [409, "There are too many exceptions"],
  "device-changed": [412, "The device is not as it was seen any more"],
  "body-too-large": [413, "The body is too large"],
  "media-type-unsupported": [415, "The body's media type is not supported"],
  "invalid-body": [422, "The body is not as it must be"],
  "too-many-requests": [429, "There are too many requests"],
  "internal-error": [500, "Something is wrong with the server"],
  "audit-unavailable": [503, "The audit cannot be written, so nothing was changed"],
  "decision-unfinished": [503, "Nobody can say yet whether it is done"],
  "quarantine-unavailable": [503, "What is held cannot be read or decided about"],
  "incidents-unavailable": [503, "Nobody can change incidents or exceptions at the moment"],
  "enforcement-unavailable": [503, "Nobody tells or lifts bars at the moment"],
  "search-unavailable": [503, "Devices cannot be searched at the moment"],
  "registry-unavailable": [503, "The device table cannot be used"],
} as const satisfies Record<string, readonly [status: number, title: string]>;
export type ProblemCode = keyof typeof problems;

/** One thing that is wrong with one part of a request. */
export interface FieldError {
  /** Such as `body.labels.0`. */
  readonly field: string;
  /** What it must be. */
  readonly message: string;
  /** What it is, cut short. Absent when it is not there. */
  readonly got?: string | undefined;
}

/** What an answer says of a request that was not fulfilled: RFC 9457. */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** By this clients decide; it stays what it is. */
  readonly code: ProblemCode;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  /** What was done all the same. */
  readonly imported?: unknown;
}

export const problemType = "application/problem+json";

interface ProblemOptions extends ErrorOptions, Pick<ProblemBody, "errors" | "imported"> {
  readonly headers?: Readonly<Record<string, string>>;
}

/** A detail may quote what was sent. */
const detailLimit = 300;

/** A request that is not fulfilled. `detail` says what to do. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly code: ProblemCode;
  readonly #more: Pick<ProblemBody, "errors" | "imported">;
  /** Of the answer, besides its type. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ProblemCode, detail: string, options: ProblemOptions = {}) {
    super(printable(detail, detailLimit), options);
    this.code = code;
    const { errors, imported } = options;
    this.#more = { ...(errors && { errors }), ...(imported !== undefined && { imported }) };
    this.headers = options.headers ?? {};
  }

  /** The same problem, after some of the work was done. */
  having(more: Pick<ProblemBody, "imported">): Problem {
    const { headers, cause } = this;
    return new Problem(this.code, this.message, { ...this.#more, ...more, headers, cause });
  }

  get status(): number {
    return problems[this.code][0];
  }

  get body(): ProblemBody {
    const [status, title] = problems[this.code];
    return {
      type: `urn:mqtt-sentinel:problem:${this.code}`,
      ...{ title, status, code: this.code, detail: this.message },
      ...this.#more,
    };
  }
}
