/// <reference lib="dom" />
import puppeteer, { type Browser, type Page } from "puppeteer-core";

/** A page in a browser of its own; what its console complains of, a breach of the policy too, is kept. */
export interface TestPage extends AsyncDisposable {
  readonly page: Page;
  readonly browser: Browser;
  /** Errors of the page and of the browser about it. */
  readonly complaints: string[];
  /** Waits until a text is to be seen in what a selector names. */
  sees(selector: string, text: string | RegExp): Promise<void>;
  text(selector: string): Promise<string>;
  /** Clicks the button, link or option of this name. */
  press(name: string, options?: { within?: string }): Promise<void>;
  /** Presses a key until the focused element's name is this one. */
  tabTo(name: RegExp, options?: { most?: number; back?: boolean }): Promise<void>;
  focused(): Promise<string>;
}

const CHROMIUM = "chromium";

export async function openPage(
  options: { width?: number; height?: number; scheme?: "light" | "dark" } = {},
): Promise<TestPage> {
  const { width = 1280, height = 860, scheme = "dark" } = options;
  const home = await Deno.makeTempDir({ prefix: "tutti-chromium-" });
  const browser = await puppeteer.launch({
    executablePath: await programPath(),
    userDataDir: `${home}/profile`,
    env: { HOME: home, PATH: Deno.env.get("PATH") ?? "" },
    // The tests' own page on loopback: as root, as in a container, there is no other way.
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"],
  });
  const page = await browser.newPage();
  page.setDefaultTimeout(15_000);
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  const sees: TestPage["sees"] = async (selector, text) => {
    const [source, flags] = text instanceof RegExp ? [text.source, text.flags] : [escaped(text), ""];
    try {
      await page.waitForFunction(
        (selector, source, flags) =>
          [...document.querySelectorAll(selector)].some((each) =>
            new RegExp(source, flags).test(each.textContent ?? "")
          ),
        { polling: 20 },
        selector,
        source,
        flags,
      );
    } catch (error) {
      const seen = await page.evaluate(() => document.body.innerText.slice(0, 3000));
      throw new Error(`"${selector}" never showed ${text}; the page has:\n${seen}`, { cause: error });
    }
  };
  const focused = () =>
    page.evaluate(() => {
      const at = document.activeElement;
      return at === null ? "" : at.getAttribute("aria-label") ?? at.textContent ?? "";
    });
  return {
    page,
    browser,
    complaints,
    sees,
    focused,
    text: (selector) => page.$eval(selector, (each) => each.textContent ?? ""),
    press: async (name, { within = "body" } = {}) => {
      const handle = await page.waitForSelector(`${within} ::-p-aria([name="${name}"])`, { visible: true });
      await handle!.click();
    },
    tabTo: async (name, { most = 60, back = false } = {}) => {
      for (let pressed = 0; pressed < most; pressed++) {
        if (name.test(await focused())) return;
        if (back) await page.keyboard.down("Shift");
        await page.keyboard.press("Tab");
        if (back) await page.keyboard.up("Shift");
      }
      throw new Error(`${most} times Tab never came to ${name}: the focus is on "${await focused()}"`);
    },
    [Symbol.asyncDispose]: async () => {
      await browser.close();
      await Deno.remove(home, { recursive: true }).catch(() => {});
    },
  };
}

async function programPath(): Promise<string> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", `command -v ${CHROMIUM}`] }).output();
  return new TextDecoder().decode(stdout).trim();
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
