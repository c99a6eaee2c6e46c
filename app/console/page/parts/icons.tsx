/** Signs beside words and colours, so that none of the three has to be seen. */
const paths = {
  good: "M3.5 8.5l3 3 6-7",
  warn: "M8 2.2L14.5 13.5h-13zM8 6.5v3.2M8 11.6v.2",
  bad: "M5.2 1.8h5.6l3.4 3.4v5.6l-3.4 3.4H5.2l-3.4-3.4V5.2zM5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  end: "M3 13L13 3M8 1.7a6.3 6.3 0 100 12.6A6.3 6.3 0 008 1.7z",
  next: "M6 3.5L10.5 8 6 12.5",
  back: "M10 3.5L5.5 8l4.5 4.5",
  diamond: "M8 2l6 6-6 6-6-6z",
  circle: "M8 3.5a4.5 4.5 0 100 9 4.5 4.5 0 000-9z",
  search: "M7 2.5a4.5 4.5 0 100 9 4.5 4.5 0 000-9zM10.5 10.5l3.5 3.5",
  copy: "M5.5 5.5h8v8h-8zM3.5 10.5h-1v-8h8v1",
  keys: "M1.5 4h13v8h-13zM4 6.8v.2M7 6.8v.2M10 6.8v.2M12.5 6.8v.2M5 9.5h6",
  overview: "M2 14V2M2 14h12M4.5 11l3-4 2.5 2 3.5-5",
  incidents: "M3.5 12.5h9M4.5 12.5V9a3.5 3.5 0 017 0v3.5M8 2v1M2.5 5l1 .7M13.5 5l-1 .7",
  rules:
    "M3 4l1.2 1.2L6.5 3M3 8.5l1.2 1.2 2.3-2.2M3 13l1.2 1.2 2.3-2.2M9 4.5h4.5M9 9h4.5M9 13.5h4.5",
  exceptions:
    "M2 2l12 12M4.8 4.9C3.2 5.8 2.2 7 1.5 8c1.5 2.2 3.7 4 6.5 4 1.1 0 2.1-.3 3-.7M7 4.1C9.8 3.8 12.8 5.5 14.5 8c-.5.7-1 1.3-1.6 1.9",
  quarantine: "M8 1.8l5.5 2v4.4c0 3-2.2 5-5.5 6-3.3-1-5.5-3-5.5-6V3.8zM8 5v3.5M8 10.5v.2",
  devices: "M4 2.5h8v11H4zM7 11.5h2",
  audit: "M4 2.5h8v11H4zM6 5.5h4M6 8h4M6 10.5h2.5",
  system: "M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5v.2M5 11v.2",
} as const;
export type IconName = keyof typeof paths;

export const Icon = ({ name }: { readonly name: IconName }) => (
  <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
    <path d={paths[name]} />
  </svg>
);
