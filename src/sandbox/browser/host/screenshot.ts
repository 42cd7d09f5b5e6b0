import type { CDPSession } from "puppeteer-core";

export const VIEWPORT = { width: 1280, height: 800 };
/** Of a page longer than this, the picture shows the beginning. */
const MAX_HEIGHT = 4096;
/** A longer picture that is larger becomes one of the first screen: noise does not compress. */
const MAX_BASE64_CHARS = 7 * 1024 * 1024;

/** A PNG of the page from its top, base64. */
export async function screenshot(client: CDPSession): Promise<string> {
  const { cssContentSize } = await client.send("Page.getLayoutMetrics");
  const height = Math.max(VIEWPORT.height, Math.min(Math.ceil(cssContentSize.height), MAX_HEIGHT));
  const whole = await capture(client, height);
  return whole.length <= MAX_BASE64_CHARS ? whole : await capture(client, VIEWPORT.height);
}

async function capture(client: CDPSession, height: number): Promise<string> {
  const { data } = await client.send("Page.captureScreenshot", {
    format: "png",
    captureBeyondViewport: height > VIEWPORT.height,
    clip: { x: 0, y: 0, width: VIEWPORT.width, height, scale: 1 },
  });
  return data;
}
