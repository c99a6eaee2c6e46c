import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { dateTime, timeOfDay, type Zone, zoneName } from "./format.ts";

const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

export interface Preferences {
  readonly zone: Zone;
  readonly theme: Theme;
  readonly setZone: (zone: Zone) => void;
  readonly setTheme: (theme: Theme) => void;
}

const Context = createContext<Preferences | undefined>(undefined);

/** What a browser keeps; the fallback where it keeps nothing, or something else. */
function stored<T extends string>(key: string, values: readonly T[], fallback: T): T {
  try {
    return values.find((value) => value === localStorage.getItem(key)) ?? fallback;
  } catch {
    return fallback;
  }
}

function store(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Then it lasts as long as the page.
  }
}

export function PreferencesProvider({ children }: { readonly children: ReactNode }) {
  const [zone, setZone] = useState<Zone>(() => stored("zone", ["utc", "local"], "utc"));
  const [theme, setTheme] = useState<Theme>(() => stored("theme", themes, "system"));
  useEffect(() => store("zone", zone), [zone]);
  useEffect(() => {
    store("theme", theme);
    document.documentElement.dataset["theme"] = theme;
  }, [theme]);
  return <Context value={{ zone, theme, setZone, setTheme }}>{children}</Context>;
}

export function usePreferences(): Preferences {
  const preferences = useContext(Context);
  if (!preferences) throw new Error("a view stands outside of PreferencesProvider");
  return preferences;
}

/** Times as the person wants them. */
export function useTimes() {
  const { zone } = usePreferences();
  return {
    zone: zoneName(zone),
    full: (value: number | string) => dateTime(value, zone),
    short: (value: number) => timeOfDay(value, zone),
  };
}
