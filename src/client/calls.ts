import { pathOf, type Route, type RouteAnswer, type RouteInput } from "./routes.ts";
import {
  type Call,
  type CallOptions,
  type CreateOptions,
  newIdempotencyKey,
  type Transport,
} from "./transport.ts";

/** What a request by its route takes. */
export type RequestInput<R extends Route> = RouteInput<R> & CallOptions & {
  /** For the routes that take one. */
  idempotencyKey?: string;
};

export type RequestArgs<R extends Route> = Record<never, never> extends RouteInput<R>
  ? [input?: RequestInput<R>]
  : [input: RequestInput<R>];

interface LooseInput extends CallOptions {
  path?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
  idempotencyKey?: string;
}

/** Requests by route, typed by the document. */
export class Calls {
  readonly transport: Transport;

  constructor(transport: Transport) {
    this.transport = transport;
  }

  async request<R extends Route>(route: R, ...[input]: RequestArgs<R>): Promise<RouteAnswer<R>> {
    return await this.transport.json(callOf(route, input as LooseInput | undefined));
  }

  /** A POST that only reads, and so is safe to send again. */
  async read<R extends Route>(route: R, ...[input]: RequestArgs<R>): Promise<RouteAnswer<R>> {
    return await this.transport.json({ ...callOf(route, input as LooseInput | undefined), isRead: true });
  }

  /** A POST that takes an `Idempotency-Key`: with one made here it is safe to send again. */
  async create<R extends Route>(
    route: R,
    input: RouteInput<R>,
    { signal, idempotencyKey = newIdempotencyKey() }: CreateOptions = {},
  ): Promise<RouteAnswer<R>> {
    return await this.transport.json(callOf(route, { ...input as LooseInput, signal, idempotencyKey }));
  }

  /** The things of a list, page after page. */
  async *each<R extends Route, K extends keyof RouteAnswer<R>>(
    route: R,
    key: K,
    ...[input]: RequestArgs<R>
  ): AsyncGenerator<RouteAnswer<R>[K] extends (infer T)[] ? T : never, void, void> {
    const first = callOf(route, input as LooseInput | undefined);
    for (let path: string | null = first.path; path !== null;) {
      const page: RouteAnswer<R> & { next?: string | null } = await this.transport.json({ ...first, path });
      yield* page[key] as Iterable<RouteAnswer<R>[K] extends (infer T)[] ? T : never>;
      path = page.next ?? null;
    }
  }
}

function callOf(route: string, input: LooseInput = {}): Call {
  const [method, pattern] = route.split(" ") as [string, string];
  const { path, query, body, idempotencyKey, signal } = input;
  return { method, path: pathOf(pattern, path, query), json: body, idempotencyKey, signal };
}
