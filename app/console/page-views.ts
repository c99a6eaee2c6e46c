/** Views of the page with an address of their own. What follows them in an address is the page's. */
export const pageViews = [
  ...["/", "/audit", "/devices", "/devices/*", "/exceptions", "/exceptions/*"],
  ...["/incidents", "/incidents/*"],
  ...["/quarantine", "/quarantine/*", "/rules", "/rules/*", "/system"],
] as const;

const isView = (path: string) =>
  pageViews.some((view) =>
    view.endsWith("/*") ? path.startsWith(view.slice(0, -1)) : path === view,
  );

const pathLimit = 2_000;
/** Of no server: what leads away from it leads away from the page. */
const nowhere = "https://page.invalid";

/** The view that an address of a stranger's making names; the first one for whatever is none of the page's. */
export function viewOf(address: unknown): string {
  if (typeof address !== "string" || address.length > pathLimit) return "/";
  if (!address.startsWith("/") || !URL.canParse(address, nowhere)) return "/";
  const { origin, pathname, search } = new URL(address, nowhere);
  return origin === nowhere && isView(pathname) ? `${pathname}${search}` : "/";
}
