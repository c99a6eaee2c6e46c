import { Agent, request } from "node:https";

/** An API server, and who one is to it. */
export interface KubeAccess {
  /** `https://127.0.0.1:<port>` */
  readonly endpoint: string;
  /** PEM. */
  readonly authority: string;
  readonly token: string;
}

// biome-ignore lint/suspicious/noExplicitAny: objects of every kind.
export type KubeObject = any;

/** What the API server answered instead of doing it. */
export class KubeRefusal extends Error {
  override readonly name = "KubeRefusal";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface KubeClient {
  get(path: string): Promise<KubeObject>;
  list(path: string): Promise<readonly KubeObject[]>;
  post(path: string, body: object): Promise<KubeObject>;
  /** A merge patch. */
  patch(path: string, body: object): Promise<KubeObject>;
  close(): void;
}

const limitMs = 60_000;

/** Speaks to one API server in JSON. @throws KubeRefusal for every answer that is no success. */
export function kubeClient({ endpoint, authority, token }: KubeAccess): KubeClient {
  const agent = new Agent({ keepAlive: true, ca: authority });
  const call = (method: string, path: string, body?: object): Promise<KubeObject> =>
    new Promise((resolve, reject) => {
      const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
      const headers = { Authorization: `Bearer ${token}`, "Content-Type": type };
      const options = { method, agent, headers, timeout: limitMs };
      const settle = (text: string) => {
        try {
          resolve(text.startsWith("{") ? JSON.parse(text) : text);
        } catch (cause) {
          reject(new Error(`${method} ${path}: an answer that is cut off`, { cause }));
        }
      };
      const sent = request(new URL(path, endpoint), options, (response) => {
        const pieces: Buffer[] = [];
        response.on("data", (piece: Buffer) => pieces.push(piece));
        response.on("error", reject);
        response.on("end", () => {
          const text = Buffer.concat(pieces).toString("utf8");
          const status = response.statusCode ?? 0;
          if (status >= 300) reject(new KubeRefusal(status, `${method} ${path}: ${text}`));
          else settle(text);
        });
      });
      sent.on("timeout", () => sent.destroy(new Error(`${method} ${path}: no answer`)));
      sent.on("error", reject);
      sent.end(body && JSON.stringify(body));
    });
  return {
    get: (path) => call("GET", path),
    list: async (path) => (await call("GET", path)).items,
    post: (path, body) => call("POST", path, body),
    patch: (path, body) => call("PATCH", path, body),
    close: () => agent.destroy(),
  };
}
