export const roomLimits = ["concurrency", "strangers", "backlog"] as const;
export type RoomLimit = (typeof roomLimits)[number];

export interface AdmissionSettings {
  /** Logins that are worked on at the same time. */
  readonly atOnce: number;
  /** Those among them whose id is not in the cache. The rest is kept for known devices. */
  readonly strangersAtOnce: number;
  /**
   * When requests wait so long before they are looked at, more come in than can be done, and only
   * known devices are worked on. Less than the server waits by what an answer takes then.
   */
  readonly strangerBacklogMs: number;
}

export type Admitted =
  | { readonly leave: () => void; readonly full?: never }
  | { readonly leave?: never; readonly full: RoomLimit };

/**
 * Who is worked on when not everybody can be. Ids that anybody can make up must not keep out devices
 * that are known: a flood of the former fills its own part of the room only. Whoever does not fit
 * comes again later.
 */
export class Admission {
  readonly #settings: AdmissionSettings;
  #known = 0;
  #strangers = 0;

  constructor(settings: AdmissionSettings) {
    this.#settings = settings;
  }

  get underWay(): number {
    return this.#known + this.#strangers;
  }

  /** Whether an unknown id is dropped at once, since every step that it is taken costs a known one. */
  shedsStrangers(backlogMs: number): boolean {
    return backlogMs >= this.#settings.strangerBacklogMs;
  }

  /** Takes a place until `leave` is called. */
  enter(known: boolean): Admitted {
    const { atOnce, strangersAtOnce } = this.#settings;
    if (this.underWay >= atOnce) return { full: "concurrency" };
    if (known) {
      this.#known++;
      return { leave: () => this.#known-- };
    }
    if (this.#strangers >= strangersAtOnce) return { full: "strangers" };
    this.#strangers++;
    return { leave: () => this.#strangers-- };
  }
}
