import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { startSite } from "../fakes/site.ts";
import { pageOf, serialOf } from "./search_pages.ts";
import {
  type AnswerBody,
  balanced,
  chromaConnected,
  chunksOf,
  failures,
  get,
  idle,
  LACKS_CHROMA,
  scrapeInto,
  search,
  startSearching,
} from "./search_service.ts";

const html = (lang: string, title: string, body: string) =>
  `<!doctype html><html lang="${lang}"><head><meta charset="utf-8"><title>${title}</title></head><body><article>` +
  `<h1>${title}</h1>${body}</article></body></html>`;

const PIANO = html(
  "en",
  "Stage piano SP-88",
  "<h2>Weight and size</h2><p>The stage piano weighs fourteen kilograms and fits into a common keyboard case, which is sold " +
    "separately by every dealer.</p><h2>Silent output</h2><p>When the headphones stay silent, the local control switch is " +
    "off: open the menu, choose controls and turn it on again, then save the setting.</p>",
);
const GUITAR = html(
  "he",
  "גיטרה חשמלית",
  "<h2>כיוון המיתרים</h2><p>לפני הנגינה יש לכוון את המיתרים בעזרת מכוון אלקטרוני, ואחרי החלפת מיתרים חדשים חוזרים על הכיוון " +
    "מספר פעמים עד שהצליל מתייצב.</p><h2>אחריות</h2><p>האחריות על הגיטרה היא לשלוש שנים מיום הקנייה, בתנאי שהקבלה נשמרה אצל " +
    "הלקוח.</p>",
);

const first = ({ passages }: AnswerBody) => passages[0];

