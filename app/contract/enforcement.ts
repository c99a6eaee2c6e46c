/** Whether what policy decides is done, or only recorded. */
export const enforcementModes = ["observe", "enforce"] as const;
export type EnforcementMode = (typeof enforcementModes)[number];

/**
 * Longest that policy may keep a device out, in minutes. Bars are told to all regions by REGISTRY_CHANGES,
 * which keeps them for 24 hours.
 */
export const longestBarMinutes = 720;

/** Most that a platform may set for bars in an hour, and at a time: a mistake of policy costs no more. */
export const mostBars = 1_000;

/** What a region does about devices whose reports are attacks. */
export interface Enforcement {
  readonly mode: EnforcementMode;
  /** How much must be held against a device. A critical finding is 100 (see `points`): two in a half-life. */
  readonly risk: number;
  /** How long it is kept out. */
  readonly minutes: number;
  readonly barsPerHour: number;
  /** More are never kept out at a time, by all regions together. */
  readonly barsAtOnce: number;
  /** After so long half as much is held against a device. */
  readonly halfLifeMinutes: number;
}

/** When its settings say nothing. */
export const defaultEnforcement: Enforcement = {
  mode: "observe",
  risk: 150,
  minutes: 60,
  barsPerHour: 20,
  barsAtOnce: 100,
  halfLifeMinutes: 30,
};

/** Characters of what a person writes who lifts a bar. */
export const liftReasonLimit = 500;
