/** How many times as dear as the reference any text may be for rules; some 2 ms for 4 KiB. */
export const costLimit = 40;
/** The same for ordinary alerts. */
export const benignCostLimit = 6;
