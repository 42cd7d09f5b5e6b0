import { dirname, join } from "node:path";
import { randomBytes } from "node:crypto";
import { StagedFile } from "../platform/atomic_file.ts";

const FILE = "webhook_secret";
/** As many characters as the setting asks for. */
const MIN_CHARS = 16;

/**
 * The secret webhooks are signed with: the setting, else the one in `DATA_DIR/webhook_secret`, made at the first start
 * and readable by this user only.
 * @throws {Error} the file holds no secret, or cannot be read or written
 */
export async function webhookSecret(options: { secret?: string; dataDir: string }): Promise<string> {
  const { secret, dataDir } = options;
  if (secret !== undefined) return secret;
  const path = join(dataDir, FILE);
  return await readSecret(path) ?? await makeSecret(path);
}

async function readSecret(path: string): Promise<string | undefined> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const secret = text.trim();
  if (secret.length >= MIN_CHARS) return secret;
  if (secret === "") return undefined; // the power went in the middle of the first start: nobody knows it yet
  // Not made anew: receivers know the old one, and would refuse every delivery without a word here.
  throw new Error(
    `Cannot sign webhooks as ${path} must hold at least ${MIN_CHARS} characters: it has ${secret.length}; ` +
      "restore it, or remove it to have a new one made",
  );
}

/** Written whole and in one step: a start that is killed leaves no half of a secret. */
async function makeSecret(path: string): Promise<string> {
  const secret = randomBytes(32).toString("hex");
  using staged = await StagedFile.write(dirname(path), new TextEncoder().encode(`${secret}\n`), {
    mode: 0o600,
  });
  staged.commit(path);
  using file = await Deno.open(path);
  await file.sync();
  return secret;
}
