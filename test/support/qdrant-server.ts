/**
 * A Qdrant server on loopback, in memory: the part of the REST interface that a tool store uses, with
 * Qdrant's own words for what is wrong. Every request and every answer is judged by the published
 * document where that is there; what does not fit is an answer 500 and stands in `faults`.
 */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Filter } from "./qdrant-filter.ts";
import {
  type Collection,
  collectionInfo,
  collectionOf,
  QdrantFault,
  type Query,
  type Row,
  type Selection,
} from "./qdrant-points.ts";
import { qdrantSchema } from "./qdrant-schema.ts";

export interface Trouble {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly error?: string;
  /** Answers so many requests; default 1. */
  readonly times?: number;
  /** Only those whose path ends so. */
  readonly on?: string;
  /** Does what was asked for and fails afterwards. */
  readonly afterwards?: boolean;
  /** Keeps the answer back for so long. */
  readonly delayMs?: number;
}

export interface QdrantDouble {
  readonly url: string;
  /** Requests and answers that do not fit the published document. */
  readonly faults: string[];
  readonly requests: {
    readonly method: string;
    readonly path: string;
    readonly headers: IncomingMessage["headers"];
    readonly body: unknown;
  }[];
  readonly collections: Map<string, Collection>;
  readonly aliases: Map<string, string>;
  trouble(trouble: Trouble): void;
  /** What upserts say about their being done. */
  updateStatus: string;
  /** Refuses connections until `start`. */
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** What request bodies hold; the published document has judged them before anything looks. */
interface Body extends Selection {
  readonly actions?: readonly {
    readonly create_alias?: { readonly alias_name: string; readonly collection_name: string };
    readonly delete_alias?: { readonly alias_name: string };
  }[];
  readonly field_name?: string;
  readonly field_schema?: unknown;
  readonly ids?: readonly Row["id"][];
  readonly filter?: Filter;
  readonly searches?: readonly Query[];
}

export async function startQdrant({
  apiKey,
  prefix = "",
}: {
  readonly apiKey?: string;
  readonly prefix?: string;
} = {}): Promise<QdrantDouble> {
  const collections = new Map<string, Collection>();
  const aliases = new Map<string, string>();
  const faults: string[] = [];
  const requests: QdrantDouble["requests"] = [];
  let troubles: (Trouble & { left: number })[] = [];
  let port = 0;
  let server: Server | undefined;

  const double: QdrantDouble = {
    get url() {
      return `http://127.0.0.1:${port}${prefix}`;
    },
    faults,
    requests,
    collections,
    aliases,
    updateStatus: "completed",
    trouble(trouble) {
      troubles.push({ ...trouble, left: trouble.times ?? 1 });
    },
    async stop() {
      const running = server;
      server = undefined;
      running?.closeAllConnections();
      await new Promise<void>((resolve) =>
        running === undefined ? resolve() : running.close(() => resolve()),
      );
    },
    async start() {
      const fresh = createServer((request, response) => {
        void answer(request).then(async ({ status, headers, text, delayMs }) => {
          if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
          const type = text.startsWith("{") ? "application/json" : "text/plain";
          response.writeHead(status, { "content-type": type, ...headers });
          response.end(text);
        });
      });
      await new Promise<void>((resolve) => fresh.listen(port, "127.0.0.1", resolve));
      port = (fresh.address() as AddressInfo).port;
      server = fresh;
    },
    async close() {
      await double.stop();
    },
  };

  async function answer(request: IncomingMessage) {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const whole = new URL(request.url ?? "/", double.url);
    const method = request.method ?? "GET";
    const reply = (
      status: number,
      body: unknown,
      headers: Readonly<Record<string, string>> = {},
      delayMs = 0,
    ) => ({
      status,
      headers,
      text: typeof body === "string" ? body : JSON.stringify(body),
      delayMs,
    });
    const fault = (reason: string) => {
      faults.push(reason);
      return reply(500, { status: { error: reason }, time: 0 });
    };
    if (!whole.pathname.startsWith(`${prefix}/`)) return reply(404, "");
    const path = whole.pathname.slice(prefix.length);
    if (apiKey !== undefined && request.headers["api-key"] !== apiKey) {
      return reply(403, "Forbidden");
    }
    let body: unknown;
    try {
      body = text === "" ? undefined : JSON.parse(text);
    } catch (error) {
      return reply(400, {
        status: { error: `Format error in JSON body: ${String(error)}` },
        time: 0,
      });
    }
    requests.push({ method, path, headers: request.headers, body });
    const trouble = troubles.find(({ on }) => on === undefined || path.endsWith(on));
    if (trouble !== undefined) {
      trouble.left--;
      troubles = troubles.filter(({ left }) => left > 0);
    }
    const failing = trouble !== undefined && trouble.status !== 200;
    const failed = () =>
      reply(
        trouble?.status ?? 500,
        { status: { error: trouble?.error ?? "in trouble" }, time: 0 },
        trouble?.headers,
        trouble?.delayMs,
      );
    if (failing && trouble.afterwards !== true) return failed();
    const wrong = qdrantSchema?.request(method, path, body);
    if (wrong !== undefined) return fault(wrong);
    try {
      const result = handle(method, path, (body ?? {}) as Body);
      if (failing) return failed();
      const answered = path === "/" ? result : { result, status: "ok", time: 0.001 };
      const odd = qdrantSchema?.response(method, path, 200, answered);
      return odd === undefined ? reply(200, answered, {}, trouble?.delayMs) : fault(odd);
    } catch (error) {
      if (!(error instanceof QdrantFault))
        return fault(String(error instanceof Error ? error.stack : error));
      const said = { status: { error: error.message }, time: 0 };
      const odd = qdrantSchema?.response(method, path, error.status, said);
      return odd === undefined ? reply(error.status, said) : fault(odd);
    }
  }

  function named(name: string): Collection {
    const found = collections.get(aliases.get(name) ?? name);
    if (found === undefined)
      throw new QdrantFault(404, `Not found: Collection \`${name}\` doesn't exist!`);
    return found;
  }

  const updated = () => ({ operation_id: 0, status: double.updateStatus });

  function handle(method: string, path: string, body: Body): unknown {
    if (path === "/") return { title: "qdrant - vector search engine", version: "1.19.0" };
    if (path === "/aliases") {
      return {
        aliases: [...aliases].map(([alias_name, collection_name]) => ({
          alias_name,
          collection_name,
        })),
      };
    }
    if (path === "/collections/aliases") {
      const swapped = new Map(aliases);
      for (const action of body.actions ?? []) {
        if (action.delete_alias !== undefined) swapped.delete(action.delete_alias.alias_name);
        if (action.create_alias !== undefined) {
          named(action.create_alias.collection_name);
          swapped.set(action.create_alias.alias_name, action.create_alias.collection_name);
        }
      }
      aliases.clear();
      for (const [alias, name] of swapped) aliases.set(alias, name);
      return true;
    }
    const [, , name = "", ...rest] = path.split("/").map(decodeURIComponent);
    const what = `${method} ${rest.join("/")}`;
    if (what === "PUT ") {
      if (collections.has(name))
        throw new QdrantFault(409, `Wrong input: Collection \`${name}\` already exists!`);
      collections.set(name, collectionOf(body));
      return true;
    }
    const collection = named(name);
    switch (what) {
      case "GET ":
        return collectionInfo(collection);
      case "GET exists":
        return { exists: true };
      case "DELETE ":
        return collections.delete(name);
      case "PUT index":
        collection.indexes.set(body.field_name ?? "", body.field_schema);
        return updated();
      case "PUT points":
        collection.upsert(body as never);
        return updated();
      case "POST points":
        return collection.retrieve(body.ids ?? [], body);
      case "POST points/scroll":
        return collection.scroll(body as never);
      case "POST points/count":
        return { count: collection.matching(body.filter).length };
      case "POST facet":
        return collection.facet(body as never);
      case "POST points/query":
        return { points: collection.query(body as never) };
      case "POST points/query/batch":
        return (body.searches ?? []).map((search) => ({ points: collection.query(search) }));
      default:
        throw new QdrantFault(404, "");
    }
  }

  await double.start();
  return double;
}
