import { randomBytes } from "node:crypto";
import { messageOf, TaskError } from "../../../platform/errors.ts";
import type { UrlRules } from "../../../platform/url_rules.ts";
import { type MessageHead, readHead, writeHead } from "./message_head.ts";
import { pinnedAddress } from "./pinned_address.ts";

const MAX_REQUEST_HEAD_BYTES = 128 * 1024;
const MAX_RESPONSE_HEAD_BYTES = 256 * 1024;
const COPY_BYTES = 64 * 1024;
/** Connections of one page at once; Chromium itself keeps to some thirty. */
const MAX_CONNECTIONS = 128;
const UNAUTHORIZED = [
  "HTTP/1.1 407 Proxy Authentication Required",
  'Proxy-Authenticate: Basic realm="page"',
  "Content-Length: 0",
  "Connection: close",
  "",
  "",
].join("\r\n");

export interface CheckingProxyOptions {
  rules: UrlRules;
  /** Connections it makes in all: a request that Chromium makes unseen (a worker's) is counted here. */
  maxConnections: number;
  /** What may come through it, in bytes. */
  maxBytes: number;
  /** Called once, when more has come. Everything is closed by then. */
  onOverflow(): void;
}

/**
 * The only way out of one page in the browser: an HTTP proxy on a port of its own on loopback, for whoever has its
 * secret. Each connection is to an address that was resolved here and checked, and to no other. Plain requests are
 * passed on one a connection, so that each is checked; `CONNECT` (https, WebSocket) becomes a tunnel.
 */
export class CheckingProxy implements Disposable {
  readonly username = "page";
  readonly password = randomBytes(24).toString("hex");
  bytes = 0;
  /** Connections not made as their address is not public, and those beyond a limit. */
  refused = 0;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #options: CheckingProxyOptions;
  readonly #authorization = `Basic ${btoa(`${this.username}:${this.password}`)}`;
  readonly #open = new Set<Deno.TcpConn>();
  /** One answer of DNS for the whole page: what was checked stays what is connected to. */
  readonly #addresses = new Map<string, ReturnType<typeof pinnedAddress>>();
  readonly #failures = new Map<string, TaskError>();
  #closed = false;
  #made = 0;

  constructor(options: CheckingProxyOptions) {
    this.#options = options;
    void this.#accept();
  }

  /** As Chromium takes it. */
  get server(): string {
    return `http://127.0.0.1:${this.#listener.addr.port}`;
  }

  /** Why nothing came from the host of this URL. */
  failureOf(url: string): TaskError | undefined {
    return URL.canParse(url) ? this.#failures.get(keyOf(new URL(url))) : undefined;
  }

  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#listener.close();
    for (const connection of this.#open) close(connection);
  }

  async #accept(): Promise<void> {
    try {
      for await (const client of this.#listener) void this.#serve(client);
    } catch (error) {
      // Closed, or out of descriptors: without its proxy the page reaches nothing.
      if (!this.#closed) this.#failures.set("", new TaskError("connect", messageOf(error)));
    }
  }

  async #serve(client: Deno.TcpConn): Promise<void> {
    if (this.#closed || this.#open.size >= 2 * MAX_CONNECTIONS) return close(client);
    this.#open.add(client);
    try {
      const head = await readHead(client, MAX_REQUEST_HEAD_BYTES);
      if (head) await this.#answer(client, head);
    } catch {
      // Either end has gone: the other shall notice.
    } finally {
      this.#open.delete(client);
      close(client);
    }
  }

  async #answer(client: Deno.TcpConn, head: MessageHead): Promise<void> {
    const [method = "", target = ""] = head.startLine.split(" ");
    const isTunnel = method === "CONNECT";
    const text = isTunnel ? `https://${target}/` : target;
    const given = head.headers.find(([name]) => name.toLowerCase() === "proxy-authorization")?.[1];
    if (given !== this.#authorization) {
      return await writeAll(client, new TextEncoder().encode(UNAUTHORIZED));
    }
    const upstream = await this.#connect(text);
    if (upstream === undefined) {
      // A plain request ends without an answer: one made up here could be taken for the site's.
      if (isTunnel) await writeAll(client, writeHead("HTTP/1.1 502 Bad Gateway", [["Content-Length", "0"]]));
      return;
    }
    this.#open.add(upstream);
    try {
      if (isTunnel) await this.#tunnel(client, upstream, head.rest);
      else await this.#exchange(client, upstream, head, new URL(text));
    } finally {
      this.#open.delete(upstream);
      close(upstream);
    }
  }

