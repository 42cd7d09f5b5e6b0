import { DeferredError, InterruptedError, messageOf, TaskError } from "../platform/errors.ts";
import type { WorkerServices } from "./port.ts";
import { SERVICE_METHODS, type ServiceMethod, type ServiceReply } from "./protocol.ts";

/**
 * The main isolate's end of the calls of one worker. It remembers the host tickets the worker holds, and on disposal
 * gives them back: those held, and those that come later for a call already waiting.
 */
export class ServicesServer implements Disposable {
  readonly #services: WorkerServices;
  readonly #tickets = new Set<number>();
  #disposed = false;

  constructor(services: WorkerServices) {
    this.#services = services;
  }

  /** Never rejects: what a service throws is the reply. */
  async answer(method: ServiceMethod, args: unknown[]): Promise<ServiceReply> {
    try {
      // The name crossed an isolate: one that is not in the list must not reach another property.
      if (!SERVICE_METHODS.has(method)) throw new TypeError(`Unknown service "${method}"`);
      const call = this.#services[method] as (...args: unknown[]) => Promise<unknown>;
      const value = await call.apply(this.#services, args);
      if (method === "hostAcquire") this.#took(value as number);
      if (method === "hostRelease") this.#tickets.delete(args[0] as number);
      return { kind: "value", value };
    } catch (error) {
      if (error instanceof TaskError) return { kind: "task_error", failure: error.toFailure() };
      if (error instanceof DeferredError) {
        return { kind: "deferred", message: error.message, retryAtMs: error.retryAtMs };
      }
      if (error instanceof InterruptedError) return { kind: "interrupted", message: error.message };
      return { kind: "error", message: messageOf(error) };
    }
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    for (const ticket of this.#tickets) this.#release(ticket);
    this.#tickets.clear();
  }

  #took(ticket: number): void {
    if (this.#disposed) this.#release(ticket);
    else this.#tickets.add(ticket);
  }

  #release(ticket: number): void {
    this.#services.hostRelease(ticket).catch((error) => {
      this.#services.log({
        level: "error",
        message: "host_ticket_not_released",
        fields: { ticket, reason: messageOf(error) },
      });
    });
  }
}
