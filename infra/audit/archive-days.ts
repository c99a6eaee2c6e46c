/** After so many days an object is not looked at in daily work; it stays readable at once, for less. */
export const archiveWarmDays = 30;
