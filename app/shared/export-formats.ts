/** Of what is written for other programs: `csv` for a table, `ndjson` with all there is. */
export const exportFormats = ["csv", "ndjson"] as const;
export type ExportFormat = (typeof exportFormats)[number];
