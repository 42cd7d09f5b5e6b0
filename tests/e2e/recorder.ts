import { type Site, startSite } from "../fakes/site.ts";

/** A place on loopback where tasks of type `recorded` say what they do, and where webhooks come in. */
export class Recorder implements AsyncDisposable {
  /** What it was told so far, begins and ends. */
  happenings = 0;
  /** Webhooks taken, by task. */
  readonly hooks = new Map<string, Set<string>>();
  /** Those that were at work at one time under a key, in one process, when they were most. */
  readonly most = new Map<string, string[]>();
  readonly #places = { begin: new Map<string, number[]>(), end: new Map<string, number[]>() };
  readonly #open = new Map<string, string[]>();
  readonly #site: Site;

  constructor() {
    const take = (what: "begin" | "end") => async (request: Request) => {
      const query = new URL(request.url).searchParams;
      const task = query.get("task")!;
      this.#places[what].set(task, [...this.places(what, task), this.happenings++]);
      const key = query.get("key")!;
      const place = `${key} of process ${query.get("process")}`;
      const open = this.#open.get(place) ?? [];
      // One that begins again before its end is there twice: nothing but a kill may cut an attempt off.
      if (what === "begin") open.push(task);
      else open.splice(open.indexOf(task), 1);
      this.#open.set(place, open);
      if (open.length > (this.most.get(key)?.length ?? 0)) this.most.set(key, [...open]);
      if (what === "begin") await new Promise((resolve) => setTimeout(resolve, Math.random() * 40));
      return new Response("ok");
    };
    this.#site = startSite({
      "/begin": take("begin"),
      "/end": take("end"),
      "/hook": async (request) => {
        const { delivery_id, data } = await request.json();
        const deliveries = this.hooks.get(data.task_id) ?? new Set();
        this.hooks.set(data.task_id, deliveries.add(delivery_id));
        return new Response("ok");
      },
    });
  }

  get url(): string {
    return this.#site.url;
  }

  get host(): string {
    return this.#site.host;
  }

  /** Positions among all happenings. */
  places(what: "begin" | "end", task: string): number[] {
    return this.#places[what].get(task) ?? [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#site[Symbol.asyncDispose]();
  }
}
