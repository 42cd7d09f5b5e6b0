/** Real paragraphs: of the manual, and Hebrew ones of the corpus where there is one. */
import { manualFolder } from "../scrape/site.ts";
import type { SeedTexts } from "./synthetic_text.ts";

/** Every so manieth page of the manual: enough for 50,000 different words. */
const STEP = 5;

/** Without a corpus, the words of a small page stand in: Hebrew letters, few words. */
const FEW_WORDS =
  "לפני השימוש במכשיר יש לקרוא את ההוראות ולחבר את כבל החשמל אל השקע הקרוב ביותר לרצפה בחדר שבו מנגנים. " +
  "אם הרמקול אינו משמיע צליל בודקים את עוצמת השמע ואת החיבור של הכבל אל היציאה ומנסים שוב אחרי דקה אחת לפחות.";

export async function seedTexts(corpus: string | undefined): Promise<SeedTexts> {
  const folder = await manualFolder();
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) if (name.endsWith(".html")) names.push(name);
  const en = await Promise.all(
    names.sort().filter((_, i) => i % STEP === 0).map(async (name) =>
      plain(await Deno.readTextFile(`${folder}/${name}`))
    ),
  );
  if (corpus === undefined) return { en, he: [FEW_WORDS] };
  const lines = (await Deno.readTextFile(`${corpus}/search-he/corpus.jsonl`)).split("\n").filter(Boolean);
  return { en, he: lines.map((line) => (JSON.parse(line) as { text: string }).text) };
}

function plain(html: string): string {
  return html.replace(/<(script|style|pre)[\s\S]*?<\/\1>/g, " ").replace(/<[^>]*>/g, " ").replace(
    /&\w+;|&#\d+;/g,
    " ",
  )
    .replace(/\s+/g, " ");
}
