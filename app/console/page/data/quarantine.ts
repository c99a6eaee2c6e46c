/** What the API says of messages that verdicts have held back. */
export const states = ["held", "releasing", "released", "dropped"] as const;

export interface Held {
  readonly sequence: number;
  readonly time: string;
  readonly clientId: string;
  readonly origin: "upstream" | "device";
  readonly rules: readonly string[];
  readonly size: number;
  readonly reason: string;
  readonly state: (typeof states)[number];
  readonly decision?: {
    readonly time: string;
    readonly actor: string;
    readonly operation: string;
    readonly reason: string;
  };
}

export interface HeldWithContent extends Held {
  /** The beginning, with a dot for whatever is not printable. */
  readonly text: string;
  /** The same bytes, 16 a line. */
  readonly hex: string;
}

export interface HeldPage {
  readonly messages: readonly Held[];
  readonly next?: number;
}

export interface BulkResult {
  readonly outcomes: Readonly<Record<string, number>>;
  readonly upTo: number;
  readonly next?: number;
}

export const actions = ["release", "drop"] as const;
export type Action = (typeof actions)[number];

const pageSize = 50;

/** The request of a list, from the address of its view. */
export function heldListPath(address: URLSearchParams): string {
  const query = new URLSearchParams({ limit: String(pageSize) });
  for (const name of ["client", "rule", "state", "after"]) {
    const value = address.get(name);
    if (value) query.set(name, value);
  }
  return `/quarantine?${query}`;
}

/** Whether there is anything to decide about it. */
export const isOpen = ({ state }: Held) => state === "held" || state === "releasing";

export const origins = { upstream: "alert from upstream", device: "report of a device" } as const;