Deno.test({
  name:
    "a brand's pages and documents of one's own are found, in Hebrew and English, with where they are from",
  ignore: LACKS_CHROMA,
  fn: async () => {
    await using site = startSite({ "/piano.html": PIANO, "/guitar.html": GUITAR });
    const folder = await Deno.makeTempDir({ prefix: "tutti-e2e-" });
    await Deno.mkdir(`${folder}/data/brands`, { recursive: true });
    await Deno.writeTextFile(`${folder}/data/brands/tenor.yaml`, "brand: tenor\nhosts: [127.0.0.1]\n");
    {
      await using service = await startSearching({ site, folder });
      await chromaConnected(service);
      // The brand's profile says `index`, which is its default: nobody asks for it here.
      for (const page of ["piano", "guitar"]) {
        const { status, body } = await service.json("/api/tasks/scrape/async", {
          method: "POST",
          body: JSON.stringify({ url: `${site.url}/${page}.html`, brand: "tenor" }),
        });
        assertEquals(status, 202, JSON.stringify(body));
      }
      const bodies: Record<string, BodyInit> = {
        "application/json": JSON.stringify({
          text: "The amplifier AX-30 hums when its ground pin is missing.",
          document_id: "hum",
          title: "Hum",
        }),
        "text/markdown":
          "# Returns\n\nA parcel may be returned within thirty days, with the original packing.",
        "text/html": html(
          "he",
          "משלוחים",
          "<p>המשלוח מגיע אל הלקוח בתוך שלושה ימי עסקים, ובחגים בתוך שבוע.</p>",
        ),
        "application/pdf": await Deno.readFile("tests/fixtures/documents/guide_en.pdf"),
      };
      const ids: Record<string, string> = {};
      for (const [type, body] of Object.entries(bodies)) {
        const answer = await service.json<{ document_id: string }>("/api/documents", {
          method: "POST",
          body,
          headers: { "content-type": type },
        });
        assertEquals(answer.status, 202, `${type}: ${JSON.stringify(answer.body)}`);
        ids[type] = answer.body.document_id;
      }
      await idle(service);
      assertEquals(await failures(service), []);
      const books = await balanced(service);
      assert(books.store >= 6, `${books.store} chunks`);

      const weight = first(await search(service, "how heavy is the stage piano", { brand: "tenor" }))!;
      assertEquals([weight.url, weight.lang, weight.brand], [`${site.url}/piano.html`, "en", "tenor"]);
      assert(weight.keyword_rank !== null && weight.vector_rank !== null, "both have found it");
      assertStringIncludes(weight.snippet, "<mark>");
      // another form of each word than the page has: a prefix of Hebrew, a plural
      const warranty = first(await search(service, "מה האחריות לגיטרה", { lang: "he" }))!;
      assertEquals([warranty.url, warranty.lang], [`${site.url}/guitar.html`, "he"]);
      const hum = ids["application/json"]!;
      assertEquals(first(await search(service, "amplifier hums"))!.document_id, hum);
      const guide = first(
        await search(service, "owner's guide", { filters: { document_id: ids["application/pdf"] } }),
      )!;
      assert(guide.page !== undefined, "a passage of a PDF says on which page it begins");
      assertStringIncludes(first(await search(service, "return a parcel"))!.text, "thirty days");
      assertStringIncludes(first(await search(service, "מתי מגיע המשלוח"))!.text, "ימי עסקים");
      const { documents } = await get<{ documents: { content_type?: string; document_id: string }[] }>(
        service,
        "/api/documents?source=upload",
      );
      assertEquals(documents.length, 4);
      const other = await search(service, "stage piano", { brand: "another" });
      assertEquals(other.passages, [], "a brand that has no documents");
      const grouped = await search(service, "stage piano", { group_by: "page", k: 2 });
      assertEquals(grouped.pages?.[0]?.url, `${site.url}/piano.html`);

      // A kept answer ends with the next change of the index.
      await search(service, "amplifier", { max_age_s: 600 });
      assertEquals((await search(service, "amplifier", { max_age_s: 600 })).cached, true);
      assertEquals((await service.json(`/api/documents/${hum}`, { method: "DELETE" })).status, 200);
      const gone = await search(service, "amplifier", { max_age_s: 600 });
      assertEquals(gone.cached, false);
      assert(gone.passages.every(({ document_id: id }) => id !== hum));
    }
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test({
  name:
    "a changed page replaces only its changed chunks, an unchanged one costs nothing, a gone one leaves nothing",
  ignore: LACKS_CHROMA,
  fn: async () => {
    let changed = 0; // no section
    let isGone = false;
    await using site = startSite({
      "/stays.html": pageOf(2),
      "/changes.html": () =>
        new Response(pageOf(4, { changed }), { headers: { "content-type": "text/html" } }),
      "/goes.html": () =>
        isGone
          ? new Response("gone", { status: 404 })
          : new Response(pageOf(6), { headers: { "content-type": "text/html" } }),
    });
    await using service = await startSearching({ site });
    await chromaConnected(service);
    const urls = ["stays", "changes", "goes"].map((name) => `${site.url}/${name}.html`);
    await scrapeInto(service, urls);
    await idle(service);
    const before = await balanced(service);
    const found = first(await search(service, serialOf(4, 1)))!;
    assertEquals(found.url, urls[1]);
    const chunks = await chunksOf(service, found.document_id);
    assert(chunks.length >= 3, "a chunk for each chapter");
    const { vector_sync: { embedded } } = await get<{ vector_sync: { embedded: number } }>(
      service,
      "/api/index",
    );

    changed = 2;
    isGone = true;
    await scrapeInto(service, urls, { max_age_s: 0 });
    await idle(service);
    const after = await balanced(service);
    const now = await chunksOf(service, found.document_id);
    const kept = now.filter((id) => chunks.includes(id));
    assertEquals(now.length, chunks.length);
    assert(
      kept.length >= chunks.length - 2 && kept.length < chunks.length,
      `kept ${kept.length} of ${chunks.length}`,
    );
    const again = await get<{ vector_sync: { embedded: number } }>(service, "/api/index");
    assertEquals(
      again.vector_sync.embedded - embedded,
      now.length - kept.length,
      "only what is new was embedded",
    );
    assertStringIncludes(first(await search(service, serialOf(4, 2)))!.text, "rewritten");

    const goneOnes = await search(service, serialOf(6, 1), { k: 20 });
    assert(goneOnes.passages.every(({ url }) => url !== urls[2]), "the page that is gone is not found");
    const listed = await get<{ documents: unknown[] }>(
      service,
      `/api/documents?url=${encodeURIComponent(urls[2]!)}`,
    );
    assertEquals(listed.documents, []);
    assert(after.store < before.store);
  },
});
