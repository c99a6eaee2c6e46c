import type { Held } from "../data/quarantine.ts";
import { Icon } from "./icons.tsx";

const looks = {
  held: ["pause", "warn"],
  releasing: ["next", "warn"],
  released: ["good", "good"],
  dropped: ["end", "bad"],
} as const;

/** What became of a held message: a sign, a word and a colour. */
export function HeldState({ state }: Pick<Held, "state">) {
  const [icon, colour] = looks[state];
  return (
    <span className={`status status-${colour}`}>
      <Icon name={icon} /> {state}
    </span>
  );
}