  async #connect(text: string): Promise<Deno.TcpConn | undefined> {
    if (!URL.canParse(text)) return void this.refused++;
    const url = new URL(text);
    const key = keyOf(url);
    try {
      if (++this.#made > this.#options.maxConnections) {
        throw new TaskError("too_large", "The page makes more requests than it may");
      }
      let address = this.#addresses.get(key);
      if (address === undefined) {
        address = pinnedAddress(text, this.#options.rules);
        address.catch(() => {}); // told below, to each who asked
        this.#addresses.set(key, address);
      }
      const pinned = await address;
      const connection = await Deno.connect(pinned);
      if (!this.#closed) return connection;
      close(connection);
    } catch (error) {
      const failure = error instanceof TaskError
        ? error
        : new TaskError("connect", `The connection to ${key} failed`);
      if (failure.code === "blocked_address" || failure.code === "too_large") this.refused++;
      this.#failures.set(key, failure);
    }
    return undefined;
  }

  async #tunnel(client: Deno.TcpConn, upstream: Deno.TcpConn, early: Uint8Array): Promise<void> {
    await writeAll(client, new TextEncoder().encode("HTTP/1.1 200 Connection established\r\n\r\n"));
    await writeAll(upstream, early);
    await Promise.all([this.#copy(client, upstream), this.#copyCounted(upstream, client)]);
  }

  async #exchange(client: Deno.TcpConn, upstream: Deno.TcpConn, head: MessageHead, url: URL): Promise<void> {
    const [method, , version] = head.startLine.split(" ");
    const headers = head.headers.filter(([name]) => name.toLowerCase() !== "host");
    const startLine = `${method} ${url.pathname}${url.search} ${version}`;
    await writeAll(upstream, writeHead(startLine, [["Host", url.host], ...headers]));
    await writeAll(upstream, head.rest);
    // What the client still sends is the body; it ends with the connection.
    const sending = this.#copy(client, upstream).catch(() => {});
    let answer = await readHead(upstream, MAX_RESPONSE_HEAD_BYTES);
    while (answer && /^HTTP\/1\.[01] 1\d\d/.test(answer.startLine)) {
      answer = await readHead(upstream, MAX_RESPONSE_HEAD_BYTES, answer.rest);
    }
    if (answer === undefined || !answer.startLine.startsWith("HTTP/1.")) {
      this.#failures.set(keyOf(url), new TaskError("connect", `${url.host} gave no HTTP answer`));
      return;
    }
    const first = writeHead(answer.startLine, answer.headers);
    this.#count(first.length + answer.rest.length);
    await writeAll(client, first);
    await writeAll(client, answer.rest);
    await this.#copyCounted(upstream, client);
    close(client);
    await sending;
  }

  #copyCounted(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
    return this.#copy(from, to, (size) => this.#count(size));
  }

  async #copy(from: Deno.TcpConn, to: Deno.TcpConn, onBytes?: (size: number) => void): Promise<void> {
    const buffer = new Uint8Array(COPY_BYTES);
    try {
      for (let size = await from.read(buffer); size !== null; size = await from.read(buffer)) {
        onBytes?.(size);
        await writeAll(to, buffer.subarray(0, size));
      }
      await to.closeWrite();
    } catch (error) {
      close(from);
      close(to);
      throw error;
    }
  }

  #count(size: number): void {
    this.bytes += size;
    if (this.bytes <= this.#options.maxBytes || this.#closed) return;
    this[Symbol.dispose]();
    this.#options.onOverflow();
  }
}

function keyOf(url: URL): string {
  return `${url.hostname}:${url.port || (url.protocol === "http:" ? 80 : 443)}`;
}

async function writeAll(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // it was closed by its other half
  }
}
