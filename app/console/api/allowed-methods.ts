import { Problem } from "./problem.ts";

const OPEN = /^:/;

interface Route {
  readonly segments: readonly string[];
  readonly methods: Set<string>;
}

/**
 * Which methods each path has. To the router a path without a route for the method is nothing, or
 * another path: `GET /devices/import` would ask for a device of that name.
 */
export class AllowedMethods {
  readonly #routes = new Map<string, Route>();

  add(url: string, methods: string | readonly string[]): void {
    const route = this.#routes.get(url) ?? { segments: segmentsOf(url), methods: new Set() };
    this.#routes.set(url, route);
    for (const method of [methods].flat()) route.methods.add(method);
  }

  /** @throws Problem `method-not-allowed` for a path that exists, with a method that it does not have. */
  check(method: string, path: string): void {
    const route = this.#routeOf(segmentsOf(path));
    if (!route || route.methods.has(method)) return;
    const allow = [...route.methods].sort().join(", ");
    throw new Problem("method-not-allowed", `this path takes ${allow}`, { headers: { allow } });
  }

  /** The one that names most of the path itself. */
  #routeOf(segments: readonly string[]): Route | undefined {
    const matching = [...this.#routes.values()].filter(
      (route) =>
        route.segments.length === segments.length &&
        route.segments.every((segment, i) => OPEN.test(segment) || segment === segments[i]),
    );
    const open = ({ segments: own }: Route) => own.filter((segment) => OPEN.test(segment)).length;
    return matching.sort((a, b) => open(a) - open(b))[0];
  }
}

const segmentsOf = (path: string): readonly string[] =>
  (path.split("?")[0] ?? "").split("/").map((segment) => {
    try {
      return decodeURIComponent(segment);
    } catch {
      return segment;
    }
  });
