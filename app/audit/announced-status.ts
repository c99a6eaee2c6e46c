/**
 * How something stands that is announced before it is done. `requested`: it is about to be done, and
 * without another record of the same correlation id nobody knows whether it was. `unknown`: nobody said
 * whether it was done.
 */
export const announcedStatuses = {
  requested: { status_id: 99, status: "Requested" },
  done: { status_id: 1, status: "Success" },
  refused: { status_id: 2, status: "Failure" },
  unknown: { status_id: 0, status: "Unknown" },
} as const;
export type AnnouncedStatus = keyof typeof announcedStatuses;
