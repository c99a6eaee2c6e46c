/** How the page speaks to its server. */

/** What the server says of a request that it did not fulfil: RFC 9457. */
export interface ProblemBody {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
}

/** A request that was not fulfilled, and what a person can do about it. */
export class RequestFailed extends Error {
  override readonly name = "RequestFailed";
  readonly code: string;
  readonly status: number;

  constructor({ status, code, title, detail, errors = [] }: ProblemBody) {
    const fields = errors.map(({ field, message }) => `${field} ${message}`);
    super([`${title}.`, `${detail}.`, ...fields].join(" "));
    this.code = code;
    this.status = status;
  }
}

export interface Answer<T> {
  readonly body: T;
  /** Of one device: sent back, a change is made only of the device as it was seen. */
  readonly etag: string | null;
}

interface Asked {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  readonly body?: unknown;
  /** The body, where it is JSON already. */
  readonly json?: string | undefined;
  readonly ifMatch?: string | null | undefined;
  readonly signal?: AbortSignal;
}

const unreachable: ProblemBody = {
  ...{ status: 0, code: "unreachable", title: "The server cannot be reached" },
  detail: "Nothing is lost here; try again when the connection is back",
};

/** What a session's page proves itself with. Kept here alone: no other page can read it. */
let proof: string | undefined;
let onEnded = () => {};

export function keepProof(value: string | undefined): void {
  proof = value;
}

/** @param listener told when the server knows this session no more. */
export function whenSessionEnds(listener: () => void): void {
  onEnded = listener;
}

/** How often a reader that is too fast comes again, and how long it waits at most, in seconds. */
const [patientTimes, patientSeconds] = [3, 5];

/** @throws RequestFailed */
export async function ask<T>(path: string, asked: Asked = {}): Promise<Answer<T>> {
  const { method = "GET" } = asked;
  for (let times = 0; ; times++) {
    const response = await send(path, asked);
    if (response.ok) {
      const answered = response.status === 204 ? undefined : await response.json();
      return { body: answered as T, etag: response.headers.get("etag") };
    }
    const seconds = Number(response.headers.get("retry-after"));
    const isWorthIt = seconds <= patientSeconds && times < patientTimes;
    if (response.status === 429 && method === "GET" && isWorthIt) await pause(seconds);
    else return refuse(await problemOf(response));
  }
}

function refuse(problem: RequestFailed): never {
  if (problem.code === "session-ended") onEnded();
  throw problem;
}

const pause = (seconds: number) =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0.2, seconds) * 1_000));

function send(path: string, asked: Asked): Promise<Response> {
  const { method = "GET", body, ifMatch, signal } = asked;
  const json = asked.json ?? (body === undefined ? undefined : JSON.stringify(body));
  return fetch(`/api/v1${path}`, {
    method,
    headers: {
      accept: "application/json",
      ...(json !== undefined && { "content-type": "application/json" }),
      ...(method !== "GET" && proof !== undefined && { "x-sentinel-proof": proof }),
      ...(ifMatch && { "if-match": ifMatch }),
    },
    ...(json !== undefined && { body: json }),
    ...(signal && { signal }),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new RequestFailed(unreachable);
  });
}

async function problemOf(response: Response): Promise<RequestFailed> {
  try {
    return new RequestFailed((await response.json()) as ProblemBody);
  } catch {
    const { status } = response;
    return new RequestFailed({ ...unreachable, status, title: `The server answered ${status}` });
  }
}
