const windowMs = 1_000;
/** About 5 s and 5 min of memory. */
const [fastWeight, slowWeight] = [1 / 5, 1 / 300];
/** Added to both counts, so that a few clients more or less are no surge. */
const damping = 10;
/** After a longer silence than this many windows the past tells nothing. */
const longestSilence = 600;

/**
 * Whether the fleet as a whole is busier than usual.
 *
 * It counts how many different clients are active in each second, not messages, so that one client
 * cannot make its own flood look like everybody's.
 */
export class FleetActivity {
  #window = 0;
  #active = 0;
  #windows = 0;
  #fast = 0;
  #slow = 0;

  /** `previousMs` is the client's last message, 0 if it has none. Late times count as the present. */
  observe(atMs: number, previousMs: number): void {
    const window = Math.floor(atMs / windowMs);
    if (window > this.#window) this.#close(window);
    if (Math.floor(previousMs / windowMs) < this.#window) this.#active++;
  }

  /**
   * Natural logarithm of how many times busier the last seconds were than the last minutes; never
   * negative.
   */
  get surge(): number {
    return Math.max(0, Math.log((this.#fast + damping) / (this.#slow + damping)));
  }

  #close(window: number): void {
    const silence = window - this.#window - 1;
    if (silence > longestSilence) this.#windows = 0;
    else {
      this.#learn(this.#active);
      for (let i = 0; i < silence; i++) this.#learn(0);
    }
    this.#window = window;
    this.#active = 0;
  }

  #learn(active: number): void {
    this.#windows++;
    const warm = 1 / this.#windows;
    this.#fast += (active - this.#fast) * Math.max(fastWeight, warm);
    this.#slow += (active - this.#slow) * Math.max(slowWeight, warm);
  }
}
