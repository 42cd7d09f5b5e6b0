/** How one part of the service is. `off` is a choice and does not degrade the whole. */
export type ComponentStatus = "ok" | "degraded" | "starting" | "off";

/** A component's status and whatever else it has to say about itself; JSON. */
export type ComponentHealth = { status: ComponentStatus } & Record<string, unknown>;

export interface HealthReport {
  status: "ok" | "degraded";
  components: Record<string, ComponentHealth>;
}

/**
 * What the health routes read: two flags of the life cycle and the state of each component, asked when it is wanted.
 *
 *     (starting) → ready → stopping
 *
 * Live means the process answers; ready means it takes work; stopping never ends.
 */
export class HealthRegistry {
  readonly #components = new Map<string, () => ComponentHealth>();
  readonly #stop = new AbortController();
  #ready = false;

  /** `read` is called for every report: it must be cheap, from memory. */
  register(name: string, read: () => ComponentHealth): void {
    if (this.#components.has(name)) {
      throw new Error(`Cannot register component '${name}' as there is one of that name`);
    }
    this.#components.set(name, read);
  }

  markReady(): void {
    this.#ready = true;
  }

  markStopping(): void {
    this.#stop.abort(new DOMException("The service is stopping", "AbortError"));
  }

  /** It takes work: started, and not told to stop. */
  ready(): boolean {
    return this.#ready && !this.stopping();
  }

  stopping(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Aborts when the stop begins: for what would rather end then than be waited for. */
  get stopSignal(): AbortSignal {
    return this.#stop.signal;
  }

  /** A component whose reading throws counts as degraded; the others are reported all the same. */
  report(): HealthReport {
    const components: Record<string, ComponentHealth> = {};
    let status: HealthReport["status"] = "ok";
    for (const [name, read] of this.#components) {
      let health: ComponentHealth;
      try {
        health = read();
      } catch {
        health = { status: "degraded", reason: "its state cannot be read" };
      }
      components[name] = health;
      if (health.status === "degraded") status = "degraded";
    }
    return { status, components };
  }
}
