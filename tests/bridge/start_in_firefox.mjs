// Reads {firefox, address, wheel} from standard input, starts a tenor in Firefox, writes what `start` tells.

import { createRequire } from "node:module";
import { join } from "node:path";
import { text } from "node:stream/consumers";

// Installed beside the bridge: so it is looked for from there.
const { default: puppeteer } = await import(createRequire(join(process.cwd(), "package.json")).resolve("puppeteer-core"));
const { firefox, address, wheel } = JSON.parse(await text(process.stdin));
const browser = await puppeteer.launch({ browser: "firefox", executablePath: firefox, headless: true });
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(100_000);
  await page.goto(`${address}/tests/blank.html`);
  const told = await page.evaluate(
    async (wheelURL) => (await import("/tests/bridge/start_in_page.mjs")).start({ wheelURL }),
    wheel,
  );
  process.stdout.write(JSON.stringify(told));
} finally {
  await browser.close();
}
