import type { DnsAnswer } from "./vectors.ts";

const TYPE_A = 1;
const TYPE_AAAA = 28;
const PUBLIC: DnsAnswer = { A: ["93.184.216.34"], AAAA: [] };

/** A resolver that answers from a table; names it does not list are one public address. */
export class StubDns {
  table: Record<string, DnsAnswer> = {};
  readonly #asked = new Map<string, number>();
  readonly #socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 53 });

  /** Every name gives its first answer again. */
  reset(): void {
    this.#asked.clear();
  }

  async serve(): Promise<void> {
    for await (const [query, from] of this.#socket) await this.#socket.send(this.#answer(query), from);
  }

  #answer(query: Uint8Array): Uint8Array {
    let at = 12;
    const labels: string[] = [];
    while (query[at] !== 0) {
      labels.push(new TextDecoder().decode(query.subarray(at + 1, at + 1 + query[at]!)));
      at += query[at]! + 1;
    }
    const type = query[at + 1]! * 256 + query[at + 2]!;
    const question = query.subarray(12, at + 5);
    const records = this.#addresses(labels.join(".").toLowerCase(), type).map((address) => {
      const data = type === TYPE_A ? address.split(".").map(Number) : wordsOf(address);
      return [0xc0, 12, 0, type, 0, 1, 0, 0, 0, 0, 0, data.length, ...data];
    });
    const header = [query[0]!, query[1]!, 0x81, 0x80, 0, 1, 0, records.length, 0, 0, 0, 0];
    return new Uint8Array([...header, ...question, ...records.flat()]);
  }

  #addresses(name: string, type: number): string[] {
    const { A, AAAA, then = A, then6 = AAAA } = this.table[name] ?? PUBLIC;
    if (type !== TYPE_A && type !== TYPE_AAAA) return [];
    const key = `${name} ${type}`;
    const times = this.#asked.get(key) ?? 0;
    this.#asked.set(key, times + 1);
    if (type === TYPE_A) return times === 0 ? A : then;
    return times === 0 ? AAAA : then6;
  }
}

/** Only what the vectors use: `::1` and full forms. */
function wordsOf(address: string): number[] {
  const [head = "", tail = ""] = address.split("::");
  const words = (text: string) => text === "" ? [] : text.split(":").map((word) => parseInt(word, 16));
  const [front, back] = [words(head), words(tail)];
  const all = [...front, ...new Array(8 - front.length - back.length).fill(0), ...back];
  return all.flatMap((word: number) => [word >> 8, word & 255]);
}
