// Builds beside dist/, which a running system serves. Fails when a face grows over its budget: the gzip -9 bytes of its
// entry, of what that imports, and of its styles.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { buildInto } from "./build.mjs";

const dist = mkdtempSync(join(tmpdir(), "beckon-sizes-"));
process.on("exit", () => rmSync(dist, { recursive: true, force: true }));
await buildInto(dist, true);
const manifest = JSON.parse(readFileSync(join(dist, "manifest.json"), "utf8"));
const budgetsKib = { "launcher/main.ts": 2, "widget/main.tsx": 20, "dashboard/main.tsx": 60, "board/main.tsx": 40, "planning/main.tsx": 40 };

function files(key, found = new Set()) {
  const part = manifest[key];
  found.add(part.file);
  for (const css of part.css ?? []) found.add(css);
  for (const next of part.imports ?? []) files(next, found);
  return found;
}

const zipped = (file) => gzipSync(readFileSync(join(dist, file)), { level: 9 }).length;

let over = false;
for (const [entry, kib] of Object.entries(budgetsKib)) {
  if (!(entry in manifest)) continue;
  const missing = [...files(entry)].filter((file) => !existsSync(join(dist, file)));
  if (missing.length) throw new Error(`${entry} names files that were not built: ${missing.join(", ")}`);
  const bytes = [...files(entry)].map(zipped).reduce((sum, size) => sum + size, 0);
  const fits = bytes <= kib * 1024;
  over ||= !fits;
  console.log(`${fits ? "within" : "OVER  "}  ${entry.padEnd(20)} ${String(bytes).padStart(6)} of ${kib * 1024} bytes gzip`);
}
process.exit(over ? 1 : 0);
