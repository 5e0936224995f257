// Folds frames as the faces do, for tests in other languages. Reads JSON {conversation, stream, frames} from standard
// input, one object per line, and prints the folded talk of each.
import { createInterface } from "node:readline";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const root = dirname(fileURLToPath(import.meta.url));
const bundle = await build({
  root,
  configFile: false,
  logLevel: "silent",
  build: { ssr: join(root, "shared/talk.ts"), write: false, minify: false },
});
const source = bundle.output[0].code;
const { emptyTalk, fold } = await import(`data:text/javascript;base64,${Buffer.from(source).toString("base64")}`);

for await (const line of createInterface({ input: process.stdin })) {
  const { conversation, stream, frames } = JSON.parse(line);
  console.log(JSON.stringify(frames.reduce(fold, emptyTalk(conversation, stream))));
}
